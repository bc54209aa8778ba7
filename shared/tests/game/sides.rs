//! One's own side is not hurt, and nobody is while nothing counts.

use super::{RIGHT, damage_of, fire, hall, holding, tick, world_of};
use tickshot_shared::sim::round::{Phase, Team};
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

/// A shooter, a mate 5 m to its right, and an enemy 3 m behind that one.
fn three(weapon: Weapon, friendly_fire: bool) -> (tickshot_shared::sim::arena::Arena, World) {
    let arena = hall();
    let of = |player: Player, team| Player { team: Some(team), ..player };
    let mut world = world_of(
        &arena,
        64,
        &[
            of(holding(weapon, 5.0, 10.0), Team::Amber),
            of(holding(Weapon::Rifle, 10.0, 10.0), Team::Amber),
            of(holding(Weapon::Rifle, 13.0, 10.0), Team::Azure),
        ],
    );
    world.round.options.friendly_fire = friendly_fire;
    (arena, world)
}

fn one_shot(weapon: Weapon, arena: &tickshot_shared::sim::arena::Arena, world: &mut World) -> Vec<Event> {
    let mut events = tick(world, arena, &[fire(weapon, RIGHT), None, None]);
    (0..64).for_each(|_| events.extend(tick(world, arena, &[None, None, None])));
    events
}

#[test]
fn shots_pass_through_mates_and_bursts_do_not_hurt_them() {
    for weapon in Weapon::ALL {
        let (arena, mut world) = three(weapon, false);
        let events = one_shot(weapon, &arena, &mut world);
        assert_eq!(damage_of(&events, 1), 0, "{weapon:?}");
        assert!(damage_of(&events, 2) > 0, "{weapon:?}: {events:?}");
        assert_eq!(world.player(Slot(1)).unwrap().hurt_seq, 0);
    }
    // A burst at the enemy's feet with a mate beside it.
    let (arena, mut world) = three(Weapon::Launcher, false);
    world.players[1].as_mut().unwrap().pos.x = 13 * 1024 - 700;
    let events = one_shot(Weapon::Launcher, &arena, &mut world);
    assert_eq!((damage_of(&events, 1), damage_of(&events, 2)), (0, 80));
}

#[test]
fn friendly_fire_makes_a_mate_a_target_like_any_other() {
    for weapon in Weapon::ALL {
        let (arena, mut world) = three(weapon, true);
        let events = one_shot(weapon, &arena, &mut world);
        assert!(damage_of(&events, 1) > 0, "{weapon:?}");
    }
}

#[test]
fn nobody_is_hurt_outside_of_warm_up_and_live_though_everyone_may_fire() {
    for weapon in Weapon::ALL {
        for phase in [Phase::WarmUp, Phase::Live, Phase::RoundOver, Phase::MatchOver] {
            let arena = hall();
            let mut world = world_of(&arena, 64, &[holding(weapon, 5.0, 10.0), holding(Weapon::Rifle, 9.0, 10.0)]);
            (world.round.phase, world.round.ends) = (phase, Some(Tick(100_000)));
            let events = one_shot(weapon, &arena, &mut world);
            assert!(matches!(events[0], Event::Shot { .. }), "{weapon:?} in {phase:?}: {events:?}");
            let hurt = damage_of(&events, 1) > 0;
            let (shooter, target) = (world.player(Slot(0)).unwrap(), world.player(Slot(1)).unwrap());
            assert_eq!(hurt, phase.hurts(), "{weapon:?} in {phase:?}");
            assert_eq!((shooter.hits > 0, target.hurt_seq > 0), (hurt, hurt), "{weapon:?} in {phase:?}");
        }
    }
}
