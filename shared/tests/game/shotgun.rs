//! Shots of several rays: their fan, whom they hit and how much.

use super::{RIGHT, damage_of, fire, hall, holding, tick, world_of};
use std::cell::RefCell;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::combat::{Judge, Present, RAYS_MAX, Shot, Verdict, judge, rays, trace};
use tickshot_shared::sim::step::step;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Slot, World};
use tickshot_shared::tick::Tick;

#[test]
fn a_fan_has_one_ray_in_each_of_its_parts_and_is_another_one_for_every_shot() {
    let spread = i32::from(Weapon::Shotgun.table().spread_steps);
    let part = 2 * spread / RAYS_MAX as i32;
    let mut fans = std::collections::BTreeSet::new();
    for tick in 0..1000 {
        for slot in [0, 1, 63] {
            let aim = Turn((tick * 977) as u16);
            let fan = rays(Weapon::Shotgun, aim, Slot(slot), Tick(tick));
            assert_eq!(fan, rays(Weapon::Shotgun, aim, Slot(slot), Tick(tick)), "the same for whoever asks");
            let off: Vec<i32> = fan.as_slice().iter().map(|ray| aim.shortest_to(*ray)).collect();
            assert_eq!(off.len(), RAYS_MAX);
            for (i, off) in off.iter().enumerate() {
                let first = part * i as i32 - spread;
                assert!((first..=first + part).contains(off), "tick {tick}, slot {slot}, ray {i}: {off}");
            }
            fans.insert(off);
        }
    }
    assert!(fans.len() > 2900, "{} different fans of 3000", fans.len());
    assert_eq!(rays(Weapon::Rifle, Turn(77), Slot(3), Tick(5)).as_slice(), [Turn(77)]);
}

#[test]
fn the_rays_that_are_judged_are_the_ones_that_every_end_computes_for_itself() {
    struct Noting(RefCell<Vec<Shot>>);
    impl Judge for Noting {
        fn judge(&self, world: &World, arena: &Arena, shot: &Shot) -> Verdict {
            self.0.borrow_mut().push(*shot);
            judge(world, arena, &Present, shot)
        }
    }
    let arena = hall();
    let mut world = world_of(&arena, 64, &[holding(Weapon::Shotgun, 5.0, 5.0)]);
    let noting = Noting(RefCell::default());
    for now in 1..=300 {
        let aim = Turn(now * 100);
        step(&mut world, &arena, &[fire(Weapon::Shotgun, aim)], &noting, &mut Vec::new());
        for shot in noting.0.borrow_mut().drain(..) {
            assert_eq!(shot, Shot::new(Slot(0), Weapon::Shotgun, aim, world.tick));
            assert_eq!(shot.rays, rays(Weapon::Shotgun, aim, Slot(0), Tick(now.into())));
        }
    }
}

#[test]
fn a_body_right_in_front_takes_all_rays_and_each_takes_its_damage_and_adds_its_push() {
    let arena = hall();
    let mut world = world_of(&arena, 64, &[holding(Weapon::Shotgun, 5.0, 5.0), holding(Weapon::Rifle, 6.0, 5.0)]);
    let events = tick(&mut world, &arena, &[fire(Weapon::Shotgun, RIGHT), None]);
    assert_eq!(damage_of(&events, 1), 72, "eight rays of nine");
    let (shooter, victim) = (*world.player(Slot(0)).unwrap(), *world.player(Slot(1)).unwrap());
    assert_eq!((shooter.hits, victim.hurt_seq), (1, 1), "one shot, one hit, one hurt");
    assert_eq!(victim.vel.x, 8 * 1024 / 64, "eight times a metre a second");
}

#[test]
fn every_body_takes_the_rays_it_stops_and_the_victim_is_who_took_most() {
    let arena = hall();
    // One on the line and one beside it, both in the fan.
    let at = |x, y| holding(Weapon::Rifle, x, y);
    let mut world = world_of(&arena, 64, &[holding(Weapon::Shotgun, 5.0, 5.0), at(11.0, 5.0), at(11.0, 5.9)]);
    let shot = Shot::new(Slot(0), Weapon::Shotgun, RIGHT, Tick(1));
    let verdict = judge(&world, &arena, &Present, &shot);
    let taken: Vec<(Slot, u8)> = verdict.victims().collect();
    let rays_in = |slot| verdict.rays().iter().filter(|ray| ray.hit == Some(Slot(slot))).count() as u8;
    assert!(rays_in(1) > 0 && rays_in(2) > 0, "{taken:?}");
    assert_eq!(taken.iter().map(|(slot, rays)| (slot.0, *rays)).collect::<Vec<_>>().len(), 2);
    let most = taken.iter().max_by_key(|(_, rays)| *rays).unwrap();
    assert_eq!((verdict.victim(), verdict.rays_hit()), (Some(most.0), most.1));
    let events = tick(&mut world, &arena, &[fire(Weapon::Shotgun, RIGHT), None, None]);
    for (slot, rays) in taken {
        assert_eq!(damage_of(&events, slot.index()), 9 * u32::from(rays));
    }
}

#[test]
fn of_two_who_take_as_many_rays_the_one_in_the_lower_slot_is_the_victim() {
    let arena = hall();
    let world = world_of(&arena, 64, &[holding(Weapon::Shotgun, 5.0, 5.0)]);
    let muzzle = world.player(Slot(0)).unwrap().pos;
    let shot = Shot::new(Slot(0), Weapon::Shotgun, RIGHT, Tick(1));
    let beside = |y_m: f64| glam::IVec2::new(8 * 1024, (y_m * 1024.0) as i32);
    let mut ties = 0;
    for gap in 0..60 {
        let (a, b) = (beside(5.0 - 0.01 * f64::from(gap)), beside(5.0 + 0.01 * f64::from(gap)));
        for bodies in [[(Slot(4), a), (Slot(9), b)], [(Slot(9), a), (Slot(4), b)]] {
            let verdict = trace(&arena, muzzle, &shot, bodies.into_iter());
            if verdict.rays_in(Slot(4)) == verdict.rays_in(Slot(9)) && verdict.rays_in(Slot(4)) > 0 {
                assert_eq!(verdict.victim(), Some(Slot(4)));
                ties += 1;
            }
        }
    }
    assert!(ties > 10, "{ties} ties");
}

#[test]
fn beyond_its_reach_a_shotgun_hits_nobody_and_within_it_walls_stop_each_ray_for_itself() {
    let arena = hall();
    for (metres, hits) in [(18.3, true), (18.5, false)] {
        let mut world =
            world_of(&arena, 64, &[holding(Weapon::Shotgun, 5.0, 5.0), holding(Weapon::Rifle, 5.0 + metres, 5.0)]);
        // Some shot of many has a ray near enough to the middle.
        let hurt = (0..400).any(|_| damage_of(&tick(&mut world, &arena, &[fire(Weapon::Shotgun, RIGHT), None]), 1) > 0);
        assert_eq!(hurt, hits, "{metres} m");
    }
    let arena = super::common::sketch(&["S.......", "....#...", "........", "........"]);
    let world = world_of(&arena, 64, &[holding(Weapon::Shotgun, 1.0, 2.0)]);
    let verdict = judge(&world, &arena, &Present, &Shot::new(Slot(0), Weapon::Shotgun, RIGHT, Tick(1)));
    let near = verdict.rays().iter().filter(|ray| ray.range_units < 4 * 1024).count();
    assert!((1..8).contains(&near), "{near} of 8 rays end at the block: {:?}", verdict.rays());
}
