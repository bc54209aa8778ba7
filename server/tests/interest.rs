//! Who may see whom, on the shipped map: nobody in sight is ever withheld, and walls do hide.

use glam::IVec2;
use tickshot_server::interest::Interest;
use tickshot_server::maps;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::{body_in_sight, touches_wall};
use tickshot_shared::sim::world::Player;

const SEED: u64 = 20;
const PAIRS: u32 = 200_000;

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

#[test]
fn nobody_whose_body_is_in_sight_is_withheld() {
    println!("seed {SEED}");
    let arena = maps::load("arena").unwrap().arena;
    let mut interest = Interest::new(&arena);
    let mut rng = Rng::new(SEED);
    let mut in_sight = 0;
    let mut withheld = Vec::new();
    for _ in 0..PAIRS {
        let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
        if body_in_sight(&arena, a, b, Player::RADIUS) {
            in_sight += 1;
            if !interest.sees(&arena, a, b) {
                withheld.push((a, b));
            }
        }
    }
    println!("{in_sight} of {PAIRS} pairs in sight, {} of them withheld", withheld.len());
    assert!(in_sight > PAIRS / 50, "the map has views");
    assert_eq!(withheld, [], "seen by a person, hidden by the server");
}

#[test]
fn walls_hide_most_of_the_arena_and_sight_is_mutual() {
    println!("seed {SEED}");
    let arena = maps::load("arena").unwrap().arena;
    let mut interest = Interest::new(&arena);
    let mut rng = Rng::new(SEED + 1);
    let mut hidden = 0;
    for _ in 0..PAIRS {
        let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
        hidden += u32::from(!interest.sees(&arena, a, b));
        assert_eq!(interest.sees(&arena, a, b), interest.sees(&arena, b, a), "{a} {b}");
    }
    println!("{hidden} of {PAIRS} pairs hidden");
    assert!(hidden > PAIRS / 4, "walls hide: {hidden} of {PAIRS}");
}

/// A map too large to keep every answer: a grid of rooms with doors.
fn large_map() -> Arena {
    let edge = 100;
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
    let pairs: Vec<_> =
        (0..2000).map(|_| (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng))).collect();
    let first: Vec<bool> = pairs.iter().map(|(a, b)| interest.sees(&arena, *a, *b)).collect();
    let again: Vec<bool> = pairs.iter().map(|(a, b)| interest.sees(&arena, *b, *a)).collect();
    let backwards: Vec<bool> = pairs.iter().rev().map(|(a, b)| fresh.sees(&arena, *a, *b)).collect();
    assert_eq!(first, again);
    assert_eq!(first, backwards.into_iter().rev().collect::<Vec<_>>());
    assert!(first.contains(&true) && first.contains(&false));
}

#[test]
fn everybody_sees_everybody_where_there_are_no_walls() {
    let arena = maps::load("open").unwrap().arena;
    let mut interest = Interest::new(&arena);
    let mut rng = Rng::new(SEED + 2);
    for _ in 0..1000 {
        let (a, b) = (standing_place(&arena, &mut rng), standing_place(&arena, &mut rng));
        assert!(interest.sees(&arena, a, b));
    }
}
