//! Who may see what, on the shipped maps: nobody who can come into sight is withheld, walls do hide, and the dead see what
//! the rules of play say.

use glam::IVec2;
use tickshot_server::interest::reach::{REACH_TILES_MAX, reach_units};
use tickshot_server::interest::{InSight, Interest};
use tickshot_server::maps;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{body_in_sight, slide, touches_wall};
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team};
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

const SEED: u64 = 20;
const PAIRS: u32 = 200_000;

fn arenas() -> impl Iterator<Item = std::sync::Arc<Arena>> {
    maps::BUILT_IN.iter().map(|map| maps::load(map.name).unwrap().arena)
}

fn standing_place(arena: &Arena, rng: &mut Rng) -> IVec2 {
    loop {
        let pos = IVec2::new(
            rng.below((arena.width() * TILE_UNITS) as u32) as i32,
            rng.below((arena.height() * TILE_UNITS) as u32) as i32,
        );
        if !touches_wall(arena, pos, Player::RADIUS) {
            return pos;
        }
    }
}

/// Where a body from `pos` may be after moving straight on for at most `units`, sliding along walls.
fn moved(arena: &Arena, pos: IVec2, units: i32, rng: &mut Rng) -> IVec2 {
    let far = Turn(rng.next_u64() as u16).direction() * rng.range_i32(units / 2, units) / 32_768;
    slide(arena, pos, far, Player::RADIUS)
}

/// An eye that walks, dashes, or may dash half way.
fn any_eye(pos: IVec2, rng: &mut Rng) -> Player {
    let dash_cooldown = [0, 5, 160][rng.below(3) as usize];
    Player { pos, alive: true, dash_cooldown, ..Player::default() }
}

#[test]
fn nobody_who_can_come_into_sight_while_the_picture_is_under_way_is_withheld() {
    println!("seed {SEED}");
    let rate = TickRate::default();
    // What a body is drawn away from where it was told: a dash of two ticks.
    let body_units = 2 * 3 * 96;
    for arena in arenas() {
        let mut interest = Interest::new(&arena);
        let mut rng = Rng::new(SEED);
        let (mut in_sight, mut withheld) = (0, Vec::new());
        for _ in 0..PAIRS {
            let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
            let eye = any_eye(a, &mut rng);
            let seen_from = moved(&arena, a, reach_units(&eye, rate, 1), &mut rng);
            let drawn_at = moved(&arena, b, body_units, &mut rng);
            if body_in_sight(&arena, seen_from, drawn_at, Player::RADIUS) {
                in_sight += 1;
                if !interest.sees(&arena, a, reach_units(&eye, rate, 1), b) {
                    withheld.push((a, seen_from, b, drawn_at));
                }
            }
        }
        println!("{}: {in_sight} of {PAIRS} pairs come into sight, {} withheld", arena.name(), withheld.len());
        assert!(in_sight > PAIRS / 50, "the map has views");
        assert_eq!(withheld, [], "seen by a person, hidden by the server");
    }
}

#[test]
fn walls_hide_most_of_the_arena_and_who_walks_and_is_told_tells() {
    println!("seed {SEED}");
    let arena = maps::load("arena").unwrap().arena;
    let mut interest = Interest::new(&arena);
    let mut rng = Rng::new(SEED + 1);
    let mut hidden = [0; REACH_TILES_MAX as usize];
    for _ in 0..PAIRS {
        let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
        for reach in 1..=REACH_TILES_MAX {
            hidden[reach as usize - 1] += u32::from(!interest.sees(&arena, a, reach * TILE_UNITS, b));
        }
        let mutual = [interest.sees(&arena, a, TILE_UNITS, b), interest.sees(&arena, b, TILE_UNITS, a)];
        assert_eq!(mutual[0], mutual[1], "{a} {b}");
    }
    println!("hidden of {PAIRS} pairs, by reach: {hidden:?}");
    assert!(hidden.is_sorted_by(|near, far| near > far), "the wider the margin, the fewer are hidden: {hidden:?}");
    assert!(hidden[0] > PAIRS / 4 && hidden[2] > PAIRS / 6, "walls hide: {hidden:?} of {PAIRS}");
}

#[test]
fn an_eye_reaches_as_far_as_its_legs_and_its_dash_carry_it_in_a_round_trip() {
    let rate = TickRate::default();
    let metres = |eye: Player| f64::from(reach_units(&eye, rate, 1)) / f64::from(TILE_UNITS);
    let walker = Player { alive: true, dash_cooldown: 160, ..Player::default() };
    assert!((1.0..=1.2).contains(&metres(walker)), "{}", metres(walker));
    let ready = Player { dash_cooldown: 0, ..walker };
    assert!((2.7..=3.1).contains(&metres(ready)), "{}", metres(ready));
    assert_eq!(metres(Player { dash_ticks: 10, ..walker }), metres(ready), "a dash just begun");
    assert!(metres(Player { dash_ticks: 3, ..walker }) < metres(ready), "a dash almost over");
    assert!(metres(Player { dash_cooldown: 6, ..walker }) < metres(ready), "a dash that may begin later");
    assert_eq!(metres(Player { alive: false, ..ready }), 0.0);
    assert!(reach_units(&walker, rate, 4) > reach_units(&walker, rate, 1), "fewer snapshots are older pictures");
}

/// A map too large to keep every row: a grid of rooms with doors.
fn large_map() -> Arena {
    let edge = 250;
    let wall = |x: i32, y: i32| {
        x == 0 || y == 0 || x == edge - 1 || y == edge - 1 || (x % 9 == 0 && y % 9 != 4) || (y % 9 == 0 && x % 9 != 4)
    };
    let tiles: Vec<&str> = (0..edge * edge).map(|i| if wall(i % edge, i / edge) { "1" } else { "0" }).collect();
    let tmx = format!(
        r#"<map version="1.10" orientation="orthogonal" width="{edge}" height="{edge}" tilewidth="16" tileheight="16" infinite="0">
        <layer id="1" name="walls" width="{edge}" height="{edge}"><data encoding="csv">{}</data></layer>
        <objectgroup id="2" name="spawns"><object id="1" x="40" y="40"><point/></object></objectgroup></map>"#,
        tiles.join(",")
    );
    Arena::parse("large", tmx.as_bytes()).unwrap()
}

#[test]
fn a_large_map_gives_the_same_answer_when_asked_again() {
    let arena = large_map();
    let mut interest = Interest::new(&arena);
    let mut fresh = Interest::new(&arena);
    let mut rng = Rng::new(SEED + 3);
    // Near enough to see each other now and then.
    let pair = |rng: &mut Rng| {
        let a = standing_place(&arena, rng);
        (a, moved(&arena, a, 8 * TILE_UNITS, rng))
    };
    let pairs: Vec<_> = (0..600).map(|_| pair(&mut rng)).collect();
    let first: Vec<bool> = pairs.iter().map(|(a, b)| interest.sees(&arena, *a, TILE_UNITS, *b)).collect();
    let again: Vec<bool> = pairs.iter().map(|(a, b)| interest.sees(&arena, *b, TILE_UNITS, *a)).collect();
    let backwards: Vec<bool> = pairs.iter().rev().map(|(a, b)| fresh.sees(&arena, *a, TILE_UNITS, *b)).collect();
    assert_eq!(first, again);
    assert_eq!(first, backwards.into_iter().rev().collect::<Vec<_>>());
    assert!(first.contains(&true));
    let far: Vec<bool> =
        (0..40).map(|i| interest.sees(&arena, pairs[i].0, REACH_TILES_MAX * TILE_UNITS, pairs[i + 40].0)).collect();
    assert!(far.contains(&false));
}

#[test]
fn everybody_sees_everybody_where_there_are_no_walls() {
    let arena = maps::load("open").unwrap().arena;
    let mut interest = Interest::new(&arena);
    let mut rng = Rng::new(SEED + 2);
    for _ in 0..1000 {
        let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
        assert!(interest.sees(&arena, a, TILE_UNITS, b));
    }
}

/// Four players of two sides, on a line from west to east, with walls between each two of them.
fn four_rooms(mode: GameMode) -> (Arena, World) {
    let row = |wall: &str| format!("1,{wall},1,{wall},1,{wall},1,{wall},1");
    let (solid, free) = (row("1,1,1,1"), row("0,0,0,0"));
    let tmx = format!(
        r#"<map version="1.10" orientation="orthogonal" width="21" height="6" tilewidth="16" tileheight="16" infinite="0">
        <layer id="1" name="walls" width="21" height="6"><data encoding="csv">{}</data></layer>
        <objectgroup id="2" name="spawns"><object id="1" x="40" y="40"><point/></object></objectgroup></map>"#,
        [&solid, &free, &free, &free, &free, &solid].map(String::as_str).join(",")
    );
    let arena = Arena::parse("rooms", tmx.as_bytes()).unwrap();
    let options = MatchOptions { mode, ..MatchOptions::ENDLESS };
    let mut world = World::for_match(4, 0, TickRate::default(), SEED, Tick(0), options);
    world.round.phase = Phase::Live;
    for i in 0..4i32 {
        let team = mode.has_teams().then_some([Team::Amber, Team::Azure][i as usize % 2]);
        let pos = IVec2::new(5 * i + 2, 3) * TILE_UNITS;
        let dash_cooldown = 160;
        world.players[i as usize] = Some(Player { pos, alive: true, team, dash_cooldown, ..Player::default() });
    }
    (arena, world)
}

fn seen_by(arena: &Arena, world: &World, slot: u16) -> InSight {
    let mut in_sight = InSight::default();
    Interest::new(arena).look(arena, world, Slot(slot), 1, &mut in_sight);
    in_sight
}

#[test]
fn the_living_see_their_room_and_the_dead_of_a_round_what_their_side_sees() {
    let (arena, mut world) = four_rooms(GameMode::Elimination);
    // Slot 3 stands with slot 2.
    world.players[3].as_mut().unwrap().pos = world.players[2].unwrap().pos;
    assert_eq!(seen_by(&arena, &world, 0).players, []);
    assert_eq!(seen_by(&arena, &world, 2).players, [Slot(3)]);
    // Slot 0 dies and looks through the eyes of its team-mate in slot 2.
    world.players[0].as_mut().unwrap().alive = false;
    assert_eq!(seen_by(&arena, &world, 0).players, [Slot(2), Slot(3)]);
    // Nobody of its side is left: nothing to give away.
    world.players[2].as_mut().unwrap().alive = false;
    assert_eq!(seen_by(&arena, &world, 0).players, [Slot(1), Slot(2), Slot(3)]);
    // Slot 1 lives and is on the other side.
    assert_eq!(seen_by(&arena, &world, 1).players, []);
    world.round.phase = Phase::MatchOver;
    assert_eq!(seen_by(&arena, &world, 1).players, [Slot(0), Slot(2), Slot(3)]);
}

#[test]
fn the_dead_of_a_deathmatch_see_from_where_they_lie() {
    let (arena, mut world) = four_rooms(GameMode::Deathmatch);
    world.players[1].as_mut().unwrap().pos = world.players[0].unwrap().pos;
    world.players[0].as_mut().unwrap().alive = false;
    assert_eq!(seen_by(&arena, &world, 0).players, [Slot(1)]);
}

#[test]
fn a_rocket_is_told_to_its_owner_and_to_whoever_has_its_place_in_sight() {
    let (arena, mut world) = four_rooms(GameMode::Deathmatch);
    let place = |slot: usize| world.players[slot].unwrap().pos;
    let rocket = |owner: u16, spawned: u32, from: IVec2| Rocket {
        owner: Slot(owner),
        spawned: Tick(spawned),
        from,
        aim: Turn(0),
        burst: None,
    };
    // One of slot 3 in the room of slot 0; another that burst at the east wall of slot 1's.
    let flies = rocket(3, 9, place(0));
    let burst = Rocket { burst: Some((Tick(10), 10 * TILE_UNITS - place(1).x)), ..rocket(3, 1, place(1)) };
    world.tick = Tick(10);
    world.rockets = vec![burst, flies];
    assert_eq!(seen_by(&arena, &world, 0).rockets, [flies]);
    assert_eq!(seen_by(&arena, &world, 1).rockets, [burst]);
    assert_eq!(seen_by(&arena, &world, 2).rockets, []);
    assert_eq!(seen_by(&arena, &world, 3).rockets, [burst, flies], "its own, wherever they are");
}
