//! Map files: what is accepted, what a refusal tells, and that no bytes crash the reader.
#![allow(clippy::disallowed_macros, reason = "tests print their seeds")]

mod common;

use common::sketch_tmx;
use glam::IVec2;
use tickshot_shared::limits::MAP_BYTES_MAX;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::arena::survey::Survey;
use tickshot_shared::sim::arena::{Arena, MapHash};
use tickshot_shared::sim::collision::touches_wall;
use tickshot_shared::sim::pickup::{Pickup, PickupKind};
use tickshot_shared::sim::round::Team;
use tickshot_shared::sim::world::Player;

const SMALL: [&str; 4] = ["######", "#S..S#", "#.##.#", "######"];

fn refusal(tmx: &str) -> String {
    Arena::parse("broken.tmx", tmx.as_bytes()).expect_err("this map is to be refused").to_string()
}

/// The small map with one piece of its text replaced.
fn with(old: &str, new: &str) -> String {
    let tmx = sketch_tmx(&SMALL);
    assert!(tmx.contains(old), "the test replaces something that is there");
    tmx.replacen(old, new, 1)
}

/// The end of a map with these pickups.
fn pickups(objects: &str) -> String {
    format!("<objectgroup id=\"3\" name=\"pickups\">{objects}</objectgroup></map>")
}

#[test]
fn the_shipped_maps_are_what_they_promise() {
    let (arena, open) = (common::arena(), common::open());
    assert!(arena.has_inner_walls() && arena.spawns().len() >= 16);
    assert_eq!((arena.width(), arena.height(), arena.bounds()), (48, 32, IVec2::new(48, 32) * 1024));
    assert!(!open.has_inner_walls() && open.spawns().len() >= 32);
    assert_eq!((open.width(), open.height()), (48, 48));
}

#[test]
fn every_shipped_map_is_good_to_play_and_fair_to_both_sides() {
    for (map, least_spawns) in common::walled().iter().zip([8, 16, 24, 64]) {
        let survey = Survey::of(map);
        println!("{}: {survey:?}", map.name());
        assert_eq!(survey.warnings, [""; 0], "{}", map.name());
        assert_eq!(survey.free_tiles, survey.reachable_tiles);
        assert!(map.spawns().len() >= least_spawns && map.has_team_spawns());
        assert!(map.pickups().len() >= 6, "{}", map.name());
        // Whatever one side has, the other has at the opposite place: turned by half a turn, or mirrored.
        let (size, bounds) = (IVec2::new(map.width() - 1, map.height() - 1), map.bounds());
        let same_walls = |image: fn(IVec2, IVec2) -> IVec2| {
            let tiles = (0..=size.x).flat_map(|x| (0..=size.y).map(move |y| IVec2::new(x, y)));
            tiles.into_iter().all(|t| map.is_solid(t.x, t.y) == map.is_solid(image(t, size).x, image(t, size).y))
        };
        let image = [|at, size| size - at, |at: IVec2, size: IVec2| IVec2::new(size.x - at.x, at.y)]
            .into_iter()
            .find(|image| same_walls(*image))
            .unwrap_or_else(|| panic!("{} favours a side", map.name()));
        let azure = map.team_spawns(Team::Azure);
        assert!(map.team_spawns(Team::Amber).iter().all(|at| azure.contains(&image(*at, bounds))), "{}", map.name());
        for pickup in map.pickups() {
            let other = Pickup { pos: image(pickup.pos, bounds), ..*pickup };
            assert!(map.pickups().contains(&other), "{}: {pickup:?} lies on one side only", map.name());
        }
    }
}

#[test]
fn pickups_and_spawn_points_of_a_side_are_read_from_their_class() {
    let tmx = with("<object id=\"1\"", "<object id=\"1\" type=\"amber\"")
        .replace("<object id=\"2\"", "<object id=\"2\" class=\"azure\" name=\"the other\"")
        .replace("</map>", &pickups("<object id=\"3\" name=\"armour\" x=\"24\" y=\"40\"><point/></object>"));
    let arena = Arena::parse("sides", tmx.as_bytes()).unwrap();
    let [left, right] = [IVec2::new(1536, 1536), IVec2::new(4608, 1536)];
    assert_eq!((arena.team_spawns(Team::Amber), arena.team_spawns(Team::Azure)), (&[left][..], &[right][..]));
    assert_eq!(arena.spawns(), [left, right], "without sides everyone may appear anywhere");
    assert_eq!(arena.pickups(), [Pickup { kind: PickupKind::Armour, pos: IVec2::new(1536, 2560) }]);
    let plain = common::sketch(&SMALL);
    assert_eq!((plain.team_spawns(Team::Amber), plain.pickups()), (plain.spawns(), &[][..]));
}

#[test]
fn a_survey_tells_what_plays_badly_and_where() {
    let survey = |rows: &[&str]| Survey::of(&common::sketch(rows)).warnings.join("; ");
    assert_eq!(survey(&["S..S", "...."]), "");
    let pocket = survey(&["S..#..", "...#.."]);
    assert!(pocket.contains("tile 4,0 (and 3 more) cannot be reached"), "{pocket}");
    let narrow = survey(&["S.#..", "..S..", "..#.."]);
    assert!(narrow.contains("tile 2,1 lies in a passage one tile wide"), "{narrow}");
    assert!(survey(&["S.", ".."]).contains("a single point"));
    let facing = sketch_tmx(&["S..", "...", "..S"])
        .replace("<object id=\"1\"", "<object id=\"1\" class=\"amber\"")
        .replace("<object id=\"2\"", "<object id=\"2\" class=\"azure\"");
    let facing = Survey::of(&Arena::parse("facing", facing.as_bytes()).unwrap()).warnings.join("; ");
    assert!(facing.contains("amber point at tile 0,0 and the azure point at tile 2,2 see each other"), "{facing}");
}

#[test]
fn a_map_is_read_tile_by_tile_whatever_its_tile_size() {
    let arena = common::sketch(&SMALL);
    assert!(arena.is_solid(2, 2) && arena.is_solid(0, 0) && !arena.is_solid(1, 2));
    assert!(
        arena.is_solid(-1, 1) && arena.is_solid(6, 1) && arena.is_solid(1, i32::MAX) && arena.is_solid(i32::MIN, 0)
    );
    assert_eq!(arena.spawns(), [IVec2::new(1536, 1536), IVec2::new(4 * 1024 + 512, 1536)]);
    let halved = sketch_tmx(&SMALL).replace("tilewidth=\"16\"", "tilewidth=\"32\"").replace("x=\"24\"", "x=\"48\"");
    let halved = Arena::parse("halved", halved.replace("x=\"72\"", "x=\"144\"").as_bytes()).unwrap();
    assert_eq!(halved.spawns(), arena.spawns());
}

#[test]
fn flipped_and_rotated_tiles_are_walls_and_a_flipped_nothing_is_not() {
    // Bit 31 is Tiled's horizontal flip.
    let arena =
        Arena::parse("flips", with("1,1,1,1,1,1,1,0,0", "2147483649,1,1,1,1,1,1,2147483648,0").as_bytes()).unwrap();
    assert!(arena.is_solid(0, 0) && !arena.is_solid(1, 1));
}

#[test]
fn a_spawn_near_a_wall_is_moved_clear_of_it() {
    let arena = Arena::parse("near", with("x=\"24\" y=\"24\"", "x=\"16.5\" y=\"17\"").as_bytes()).unwrap();
    assert!(arena.spawns().iter().all(|&at| !touches_wall(&arena, at, Player::RADIUS)), "{:?}", arena.spawns());
}

#[test]
fn the_hash_is_of_the_file_so_that_any_change_is_noticed() {
    let tmx = sketch_tmx(&SMALL);
    let arena = Arena::parse("a", tmx.as_bytes()).unwrap();
    assert_eq!(arena.hash(), MapHash::of(tmx.as_bytes()));
    assert_ne!(arena.hash(), Arena::parse("a", format!("{tmx} ").as_bytes()).unwrap().hash());
    assert_eq!(arena.hash().to_string().len(), 64);
}

#[test]
fn every_refusal_names_the_file_the_place_and_the_way_out() {
    let cases: &[(String, &[&str])] = &[
        ("hello".into(), &["XML"]),
        ("<tileset/>".into(), &["<tileset>", "<map>"]),
        (with("orthogonal", "isometric"), &["isometric", "Orthogonal"]),
        (with("infinite=\"0\"", "infinite=\"1\""), &["infinite", "untick"]),
        (
            with("encoding=\"csv\"", "encoding=\"base64\" compression=\"zlib\""),
            &["walls", "base64", "save with CSV encoding"],
        ),
        (with("encoding=\"csv\"", ""), &["walls", "CSV"]),
        (with("name=\"walls\"", "name=\"Wände\""), &["no tile layer named 'walls'", "found: Wände"]),
        (with("name=\"spawns\"", "name=\"players\""), &["no object layer named 'spawns'", "players"]),
        (
            with("<layer ", "<layer name=\"walls\" id=\"9\" width=\"6\" height=\"4\"/><layer "),
            &["more than one", "walls"],
        ),
        (with("<layer ", "<layer offsetx=\"8\" "), &["walls", "offsetx"]),
        (with("1,1,1,1,1,1,1,0", "1,1,1,1,1,1,1"), &["walls", "23 tiles where 6 x 4 = 24"]),
        (with("1,1,1,1,1,1,1,0", "1,1,1,1,1,1,1,1,0"), &["walls", "more than 6 x 4"]),
        (with("1,1,1,1,1,1,1,0", "1,1,1,1,1,1,1,x"), &["walls", "tile 1,1", "'x'"]),
        (
            with("width=\"6\" height=\"4\"><data", "width=\"5\" height=\"4\"><data"),
            &["walls", "width is 5", "map's is 6"],
        ),
        (with("width=\"6\"", "width=\"300\""), &["width", "300", "256"]),
        (with("width=\"6\"", "width=\"-6\""), &["width", "-6"]),
        (with("tilewidth=\"16\"", "tilewidth=\"0\""), &["tilewidth", "'0'"]),
        (with("x=\"24\" y=\"24\"", "x=\"40\" y=\"40\""), &["object 1", "inside the wall at tile 2,2"]),
        (with("x=\"24\" y=\"24\"", "x=\"999999999999\" y=\"24\""), &["object 1", "outside"]),
        (with("x=\"24\" y=\"24\"", "x=\"NaN\" y=\"24\""), &["object 1", "x is 'NaN'"]),
        (with("<point/>", "<ellipse/>"), &["object 1", "not a point", "Insert Point"]),
        (sketch_tmx(&["###", "#.#", "###"]), &["spawns", "Insert Point"]),
        (sketch_tmx(&["#####", "#S#S#", "#####"]), &["object 2", "cannot be reached from object 1", "3,1"]),
        (sketch_tmx(&["S#", "#S"]), &["cannot be reached"]),
        (
            with("<object id=\"2\"", "<object id=\"2\" type=\"amber\""),
            &["layer 'spawns'", "1 points are of class amber", "none is of class azure", "both sides"],
        ),
        (
            with("<object id=\"2\"", "<object id=\"2\" class=\"blue\""),
            &["layer 'spawns'", "object 2 at tile 4,1", "'blue'", "amber or azure"],
        ),
        (
            with("</map>", &pickups("<object id=\"7\" type=\"mine\" x=\"24\" y=\"24\"><point/></object>")),
            &["layer 'pickups'", "object 7 at tile 1,1", "'mine'", "health, armour or ammo"],
        ),
        (
            with("</map>", &pickups("<object id=\"7\" type=\"ammo\" x=\"40\" y=\"40\"><point/></object>")),
            &["layer 'pickups'", "object 7", "inside the wall at tile 2,2"],
        ),
        (
            with("</map>", &pickups(&"<object id=\"7\" type=\"ammo\" x=\"24\" y=\"24\"><point/></object>".repeat(65))),
            &["layer 'pickups'", "more than 64"],
        ),
        (
            sketch_tmx(&["#####", "#S#.#", "#####"])
                .replace("</map>", &pickups("<object id=\"7\" type=\"ammo\" x=\"56\" y=\"24\"><point/></object>")),
            &["layer 'pickups'", "object 7 at tile 3,1", "cannot be reached from object 1 of layer 'spawns'"],
        ),
        (" ".repeat(MAP_BYTES_MAX + 1), &["262145 bytes", "limit"]),
        ("<!DOCTYPE m [<!ENTITY a \"aaaa\">]><map>&a;</map>".into(), &["XML"]),
    ];
    for (tmx, expected) in cases {
        let message = refusal(tmx);
        assert!(message.contains("'broken.tmx'"), "{message}");
        for word in *expected {
            assert!(message.contains(word), "'{message}' does not say '{word}'");
        }
    }
    let not_text = Arena::parse("broken.tmx", &[0x3c, 0x6d, 0xff, 0xfe]).unwrap_err().to_string();
    assert!(not_text.contains("byte 2"), "{not_text}");
}

#[test]
fn decoration_is_ignored() {
    let plain = common::sketch(&SMALL);
    let tmx = with(
        "<layer ",
        "<imagelayer id=\"7\"/><layer id=\"8\" name=\"floor\"><data encoding=\"base64\">?</data></layer><layer ",
    );
    let decorated = Arena::parse("decorated", tmx.as_bytes()).unwrap();
    assert!((0..4).all(|y| (0..6).all(|x| plain.is_solid(x, y) == decorated.is_solid(x, y))));
}

#[test]
fn no_damaged_map_crashes_the_reader() {
    let seed = 13;
    println!("seed {seed}");
    let mut rng = Rng::new(seed);
    let small = sketch_tmx(&SMALL).into_bytes();
    let words: [&[u8]; 10] =
        [b"<", b">", b"\"", b"&#x0;", b"-1", b"99999999999999999999", b"]]>", b"<a>", b"\xff", b",,"];
    let mut accepted = 0;
    for round in 0..20_000u32 {
        let mut bytes =
            if round % 40 == 0 { include_bytes!("../../assets/maps/arena.tmx").to_vec() } else { small.clone() };
        for _ in 0..=rng.below(2) {
            let at = rng.below(bytes.len() as u32) as usize;
            match rng.below(5) {
                0 => bytes[at] ^= 1 << rng.below(8),
                1 => bytes[at] = b"0123456789.-e"[rng.below(13) as usize],
                2 => bytes.truncate(at + 1),
                3 => drop(bytes.splice(at..at, words[rng.below(10) as usize].iter().copied())),
                _ => drop(bytes.drain(at..(at + rng.below(40) as usize).min(bytes.len() - 1).max(at))),
            }
        }
        if let Ok(arena) = Arena::parse("damaged", &bytes) {
            accepted += 1;
            assert!(arena.spawns().iter().all(|&at| !touches_wall(&arena, at, Player::RADIUS)));
        }
    }
    assert!(
        (400..19_600).contains(&accepted),
        "{accepted} accepted: the damage is too small or too great to show much"
    );
}

#[test]
fn a_map_of_a_hundred_thousand_nested_elements_is_refused_not_recursed_into() {
    for tag in ["<a>", "<map>", "<layer><data>"] {
        assert!(refusal(&tag.repeat(MAP_BYTES_MAX / tag.len())).contains("XML"));
    }
}
