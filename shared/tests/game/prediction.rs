//! What a client predicts of its own player is what the server makes of it, whatever is pressed.

use super::{common, hall, rate};
use common::Restless;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::round::{MatchOptions, Phase};
use tickshot_shared::sim::step::{Event, OwnDeeds, predict_own, step};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

/// `predicted` with what only the server can know taken over from `truth`.
fn told(predicted: Player, truth: &Player) -> Player {
    Player {
        shot_range: truth.shot_range,
        health: truth.health,
        armour: truth.armour,
        hits: truth.hits,
        hurt_seq: truth.hurt_seq,
        hurt_from: truth.hurt_from,
        pickup_seq: truth.pickup_seq,
        team: truth.team,
        kills: truth.kills,
        deaths: truth.deaths,
        ..predicted
    }
}

fn is_disturbed(before: &Player, now: &Player) -> bool {
    let life = |p: &Player| (p.alive, p.deaths, p.hurt_seq, p.pickup_seq);
    life(before) != life(now)
}

#[test]
fn an_undisturbed_player_who_does_everything_there_is_for_minutes_is_never_mispredicted() {
    let arena = common::arena();
    for (hz, seed) in [(20, 60), (30, 61), (64, 62), (100, 63), (128, 64)] {
        println!("{hz} Hz, seed {seed}");
        let mut world = World::new(1, rate(hz), seed);
        world.join(&arena, Slot(0));
        // Nobody is hurt in this phase: a rocket does not disturb its own shooter.
        (world.round.phase, world.round.ends) = (Phase::MatchOver, None);
        // It begins as in a round: three seconds frozen, whose end both know.
        world.players[0].as_mut().unwrap().frozen_ticks = 3 * hz as u16;
        let mut own = *world.player(Slot(0)).unwrap();
        let mut restless = Restless::new(seed, 0);
        let mut did = [0; 6];
        for number in 0..180 * hz {
            let input = restless.press();
            // Pockets that never empty: it goes on firing all three.
            for player in [&mut own, world.players[0].as_mut().unwrap()] {
                player.reserves = [0, 20, 10];
            }
            let deeds = predict_own(&mut own, &arena, world.rate, &input);
            step(&mut world, &arena, &[Some(input)], &Present, &mut Vec::new());
            let truth = world.player(Slot(0)).unwrap();
            assert_eq!(told(own, truth), *truth, "{hz} Hz, tick {number}: {input:?}");
            for (count, done) in did.iter_mut().zip(list(&deeds)) {
                *count += u32::from(done);
            }
        }
        println!("fired, switched, dry, reload began, reload done, dashed: {did:?}");
        assert!(did.iter().enumerate().all(|(i, count)| *count > 10 || i == 2), "{did:?}");
    }
}

fn list(deeds: &OwnDeeds) -> [bool; 6] {
    let OwnDeeds { fired, switched, dry, reload_began, reload_done, dashed } = *deeds;
    [fired.is_some(), switched, dry, reload_began, reload_done, dashed]
}

#[test]
fn in_a_fight_only_hits_pickups_and_lives_come_between_a_player_and_its_prediction() {
    for arena in [common::arena(), hall()] {
        for hz in [20, 64, 128] {
            fight(&arena, hz, u64::from(hz));
        }
    }
}

/// Sixteen who press everything: each is predicted from its state of the tick before.
fn fight(arena: &Arena, hz: u32, seed: u64) {
    println!("{} at {hz} Hz, seed {seed}", arena.name());
    let mut world = World::for_match(16, arena.pickups().len(), rate(hz), seed, Tick(0), MatchOptions::ENDLESS);
    (0..16).for_each(|slot| world.join(arena, Slot(slot)));
    let mut people: Vec<Restless> = (0..16).map(|slot| Restless::new(seed, slot)).collect();
    let (mut compared, mut disturbed, mut events) = (0, 0, Vec::new());
    for _ in 0..60 * hz {
        let inputs: Vec<_> = people.iter_mut().map(|restless| Some(restless.press())).collect();
        let before = world.clone();
        events.clear();
        step(&mut world, arena, &inputs, &Present, &mut events);
        for (slot, truth) in world.present() {
            let mut own = *before.player(slot).unwrap();
            let deeds = predict_own(&mut own, arena, world.rate, &inputs[slot.index()].unwrap());
            let shot = events.iter().find_map(|event| match event {
                Event::Shot { slot: by, weapon, .. } if *by == slot => Some(*weapon),
                _ => None,
            });
            if before.player(slot).unwrap().alive {
                assert_eq!(deeds.fired, shot, "{slot:?} at {:?}", world.tick);
            }
            if is_disturbed(before.player(slot).unwrap(), truth) {
                disturbed += 1;
                continue;
            }
            assert_eq!(told(own, truth), *truth, "{slot:?} at {:?}", world.tick);
            compared += 1;
        }
    }
    println!("{compared} ticks compared, {disturbed} disturbed");
    assert!(compared > 50 * 16 * hz && disturbed > 50);
}
