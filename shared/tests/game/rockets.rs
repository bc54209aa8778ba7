//! Rockets: their line, what stops them, what their bursts do.

use super::{RIGHT, common, damage_of, fire, hall, holding, rate, tick, world_of};
use glam::IVec2;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::raycast;
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::rocket::{ROCKET_AFTERGLOW_MS, ROCKETS_MAX, Rocket};
use tickshot_shared::sim::step::{Event, predict_own};
use tickshot_shared::sim::weapon::{ROCKET_RADIUS, SPLASH_EDGE_DAMAGE, Weapon};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

const TOUCH: i32 = ROCKET_RADIUS + Player::RADIUS;

fn burst_at(events: &[Event]) -> Option<IVec2> {
    events.iter().find_map(|event| match event {
        Event::Burst { at, .. } => Some(*at),
        _ => None,
    })
}

/// Fires once along `aim` and waits for the burst; the events of that tick.
fn fire_and_wait(world: &mut World, arena: &Arena, aim: Turn) -> Vec<Event> {
    let mut inputs = vec![None; world.players.len()];
    inputs[0] = fire(Weapon::Launcher, aim);
    let launched = tick(world, arena, &inputs);
    assert!(matches!(launched[..], [Event::Shot { weapon: Weapon::Launcher, hit: None, .. }]), "{launched:?}");
    inputs[0] = None;
    for _ in 0..5 * world.rate.hz() {
        let events = tick(world, arena, &inputs);
        if burst_at(&events).is_some() {
            return events;
        }
    }
    panic!("it never burst");
}

#[test]
fn a_rocket_starts_where_its_shooter_predicts_itself_and_flies_the_same_straight_line_for_everybody() {
    let arena = hall();
    for hz in [20, 64, 128] {
        let mut world = world_of(&arena, hz, &[holding(Weapon::Launcher, 10.0, 10.0)]);
        let mut own = *world.player(Slot(0)).unwrap();
        let aim = Turn(700);
        let input = Input { heading: Heading::from_axes(1, 1), ..fire(Weapon::Launcher, aim).unwrap() };
        let deeds = predict_own(&mut own, &arena, world.rate, &input);
        tick(&mut world, &arena, &[Some(input)]);
        assert_eq!(deeds.fired, Some(Weapon::Launcher));
        let predicted = Rocket::launched(Slot(0), Tick(1), own.pos, aim);
        assert_eq!(world.rockets, [predicted]);
        assert_eq!(predicted.pos(Tick(1), world.rate), own.pos);
        for second in 1..=2u32 {
            let gone = predicted.pos(Tick(1 + second * hz), world.rate) - own.pos;
            let metres = gone.as_vec2().length() / 1024.0;
            assert!((metres - 18.0 * second as f32).abs() < 0.01, "{hz} Hz: {metres} m in {second} s");
            assert!(Turn::of(gone).shortest_to(aim).abs() <= 1, "{hz} Hz");
        }
        while world.rockets[0].burst.is_none() {
            tick(&mut world, &arena, &[None]);
            assert_eq!((world.rockets[0].from, world.rockets[0].aim), (own.pos, aim));
        }
    }
}

#[test]
fn no_rocket_passes_a_wall_at_any_tick_rate_and_its_burst_is_outside_of_it() {
    let arena = common::arena();
    let seed = 40;
    println!("seed {seed}");
    for hz in [20, 64, 128] {
        let mut rng = Rng::new(seed);
        for _ in 0..400 {
            let from = arena.spawns()[rng.below(arena.spawns().len() as u32) as usize];
            let aim = Turn(rng.below(65536) as u16);
            let mut world =
                world_of(&arena, hz, &[Player { weapon: Weapon::Launcher, ..Player::default().spawned(from) }]);
            world.players[0].as_mut().unwrap().health = Player::HEALTH_FULL;
            let at = burst_at(&fire_and_wait(&mut world, &arena, aim)).unwrap();
            let wall = raycast(&arena, from, aim.direction(), 54 * 1024);
            let flown = (at - from).as_dvec2().length() as i32;
            assert!(!arena.is_solid(at.x >> 10, at.y >> 10), "{hz} Hz from {from} along {aim:?}");
            // Where two tiles meet at a corner, the way of a whole flight and of a tick's part may differ in a unit.
            let corner = 200;
            assert!(flown <= wall + 2, "{hz} Hz from {from} along {aim:?}: flew {flown} of {wall}");
            let spent = flown >= 54 * 1024 - 2;
            assert!(spent || flown >= wall - ROCKET_RADIUS - corner, "{hz} Hz: {flown} of {wall}");
        }
    }
}

/// Runs about and dashes at random.
fn runner(rng: &mut Rng, now: &Input) -> Input {
    let heading = if rng.chance(1, 6) { Heading::new(rng.below(9) as u8).unwrap() } else { now.heading };
    Input { heading, buttons: if rng.chance(1, 8) { Buttons::DASH } else { Buttons::default() }, ..Input::default() }
}

#[test]
fn no_rocket_passes_through_a_body_however_both_move_at_twenty_ticks_a_second() {
    let arena = hall();
    let seed = 41;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let (mut hits, mut passes) = (0, 0);
    for round in 0..3000 {
        let (x, y) = (10.0 + f64::from(rng.below(800)) / 100.0, 7.0 + f64::from(rng.below(600)) / 100.0);
        let mut world = world_of(&arena, 20, &[holding(Weapon::Launcher, 2.0, 10.0), holding(Weapon::Rifle, x, y)]);
        let mut input = runner(&mut rng, &Input::default());
        let aim = Turn((rng.range_i32(-3500, 3500)) as u16);
        tick(&mut world, &arena, &[fire(Weapon::Launcher, aim), Some(input)]);
        for _ in 0..40 {
            input = runner(&mut rng, &input);
            let (rocket, body) = (world.rockets[0], world.player(Slot(1)).unwrap().pos);
            tick(&mut world, &arena, &[None, Some(input)]);
            // Both go straight on within a tick: look at it in 200 moments.
            let leg =
                [rocket.pos(world.tick.checked_minus(1).unwrap(), world.rate), rocket.pos(world.tick, world.rate)];
            let moved = world.player(Slot(1)).unwrap().pos - body;
            let gap = |part: i32| (leg[0] + (leg[1] - leg[0]) * part / 200) - (body + moved * part / 200);
            let nearest = (0..=200).map(|part| gap(part).length_squared().isqrt()).min().unwrap();
            match world.rockets[0].burst {
                Some(_) => {
                    assert!(nearest <= TOUCH + 3 || leg[1].min_element() < 0 || leg[1].y > 20 * 1024, "round {round}");
                    hits += u32::from(nearest <= TOUCH + 3);
                    break;
                }
                None => assert!(nearest >= TOUCH - 3, "round {round}: {nearest} units from the body, and no burst"),
            }
            passes += 1;
        }
    }
    println!("{hits} bodies were hit, {passes} ticks without");
    assert!(hits > 300);
}

#[test]
fn whoever_is_touched_takes_all_of_it_and_the_damage_falls_evenly_to_the_edge_of_the_burst() {
    let arena = hall();
    // A screen two metres on stops the rocket; bystanders stand at known distances from where it bursts.
    let mut world = world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 10.0), holding(Weapon::Rifle, 9.0, 10.0)]);
    let events = fire_and_wait(&mut world, &arena, RIGHT);
    assert_eq!(damage_of(&events, 1), 80);
    assert_eq!(damage_of(&events, 0), 0, "four metres off");

    let mut last = 81;
    for apart in [600, 1000, 1500, 2000, 2500, 3000, 3400, 3480] {
        let screen = Player { health: 255, ..holding(Weapon::Rifle, 20.0, 10.0) };
        let burst = IVec2::new(20 * 1024 - TOUCH, 10 * 1024);
        let bystander = Player::default().spawned(burst + IVec2::new(0, apart));
        let mut world = world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 10.0), screen, bystander]);
        let events = fire_and_wait(&mut world, &arena, RIGHT);
        let at = burst_at(&events).unwrap();
        assert!((at - burst).abs().max_element() <= 2, "{at} is not {burst}");
        let damage = damage_of(&events, 2);
        let off = f64::from(apart - TOUCH) / f64::from(3 * 1024 - ROCKET_RADIUS);
        let expected = 80.0 - (80.0 - f64::from(SPLASH_EDGE_DAMAGE)) * off;
        assert!((f64::from(damage) - expected).abs() <= 1.0, "{damage} at {apart} units, {expected} by the rule");
        assert!(damage < last);
        last = damage;
        let pushed = world.player(Slot(2)).unwrap().vel;
        let push = 9.0 * 1024.0 / 64.0 * f64::from(damage) / 80.0;
        assert!((f64::from(pushed.y) - push).abs() <= 2.0 && pushed.x.abs() <= 2, "{pushed}, {push} by the rule");
    }
    let far = IVec2::new(20 * 1024 - TOUCH, 10 * 1024 + 3 * 1024 + Player::RADIUS + 3);
    let screen = Player { health: 255, ..holding(Weapon::Rifle, 20.0, 10.0) };
    let mut world =
        world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 10.0), screen, Player::default().spawned(far)]);
    assert_eq!(damage_of(&fire_and_wait(&mut world, &arena, RIGHT), 2), 0);
}

#[test]
fn a_burst_hurts_its_own_shooter_half_and_a_suicide_is_nobodys_kill() {
    let arena = common::sketch(&["S.......", "........", "........"]);
    let mut near_wall = holding(Weapon::Launcher, 7.0, 1.5);
    near_wall.health = 100;
    let mut world = world_of(&arena, 64, &[near_wall]);
    let events = fire_and_wait(&mut world, &arena, RIGHT);
    let at = burst_at(&events).unwrap();
    let pos = world.player(Slot(0)).unwrap().pos;
    let off = f64::from((pos - at).x - TOUCH).max(f64::from((at - pos).x - TOUCH));
    let whole = 80.0 - 65.0 * off.max(0.0) / f64::from(3 * 1024 - ROCKET_RADIUS);
    let damage = damage_of(&events, 0);
    assert!((f64::from(damage) - whole / 2.0).abs() <= 1.0, "{damage}, whole {whole}");
    assert_eq!(world.player(Slot(0)).unwrap().hits, 0, "no hit marker for oneself");

    near_wall.health = 5;
    let mut world = world_of(&arena, 64, &[near_wall]);
    let events = fire_and_wait(&mut world, &arena, RIGHT);
    let player = world.player(Slot(0)).unwrap();
    assert_eq!((player.alive, player.kills, player.deaths), (false, 0, 1));
    let killed = Event::Killed { victim: Slot(0), killer: Slot(0), weapon: Weapon::Launcher };
    assert!(events.contains(&killed), "{events:?}");
}

#[test]
fn a_wall_shelters_from_a_burst() {
    let arena = common::sketch(&["S.........", "......#...", "......#...", "......#...", "..........", ".........."]);
    let (shooter, behind) = (holding(Weapon::Launcher, 1.0, 2.5), holding(Weapon::Rifle, 7.5, 2.5));
    let beside = holding(Weapon::Rifle, 5.0, 4.2);
    let mut world = world_of(&arena, 64, &[shooter, behind, beside]);
    let events = fire_and_wait(&mut world, &arena, RIGHT);
    assert_eq!(damage_of(&events, 1), 0, "behind the wall");
    assert!(damage_of(&events, 2) > 15, "as near on this side of it");
}

#[test]
fn a_rocket_that_meets_nothing_bursts_after_three_seconds_and_is_told_of_for_half_a_second_more() {
    let arena = hall();
    for hz in [20, 64, 128] {
        let mut world = world_of(&arena, hz, &[holding(Weapon::Launcher, 2.0, 10.0)]);
        tick(&mut world, &arena, &[fire(Weapon::Launcher, RIGHT)]);
        let burst = (1..4 * hz).find(|_| burst_at(&tick(&mut world, &arena, &[None])).is_some());
        assert_eq!(burst, Some(3 * hz));
        let (at, units) = world.rockets[0].burst.unwrap();
        assert_eq!((at, units), (world.tick, 54 * 1024));
        let afterglow = rate(hz).ticks_in_ms(ROCKET_AFTERGLOW_MS);
        let gone = (1..hz).find(|_| {
            tick(&mut world, &arena, &[None]);
            world.rockets.is_empty()
        });
        assert_eq!(gone, Some(afterglow + 1), "{hz} Hz");
    }
}

#[test]
fn the_sky_holds_so_many_rockets_and_one_more_bursts_the_oldest() {
    let arena = hall();
    let mut world = world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 5.0), holding(Weapon::Rifle, 30.0, 15.0)]);
    world.tick = Tick(100);
    for i in 0..ROCKETS_MAX as u32 {
        let from = IVec2::new(20 * 1024, 12 * 1024 - i as i32);
        world.rockets.push(Rocket { owner: Slot(1), spawned: Tick(50), from, aim: RIGHT, burst: None });
    }
    let oldest = world.rockets[0];
    let events = tick(&mut world, &arena, &[fire(Weapon::Launcher, RIGHT), None]);
    assert_eq!(burst_at(&events), Some(oldest.pos(Tick(100), world.rate)));
    assert_eq!((world.rockets.len(), world.rockets.contains(&oldest)), (ROCKETS_MAX, false));
    assert_eq!(world.rockets.last().unwrap().owner, Slot(0));
}

#[test]
fn a_rocket_outlives_its_shooters_stay_but_does_not_become_a_newcomers() {
    let arena = hall();
    let shot = || {
        let mut world =
            world_of(&arena, 64, &[holding(Weapon::Launcher, 5.0, 10.0), holding(Weapon::Rifle, 15.0, 10.0)]);
        tick(&mut world, &arena, &[fire(Weapon::Launcher, RIGHT), None]);
        world.leave(Slot(0));
        world
    };
    let mut world = shot();
    let hurt: u32 = (0..64).map(|_| damage_of(&tick(&mut world, &arena, &[]), 1)).sum();
    assert_eq!(hurt, 80);
    let mut world = shot();
    world.join(&arena, Slot(0));
    assert_eq!(world.rockets, []);
}
