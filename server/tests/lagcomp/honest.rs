//! Honest clients over honest links, through the whole core: never clamped, and tested exactly where they drew.

use super::rig::{LinkTicks, Rig};
use tickshot_server::core::MatchRules;
use tickshot_shared::protocol::evidence::{Clamp, Fate};

/// Runs clients on these links and holds every shot's evidence against what its shooter drew.
fn shoot(map: &str, bots: usize, links: &[LinkTicks], rules: MatchRules, ticks: u32, seed: u64) -> Rig {
    let mut rig = Rig::new(map, 200, bots, rules, seed);
    for link in links {
        rig.join(*link);
    }
    for tick in 0..ticks {
        // The display clock walks back and forth as slowly as an honest one does.
        let walk = if tick / 200 % 2 == 0 { 12 } else { -12 };
        rig.clients.iter_mut().for_each(|client| client.delay_256ths = (client.delay_256ths + walk).clamp(0, 2560));
        rig.tick();
    }
    rig
}

fn assert_tested_as_drawn(rig: &Rig) -> (usize, usize) {
    let mut compared = 0;
    for shot in &rig.shots {
        let shooter = rig.clients.iter().find(|client| client.slot == shot.shooter).unwrap();
        assert_eq!(shot.clamp, Clamp::None, "{shot:?}");
        let Some(target) = shot.target else { continue };
        let (stamp, poses) = &shooter.drawn[&shot.tick];
        assert_eq!(*stamp, shot.claim);
        let drawn = poses.iter().find(|(slot, _)| *slot == target.slot).map(|(_, pose)| pose.pos.to_array());
        assert_eq!(drawn, target.drawn, "{shot:?}");
        if target.fate == Fate::Rewound {
            assert_eq!(drawn, Some(target.tested), "{shot:?}");
            compared += 1;
        }
    }
    (rig.shots.len(), compared)
}

#[test]
fn what_a_client_drew_is_what_is_tested_over_links_that_delay_lose_and_reorder() {
    let links = [(0, 0, 0), (1, 0, 5), (2, 1, 0), (2, 2, 10), (3, 1, 20), (1, 3, 5)];
    let links = links.map(|(delay, jitter, loss_percent)| LinkTicks { delay, jitter, loss_percent, deaf: false });
    let rules = MatchRules { rewind_ms: 1000, ..MatchRules::default() };
    for (map, bots, seed) in [("arena", 30, 1), ("open", 240, 2)] {
        let rig = shoot(map, bots, &links, rules, 1200, seed);
        let (shots, compared) = assert_tested_as_drawn(&rig);
        let deferred = rig.core.metrics.entities_deferred;
        println!("{map}: {shots} shots, {compared} with a rewound target, {deferred} entities deferred");
        assert!(shots > 300 && compared * 10 > shots * 8);
        assert!(map == "arena" || deferred > 100, "snapshots must be too full for everyone");
    }
}

#[test]
fn a_shooter_that_is_starved_of_snapshots_is_tested_at_what_it_still_shows() {
    let mut rig = Rig::new("open", 40, 30, MatchRules::default(), 3);
    let client = rig.join(LinkTicks { delay: 1, ..LinkTicks::default() });
    for tick in 0..1000u32 {
        // Every second nothing comes for nine ticks; the display runs on, past the newest, and waits there.
        rig.clients[client].link.deaf = tick % 64 < 9;
        rig.tick();
    }
    let (shots, compared) = assert_tested_as_drawn(&rig);
    let starved = rig.shots.iter().filter(|shot| shot.claim.a == shot.claim.b).count();
    println!("{shots} shots, {compared} rewound, {starved} from a picture that stood still");
    assert!(shots > 40 && starved > 3);
}
