//! Hand-made histories: what each policy says of a known scene, and that a record of a shot is as good as what the server
//! knew of its shooter.

use super::policy::{Case, Policy};
use crate::model::ServerTrace;
use crate::proto::{ServerTick, Shot as Record, ShotBelief, Stamp};
use crate::replay::{Recorded, view_stamp};
use glam::IVec2;
use tickshot_shared::lagcomp::{Believed, LagCompensation, MatchRules, Shooters, Tells};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::{Clamp, ShotEvidence};
use tickshot_shared::protocol::fields::ExtrapolationTable;
use tickshot_shared::protocol::scene::Scene;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest};
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::protocol::told::{Told, ToldRing};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Judge, Shot, Verdict};
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::{Buttons, Heading, Input, OwnView, ViewStamp};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const SHOOTER: Slot = Slot(0);
const PLAYERS: u16 = 16;

/// What a server knows of a shooter who was told of everyone in every snapshot.
struct Known {
    told: ToldRing,
    believed: Option<Believed>,
    inputs: Vec<Input>,
}

impl Shooters for Known {
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
    fn input(&self, _: Slot, tick: Tick) -> Option<Input> {
        self.inputs.get(tick.0 as usize).copied()
    }
}

/// Everyone as `place(slot, tick)` says in ticks 1 to `now - 1`, all of it told and acked; the world is in the making of
/// `now`.
fn told_of_all(now: u32, mut place: impl FnMut(u16, u32) -> IVec2) -> (World, History, Known) {
    let capacity = usize::from(PLAYERS);
    let mut world = World::new(capacity, TickRate::default(), 1);
    let (mut history, mut told) = (History::new(capacity), ToldRing::new(capacity));
    let mut encoder = SnapshotEncoder::new(capacity, ExtrapolationTable::of(world.rate));
    let others: Vec<Slot> = (1..PLAYERS).map(Slot).collect();
    let mut priority = vec![0; capacity];
    for tick in 1..=now {
        world.tick = Tick(tick);
        for (slot, player) in world.players.iter_mut().enumerate() {
            let pos = place(slot as u16, tick);
            *player = Some(Player { pos, alive: true, health: 100, ..Player::default() });
        }
        if tick == now {
            break;
        }
        history.push(&world);
        encoder.begin(world.tick);
        let (row, baseline) = told.begin(world.tick);
        let header = SnapshotHeader { tick: world.tick, ..SnapshotHeader::default() };
        let request = SnapshotRequest {
            header,
            history: &history,
            own: Some(SHOOTER),
            baseline,
            visible: &others,
            scene: Scene::default(),
            priority: &mut priority,
        };
        encoder.encode(request, row, &mut Vec::new());
        told.handle_ack(Some(world.tick), 0);
    }
    (world, history, Known { told, believed: None, inputs: Vec::new() })
}

/// One shot by the code that judges.
fn lagcomp<S: Shooters>(
    world: &World,
    arena: &Arena,
    history: &History,
    shooters: &S,
    stamp: ViewStamp,
    rules: MatchRules,
    shot: &Shot,
) -> (Verdict, ShotEvidence) {
    let stamps = [Some(stamp)];
    let judge = LagCompensation::new(history, arena, shooters, &stamps, rules, world.rate, Vec::new());
    let verdict = judge.judge(world, arena, shot);
    (verdict, judge.into_evidence()[0])
}

fn open() -> Arena {
    Arena::parse("open", include_bytes!("../../../../assets/maps/open.tmx")).expect("the shipped map is valid")
}

fn duel() -> Arena {
    Arena::parse("duel", include_bytes!("../../../../assets/maps/duel.tmx")).expect("the shipped map is valid")
}

/// Far from every shot, each in a place of its own.
fn aside(slot: u16) -> IVec2 {
    IVec2::new(3 + i32::from(slot) * 2, 44) * 1024
}

/// The shooter stands, its target walks to the right in front of it at 100 units a tick; the picture is `age` ticks old, and
/// the shooter aims at what it drew.
fn walking_target(age: u32, arena: &Arena, weapon: Weapon) -> [(String, Option<Slot>); Policy::ALL.len()] {
    let now = 100;
    let target = |tick: u32| IVec2::new(10 * 1024 + tick as i32 * 100, 10 * 1024);
    let (world, history, mut known) = told_of_all(now, |slot, tick| match slot {
        0 => IVec2::new(20, 20) * 1024,
        1 => target(tick),
        _ => aside(slot),
    });
    let estimate = i64::from(now - age);
    let believed = Believed { estimate, first: estimate - 3, last: estimate + 3, had: Some(Tick(now - 3)) };
    known.believed = Some(believed);
    let drawn = target(now - age);
    let (a, b) = (Tick(now - age), Tick(now - age));
    let stamp = ViewStamp { a, b, fraction: 0, own: OwnView::WithOthers, check: HitCheck::Exact };
    let shot = Shot::new(SHOOTER, weapon, Turn::of(drawn - IVec2::new(20, 20) * 1024), Tick(now));
    let rules = MatchRules { experiments: false, hit_checks: HitCheck::Exact, rewind_ms: 250 };
    let judge = |rules| lagcomp(&world, arena, &history, &known, stamp, rules, &shot).0;
    let case = Case { world: &world, arena, rules, judge: &judge };
    Policy::ALL.map(|policy| (policy.name(), policy.victim(&case)))
}

fn who_hit(verdicts: &[(String, Option<Slot>)]) -> Vec<&str> {
    verdicts.iter().filter(|(_, victim)| *victim == Some(Slot(1))).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_picture_of_188_ms_hits_under_every_rule_that_reaches_so_far_back() {
    let verdicts = walking_target(12, &open(), Weapon::Rifle);
    let hit = ["in force", "whole tick", "exact", "exact 250 ms", "exact 500 ms", "exact 1000 ms", "favour victim"];
    assert_eq!(who_hit(&verdicts), hit);
}

#[test]
fn a_picture_of_400_ms_is_a_hit_only_with_a_cap_beyond_it() {
    let verdicts = walking_target(26, &open(), Weapon::Rifle);
    assert_eq!(who_hit(&verdicts), ["exact 500 ms", "exact 1000 ms"]);
}

#[test]
fn a_fresh_picture_is_a_hit_under_every_rule() {
    let verdicts = walking_target(1, &open(), Weapon::Shotgun);
    assert_eq!(who_hit(&verdicts).len(), Policy::ALL.len(), "{verdicts:?}");
}

/// A free tile with a clear column of view, and where to stand so that a wall is between: found on the map, not drawn by hand.
fn corner(arena: &Arena) -> (IVec2, IVec2, IVec2) {
    let centre = |x: i32, y: i32| IVec2::new(x, y) * 1024 + 512;
    let sees = |a, b| tickshot_shared::sim::collision::line_of_sight(arena, a, b);
    let free = |x: i32, y: i32| !arena.is_solid(x, y);
    for y in 1..arena.height() - 1 {
        for x in 1..arena.width() - 8 {
            let (open, hidden) = (centre(x, y), centre(x + 1, y));
            for up in 4..8 {
                let eye = centre(x, y - up);
                if free(x, y) && free(x + 1, y) && free(x, y - up) && sees(eye, open) && !sees(eye, hidden) {
                    return (eye, open, hidden);
                }
            }
        }
    }
    panic!("this map has no corners");
}

#[test]
fn who_is_behind_a_wall_by_now_is_not_hit_if_the_victim_is_favoured() {
    let arena = duel();
    let (eye, in_the_open, hidden) = corner(&arena);
    let verdicts = |now_at: IVec2| {
        let (now, age) = (100, 8);
        let (world, history, mut known) = told_of_all(now, |slot, tick| match slot {
            0 => eye,
            1 if tick <= now - age => in_the_open,
            // No faster than a dash: nobody is taken for moved.
            1 => in_the_open + (now_at - in_the_open) * (tick - (now - age)) as i32 / age as i32,
            _ => IVec2::splat(-5000),
        });
        let estimate = i64::from(now - age);
        let believed = Believed { estimate, first: estimate - 3, last: estimate + 3, had: Some(Tick(now - 3)) };
        known.believed = Some(believed);
        let at = Tick(now - age);
        let stamp = ViewStamp { a: at, b: at, fraction: 0, own: OwnView::WithOthers, check: HitCheck::Exact };
        let shot = Shot::new(SHOOTER, Weapon::Rifle, Turn::of(in_the_open - eye), Tick(now));
        let judge = |rules| lagcomp(&world, &arena, &history, &known, stamp, rules, &shot).0;
        let case = Case { world: &world, arena: &arena, rules: MatchRules::default(), judge: &judge };
        [Policy::Exact, Policy::FavourVictim].map(|policy| policy.victim(&case))
    };
    assert_eq!(verdicts(hidden), [Some(Slot(1)), None], "it reached cover in time");
    assert_eq!(verdicts(in_the_open), [Some(Slot(1)); 2], "it did not");
}

/// The record of a shot, as a server writes it.
fn record(known: &Known, now: Tick, stamp: &ViewStamp) -> Record {
    let age = |tick: Tick| now.since(tick).unwrap_or(0);
    let told = |tick: Tick| {
        let Some(told) = known.told.at(tick) else { return Vec::new() };
        let age = |slot| told.told_at(Slot(slot)).map_or(255, |at| Tells::tick(told).0 - at.0);
        (0..PLAYERS).map(|slot| age(slot) as u8).collect()
    };
    let (own_age, own_fraction_256ths, based_on) = match stamp.own {
        OwnView::Between { from, fraction, based_on } => (Some(age(from)), fraction.into(), Some(based_on)),
        OwnView::WithOthers => (None, 0, None),
    };
    let ago = |at: i64| (i64::from(now.0) - at) as i32;
    Record {
        tick: now.0,
        claim: Some(Stamp {
            slot: 0,
            a_age: age(stamp.a),
            b_age: age(stamp.b),
            fraction_256ths: stamp.fraction.into(),
            own_age,
            own_fraction_256ths,
            based_on_age: based_on.map_or(0, age),
            check: stamp.check as u32,
        }),
        acked_age: known.told.acked().map(age),
        belief: known.believed.map(|believed| ShotBelief {
            estimate_age: ago(believed.estimate),
            first_age: ago(believed.first),
            last_age: ago(believed.last),
            had_age: believed.had.map(|had| ago(had.0.into())),
        }),
        told_a: told(stamp.a),
        told_b: told(stamp.b),
        based_on_told: based_on.is_some_and(|tick| known.told.at(tick).is_some()),
        ..Record::default()
    }
}

/// A stamp that travels, of snapshots about the newest; a few name one that was never sent.
fn any_stamp(now: u32, rng: &mut Rng) -> ViewStamp {
    loop {
        let b = Tick(now - rng.below(40));
        let a = Tick(b.0.saturating_sub(rng.below(3)));
        let own = OwnView::Between {
            from: Tick(now - 1 - rng.below(10)),
            fraction: rng.next_u64() as u8,
            based_on: Tick(now - 1 - rng.below(12)),
        };
        let own = if rng.chance(1, 3) { OwnView::WithOthers } else { own };
        let fraction = rng.below(300) as u16;
        let stamp = ViewStamp { a, b, fraction, own, check: HitCheck::ALL[rng.below(3) as usize] };
        if stamp_is_possible(&stamp, Tick(now)) {
            return stamp;
        }
    }
}

/// The inputs of the shooter as columns.
fn ticks(inputs: &[Input]) -> Vec<ServerTick> {
    let tick = |(tick, input): (usize, &Input)| ServerTick {
        tick: tick as u32,
        input_slots: vec![0],
        input_uses: vec![0],
        headings: vec![input.heading.value().into()],
        aims: vec![input.aim.0.into()],
        buttons: vec![input.buttons.0.into()],
        weapons: vec![input.weapon.index() as u32],
        ..ServerTick::default()
    };
    inputs.iter().enumerate().map(tick).collect()
}

#[test]
fn a_record_of_a_shot_is_as_good_as_what_the_server_knew_of_its_shooter() {
    let seed = 70;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let (now, arena) = (300, open());
    let mut at: Vec<IVec2> = (0..PLAYERS).map(|i| IVec2::new(9 * 1024 + i32::from(i) * 1500, 9 * 1024)).collect();
    let (world, history, mut known) = told_of_all(now, |slot, _| {
        let at = &mut at[usize::from(slot)];
        *at += IVec2::new(rng.range_i32(-90, 90), rng.range_i32(-60, 100));
        *at
    });
    let mut rng = Rng::new(seed + 1);
    known.inputs = (0..now)
        .map(|_| Input {
            heading: Heading::new(rng.below(9) as u8).unwrap(),
            aim: Turn(rng.next_u64() as u16),
            buttons: Buttons(rng.below(8) as u8),
            ..Input::default()
        })
        .collect();
    let trace = ServerTrace { ticks: ticks(&known.inputs), ..ServerTrace::default() };
    let seated = vec![Tick(0); usize::from(PLAYERS)];
    let (mut hits, mut clamps, mut own) = (0, [0; 6], 0);
    for case in 0..20_000 {
        let stamp = any_stamp(now, &mut rng);
        let b = stamp.b;
        let estimate = i64::from(b.0) + i64::from(rng.below(9)) - 4;
        let believed =
            Believed { estimate, first: estimate - 3, last: estimate + 3, had: Some(Tick(now - 1 - rng.below(8))) };
        known.believed = rng.chance(19, 20).then_some(believed);
        let towards = world.player(Slot(1 + rng.below(15) as u16)).unwrap().pos - world.player(SHOOTER).unwrap().pos;
        let weapon = if rng.chance(1, 3) { Weapon::Shotgun } else { Weapon::Rifle };
        let shot = Shot::new(SHOOTER, weapon, Turn::of(towards), Tick(now));
        let rules = MatchRules { rewind_ms: [0, 100, 250, 1000][rng.below(4) as usize], ..MatchRules::default() };
        let (verdict, evidence) = lagcomp(&world, &arena, &history, &known, stamp, rules, &shot);
        let record = [record(&known, Tick(now), &stamp)];
        let again = view_stamp(record[0].claim.as_ref().unwrap(), Tick(now));
        let recorded = Recorded::of(&trace, &record, &seated);
        let (replayed, replayed_evidence) = lagcomp(&world, &arena, &history, &recorded, stamp, rules, &shot);
        assert_eq!((again, replayed), (Some(stamp), verdict), "case {case}");
        assert_eq!(replayed_evidence, evidence, "case {case}");
        hits += u32::from(verdict.victim().is_some());
        clamps[evidence.clamp as usize] += 1;
        own += u32::from(evidence.muzzle != world.player(SHOOTER).unwrap().pos.to_array());
    }
    println!("{hits} hits, {own} from elsewhere than the present, clamps {clamps:?} in the order of Clamp::ALL");
    let seen = |clamp: Clamp| clamps[clamp as usize] > 100;
    assert!(hits > 3000 && own > 3000, "{hits} {own}");
    assert!([Clamp::None, Clamp::Cap, Clamp::Early, Clamp::Late, Clamp::Unknown].into_iter().all(seen), "{clamps:?}");
}
