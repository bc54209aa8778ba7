//! Claims of every class: the used time keeps its limits, and a verdict is one that an honest shooter could have had.

use super::rig::{LinkTicks, Rig};
use glam::IVec2;
use tickshot_server::maps;
use tickshot_shared::lagcomp::plausibility::{Allowed, Limits, allow};
use tickshot_shared::lagcomp::{Believed, LagCompensation, MatchRules, Shooters, TOLERANCE_TICKS};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::Clamp;
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::protocol::told::{Told, ToldRing};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::combat::{Judge, Shot};
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Input, OwnView, ViewStamp};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// Every class of tick that a claim can name, seen from `now`.
fn any_tick(now: u32, rng: &mut Rng) -> Tick {
    let near = rng.below(300);
    Tick(match rng.below(10) {
        0 => rng.below(3),
        1 => now.wrapping_sub(near),
        2 => now.wrapping_sub(rng.below(20)),
        3 => now.wrapping_add(near),
        4 => now.wrapping_add(1),
        5 => now.wrapping_add(1 << 31),
        6 => u32::MAX - rng.below(3),
        7 => rng.next_u64() as u32,
        8 => now.wrapping_sub(1000 + near),
        _ => now,
    })
}

fn any_claim(now: u32, rng: &mut Rng) -> ViewStamp {
    let a = any_tick(now, rng);
    let b = match rng.below(4) {
        0 => a,
        1 => Tick(a.0.wrapping_add(rng.below(70))),
        2 => Tick(a.0.wrapping_sub(rng.below(70))),
        _ => any_tick(now, rng),
    };
    let fraction = [0, 1, 128, 255, 256, 257, 8448, 8449, u16::MAX, rng.next_u64() as u16][rng.below(10) as usize];
    let own = match rng.below(3) {
        0 => OwnView::WithOthers,
        class => {
            let from = if class == 1 { Tick(now.wrapping_sub(rng.below(12))) } else { any_tick(now, rng) };
            let based_on = if rng.chance(1, 2) { Tick(from.0.wrapping_add(1)) } else { any_tick(now, rng) };
            OwnView::Between { from, fraction: rng.next_u64() as u8, based_on }
        }
    };
    ViewStamp { a, b, fraction, own, check: HitCheck::ALL[rng.below(3) as usize] }
}

/// A claim that the encoder does not leave out: any, or one of snapshots about the newest.
fn any_claim_that_travels(now: Tick, acked: Tick, rng: &mut Rng) -> ViewStamp {
    loop {
        let mut claim = any_claim(now.0, rng);
        if rng.chance(1, 2) {
            claim.b = Tick(acked.0.saturating_sub(rng.below(24)));
            claim.a = Tick(claim.b.0.saturating_sub(rng.below(3)));
        }
        if stamp_is_possible(&claim, now) {
            return claim;
        }
    }
}

fn assert_within(allowed: &Allowed, limits: &Limits, why: &str) {
    let Allowed { now_256ths: now, used_256ths: used, clamp, claimed_256ths: claimed } = *allowed;
    let oldest = i64::from(limits.now.0.saturating_sub(limits.rewind_ticks_max)) * 256;
    assert!((oldest..=now).contains(&used), "{why}: used {used} is outside the cap {oldest}..={now}");
    assert!(clamp != Clamp::None || used == claimed, "{why}: an honest claim is used as it is");
    if let Some(believed) = limits.believed {
        // Where cap and estimate exclude each other the cap decides: as near to the estimate as it allows.
        let (first, last) = (believed.first * 256, believed.last * 256);
        assert!(used >= first.min(now) && used <= last.max(oldest), "{why}: used {used}, believed {first}..={last}");
    }
}

#[test]
fn the_time_of_every_claim_keeps_cap_and_estimate() {
    let seed = 40;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let mut clamps = [0u32; 6];
    for i in 0..400_000 {
        let now = [0, 1, 7, 300, 5_000, 1 << 31, u32::MAX - 1, u32::MAX][rng.below(8) as usize];
        let claim = any_claim(now, &mut rng);
        let estimate = i64::from(now) - i64::from(rng.below(80));
        let first = estimate - TOLERANCE_TICKS - i64::from(rng.below(2) * rng.below(20));
        let believed =
            Believed { estimate, first, last: estimate + TOLERANCE_TICKS, had: Some(any_tick(now, &mut rng)) };
        let limits = Limits {
            now: Tick(now),
            rewind_ticks_max: rng.below(129),
            believed: rng.chance(9, 10).then_some(believed),
            known: rng.chance(1, 2),
        };
        let allowed = allow(&claim, &limits);
        assert_within(&allowed, &limits, &format!("case {i}: {claim:?} under {limits:?}"));
        clamps[allowed.clamp as usize] += 1;
    }
    println!("clamps {clamps:?} in the order of Clamp::ALL");
    assert!(clamps.iter().all(|n| *n > 100), "{clamps:?}");
}

/// One shooter who was told of everyone in every snapshot.
struct OneShooter {
    told: ToldRing,
    believed: Option<Believed>,
}

impl Shooters for OneShooter {
    type Told = Told;

    fn told(&self, _: Slot, tick: Tick) -> Option<&Told> {
        self.told.at(tick)
    }
    fn acked(&self, _: Slot) -> Option<Tick> {
        self.told.acked()
    }
    fn believed(&self, _: Slot, _: Tick) -> Option<Believed> {
        self.believed
    }

    fn input(&self, _: Slot, _: Tick) -> Option<Input> {
        None
    }
}

/// A history of walkers of which everything was told; the world is one tick on.
fn walkers(ticks: u32, rng: &mut Rng) -> (World, History, ToldRing) {
    use tickshot_shared::protocol::fields::ExtrapolationTable;
    use tickshot_shared::protocol::scene::Scene;
    use tickshot_shared::protocol::server_msg::SnapshotHeader;
    use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
    let mut world = World::new(24, TickRate::default(), 1);
    for (i, player) in world.players.iter_mut().enumerate() {
        let pos = IVec2::new(8 * 1024 + i as i32 * 1300, 10 * 1024 + i as i32 * 900);
        *player = Some(Player { pos, alive: true, health: 100, ..Player::default() });
    }
    let (mut history, mut told) = (History::new(24), ToldRing::new(24));
    let mut encoder = SnapshotEncoder::new(24, ExtrapolationTable::of(TickRate::default()));
    let others: Vec<Slot> = (1..24).map(Slot).collect();
    for tick in 1..=ticks {
        world.tick = Tick(tick);
        for player in world.players.iter_mut().flatten() {
            player.pos += IVec2::new(rng.range_i32(-90, 90), rng.range_i32(-90, 90));
        }
        history.push(&world);
        encoder.begin(world.tick);
        let (row, baseline) = told.begin(world.tick);
        let header = SnapshotHeader { tick: world.tick, ..SnapshotHeader::default() };
        let own = Some(Slot(0));
        let priority = &mut [0; 24];
        let request = SnapshotRequest {
            header,
            history: &history,
            own,
            baseline,
            visible: &others,
            scene: Scene::default(),
            priority,
        };
        encoder.encode(request, row, &mut Vec::new());
        told.handle_ack(Some(world.tick), 0);
    }
    world.tick = Tick(ticks + 1);
    (world, history, told)
}

/// Where `slot` truly was at a time in 1/256 tick.
fn truth(world: &World, history: &History, slot: Slot, at_256ths: i64) -> Pose {
    let state = |tick: i64| {
        let now = i64::from(world.tick.0);
        let player = if tick == now { world.player(slot) } else { history.player(Tick(tick as u32), slot) };
        Pose::of(player.expect("everybody is there all the time"))
    };
    let (tick, fraction) = (at_256ths.div_euclid(256), at_256ths.rem_euclid(256) as u16);
    if fraction == 0 { state(tick) } else { Pose::blend(state(tick), state(tick + 1), fraction) }
}

#[test]
fn a_verdict_is_never_better_than_what_the_allowed_time_gives() {
    let seed = 41;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let arena = maps::load("open").unwrap().arena;
    let (world, history, told) = walkers(400, &mut rng);
    let now = world.tick;
    let mut shooters = OneShooter { told, believed: None };
    let rules = MatchRules { rewind_ms: 300, ..MatchRules::default() };
    let (mut hits, mut clamped_hits) = (0, 0);
    for case in 0..60_000 {
        let estimate = i64::from(now.0 - rng.below(16));
        let believed = Believed { estimate, first: estimate - 3, last: estimate + 3, had: Some(Tick(now.0 - 2)) };
        shooters.believed = rng.chance(9, 10).then_some(believed);
        let claim = any_claim(now.0, &mut rng);
        let stamps = [Some(claim)];
        let judge = LagCompensation::new(&history, &arena, &shooters, &stamps, rules, world.rate, Vec::new());
        let towards = world.player(Slot(1 + rng.below(23) as u16)).unwrap().pos - world.player(Slot(0)).unwrap().pos;
        let weapon = if case % 4 == 0 { Weapon::Shotgun } else { Weapon::Rifle };
        let fired = Shot::new(Slot(0), weapon, Turn::of(towards), now);
        let verdict = judge.judge(&world, &arena, &fired);
        let shot = judge.into_evidence()[0];
        assert_eq!((shot.hit, shot.policy, shot.weapon), (verdict.victim(), claim.check, weapon));
        assert_eq!(shot.rays_hit[claim.check as usize], verdict.rays_hit());
        assert_eq!(verdict.rays().iter().map(|ray| ray.aim).collect::<Vec<_>>(), fired.rays.as_slice());
        assert!(shot.used_age_256ths <= 20 * 256, "case {case}: {shot:?}");
        let used = i64::from(now.0) * 256 - i64::from(shot.used_age_256ths);
        let truth = |slot, at: i64| truth(&world, &history, slot, at);
        let at_now = i64::from(now.0) * 256;
        match shooters.believed {
            _ if claim.check == HitCheck::None => assert_eq!(used, at_now),
            Some(b) => assert!((b.first * 256..=b.last * 256).contains(&used), "case {case}: {shot:?}"),
            None => assert_eq!(used, i64::from(now.0) * 256),
        }
        let as_told = shot.clamp == Clamp::None && claim.check == HitCheck::Exact;
        let whole = |tick: Tick| i64::from(tick.0) * 256;
        let drawn = |slot| Pose::blend(truth(slot, whole(claim.a)), truth(slot, whole(claim.b)), claim.fraction);
        let muzzle = match claim.own {
            _ if claim.check == HitCheck::None => truth(Slot(0), at_now),
            OwnView::Between { from, fraction, .. } if now.since(from).is_some_and(|age| (1..=8).contains(&age)) => {
                truth(Slot(0), whole(from) + i64::from(fraction))
            }
            OwnView::Between { .. } => truth(Slot(0), at_now),
            OwnView::WithOthers if as_told => drawn(Slot(0)),
            OwnView::WithOthers => truth(Slot(0), used),
        };
        match claim.own {
            // Predicted again from a state that was told: with other inputs than were used it ends elsewhere, but not far.
            OwnView::Between { from, based_on, .. }
                if based_on <= from && shooters.believed.is_some_and(|believed| believed.may_be_newest(based_on)) =>
            {
                let off = (IVec2::from_array(shot.muzzle) - muzzle.pos).abs().max_element();
                let reach = 2 * 192 * (now.0.saturating_sub(based_on.0) as i32 + 1);
                assert!(off <= reach, "case {case}: {off} units off, {shot:?}");
            }
            _ => assert_eq!(shot.muzzle, muzzle.pos.to_array(), "case {case}: {shot:?}"),
        }
        let Some(target) = shot.target.filter(|target| shot.hit == Some(target.slot)) else { continue };
        let tested = if as_told { drawn(target.slot) } else { truth(target.slot, used) };
        assert_eq!(target.tested, tested.pos.to_array(), "case {case}: {shot:?}");
        hits += 1;
        clamped_hits += u32::from(shot.clamp != Clamp::None);
    }
    println!("{hits} hits, {clamped_hits} of them clamped");
    assert!(hits > 5_000 && clamped_hits > 1_000);
}

#[test]
fn stamps_of_every_class_over_the_wire_keep_the_limits_of_the_core() {
    let rules = MatchRules::default();
    let mut rig = Rig::new("open", 32, 24, rules, 42);
    let cheats: Vec<usize> = (0..6).map(|delay| rig.join(LinkTicks { delay, ..LinkTicks::default() })).collect();
    let mut rng = Rng::new(42);
    // Of all claims few are late; and people reload now and then.
    for _ in 0..9_000 {
        rig.tick_with(&mut |_, _, packet| {
            let mut inputs: Vec<_> = packet.inputs.to_vec();
            let newest = inputs.last_mut().unwrap();
            newest.view = newest.view.map(|_| any_claim_that_travels(packet.newest, packet.ack.unwrap(), &mut rng));
            packet.inputs = tickshot_shared::protocol::client_msg::InputRun::of(&inputs).unwrap();
            packet.display_delay = if rng.chance(1, 2) { rng.below(1024) as i16 - 512 } else { packet.display_delay };
        });
    }
    let cap = TickRate::default().ticks_in_ms(rules.rewind_ms.into());
    let mut clamps = [0u32; 6];
    for shot in &rig.shots {
        assert!(shot.used_age_256ths <= cap * 256, "{shot:?}");
        clamps[shot.clamp as usize] += 1;
    }
    let counts = rig.core.metrics.shots.counts(TickRate::default());
    println!("{} cheats: {counts:?}", cheats.len());
    assert!(rig.shots.len() > 300 && clamps.iter().all(|n| *n > 0), "{clamps:?}");
    assert_eq!(counts.clamped, u64::from(clamps[1..].iter().sum::<u32>()));
    assert!(rig.core.metrics.drops.is_empty(), "{:?}", rig.core.metrics.drops);
}
