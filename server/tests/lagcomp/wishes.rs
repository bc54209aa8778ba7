//! What a client may choose, what it is told, and what an honest server gives it.

use super::rig::{LinkTicks, Rig};
use tickshot_server::core::MatchRules;
use tickshot_shared::limits::LINK_TEXT_BYTES_MAX;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::control::{ClientControl, ServerControl};
use tickshot_shared::protocol::evidence::ShotEvidence;

fn shots_told(rig: &Rig, client: usize) -> Vec<ShotEvidence> {
    let shot = |message: &ServerControl| if let ServerControl::Shot(shot) = message { Some(*shot) } else { None };
    rig.clients[client].told.iter().filter_map(shot).collect()
}

#[test]
fn the_rules_follow_the_welcome_and_every_change() {
    let mut rig = Rig::new("open", 8, 0, MatchRules::default(), 60);
    let client = rig.join(LinkTicks::default());
    let rules = |experiments, hits, rewind_ms, link: &str| ServerControl::Rules {
        experiments,
        hits,
        rewind_ms,
        imposed_link: link.to_owned(),
    };
    assert!(matches!(rig.clients[client].told[0], ServerControl::Welcome { .. }));
    assert_eq!(rig.clients[client].told[1], rules(true, HitCheck::Exact, 250, ""));
    rig.clients[client].told.clear();
    assert!(rig.core.impose_link(1, "delay 50ms"));
    assert!(!rig.core.impose_link(99, "delay 50ms"), "nobody of that name");
    rig.core.set_rules(MatchRules { experiments: false, hit_checks: HitCheck::WholeTick, rewind_ms: 1000 });
    rig.core.impose_link(1, &"\u{e4}".repeat(LINK_TEXT_BYTES_MAX));
    rig.tick();
    let told = &rig.clients[client].told;
    assert_eq!(told[0], rules(true, HitCheck::Exact, 250, "delay 50ms"));
    assert_eq!(told[1], rules(false, HitCheck::WholeTick, 1000, "delay 50ms"));
    assert!(matches!(&told[2], ServerControl::Rules { imposed_link, .. } if imposed_link.len() == LINK_TEXT_BYTES_MAX));
}

#[test]
fn evidence_goes_to_the_shooters_that_asked_and_to_nobody_else() {
    let mut rig = Rig::new("open", 32, 24, MatchRules::default(), 61);
    let (asks, silent) = (rig.join(LinkTicks::default()), rig.join(LinkTicks::default()));
    rig.say(asks, &ClientControl::Settings { evidence: true, snapshot_every: 1 });
    (0..1000).for_each(|_| rig.tick());
    let told = shots_told(&rig, asks);
    let judged: Vec<_> = rig.shots.iter().copied().filter(|shot| shot.shooter == rig.clients[asks].slot).collect();
    assert_eq!(told, judged);
    assert!(told.is_sorted_by(|a, b| a.id < b.id), "every shot has a name of its own");
    assert!(told.len() > 30 && shots_told(&rig, silent).is_empty());
    rig.core.set_rules(MatchRules { experiments: false, ..MatchRules::default() });
    (0..500).for_each(|_| rig.tick());
    assert_eq!(shots_told(&rig, asks).len(), told.len(), "no experiments, no evidence");
}

#[test]
fn a_shooter_chooses_its_hit_check_only_where_experiments_are_allowed() {
    for (experiments, expected) in [(true, HitCheck::None), (false, HitCheck::WholeTick)] {
        let rules = MatchRules { experiments, hit_checks: HitCheck::WholeTick, ..MatchRules::default() };
        let mut rig = Rig::new("open", 32, 24, rules, 62);
        let client = rig.join(LinkTicks { delay: 2, ..LinkTicks::default() });
        rig.clients[client].check = HitCheck::None;
        (0..600).for_each(|_| rig.tick());
        assert!(rig.shots.len() > 10);
        for shot in &rig.shots {
            assert_eq!((shot.policy, shot.claim.check), (expected, HitCheck::None));
            assert_eq!(shot.hit, shot.verdicts[expected as usize]);
            assert_eq!(shot.used_age_256ths == 0, expected == HitCheck::None);
            assert_eq!(shot.used_age_256ths % 256, 0, "whole ticks");
        }
    }
}

#[test]
fn a_client_gets_a_snapshot_every_so_many_ticks_and_can_read_and_shoot_by_them() {
    for (experiments, every) in [(true, 1), (true, 3), (true, 16), (false, 16)] {
        // A quarter second between two snapshots is drawn half a second late.
        let rules = MatchRules { experiments, rewind_ms: 500, ..MatchRules::default() };
        let mut rig = Rig::new("open", 32, 24, rules, 63);
        let link = LinkTicks { delay: 1, jitter: 1, loss_percent: 5, deaf: false };
        let client = rig.join(link);
        rig.join(link);
        rig.say(client, &ClientControl::Settings { evidence: false, snapshot_every: every });
        rig.clients[client].delay_256ths = 256 * i64::from(every);
        (0..1280).for_each(|_| rig.tick());
        let granted = if experiments { u64::from(every) } else { 1 };
        let (sent, arrived) = (1280 / granted, rig.clients[client].arrived);
        println!("every {every}, experiments {experiments}: {arrived} of {sent} snapshots arrived");
        assert!(arrived * 100 > sent * 88 && arrived <= sent + 1);
        assert!(rig.clients[1].arrived > 1150, "the other gets all of its own");
        let clamped = rig.shots.iter().filter(|shot| shot.clamp != Default::default()).count();
        assert!(rig.shots.len() > 40, "{} shots", rig.shots.len());
        assert!(clamped * 50 <= rig.shots.len(), "{clamped} of {} clamped", rig.shots.len());
    }
}
