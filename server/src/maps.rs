//! Where maps come from: the ones built into the program, or a `.tmx` file named on the command line; and what there is to
//! say about one. Must not know who plays on them.

use std::path::Path;
use std::sync::Arc;
use tickshot_shared::limits::MAP_BYTES_MAX;
use tickshot_shared::sim::arena::survey::Survey;
use tickshot_shared::sim::arena::{Arena, ArenaError, MapHash};
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::Team;

/// A map as it was read: the checked arena and the very bytes it came from, for clients that lack it.
#[derive(Clone)]
pub struct Map {
    pub arena: Arc<Arena>,
    pub bytes: Arc<[u8]>,
}

/// A map that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    pub name: &'static str,
    pub bytes: &'static [u8],
    /// How many players it is made for.
    pub players: (u8, u8),
    /// One line for menus.
    pub about: &'static str,
}

/// Maps that come with the program, from small to large; the last is for measurements.
pub const BUILT_IN: [BuiltIn; 5] = [
    BuiltIn {
        name: "duel",
        bytes: include_bytes!("../../assets/maps/duel.tmx"),
        players: (2, 4),
        about: "A small court with armour in its alcoves: quick fights around corners",
    },
    BuiltIn {
        name: "arena",
        bytes: include_bytes!("../../assets/maps/arena.tmx"),
        players: (4, 16),
        about: "Chambers on both sides of a pillared hall with two ways round it",
    },
    BuiltIn {
        name: "citadel",
        bytes: include_bytes!("../../assets/maps/citadel.tmx"),
        players: (8, 24),
        about: "Two bases, a walled keep between them, ruins to the north and south: made for teams",
    },
    BuiltIn {
        name: "district",
        bytes: include_bytes!("../../assets/maps/district.tmx"),
        players: (24, 64),
        about: "Forty-eight blocks of a town: houses, halls, courts, gardens and the streets between",
    },
    BuiltIn {
        name: "open",
        bytes: include_bytes!("../../assets/maps/open.tmx"),
        players: (2, 64),
        about: "A field without a wall: everyone sees everyone, for measurements",
    },
];

/// Why a map could not be had.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error(
        "there is no built-in map '{name}' and no such file; built in are: {}; or give the path of a .tmx file",
        built_in_names()
    )]
    Unknown { name: String },
    #[error("cannot read map file '{path}': {error}; check the path and its permissions")]
    Unreadable { path: String, error: std::io::Error },
    #[error("map file '{path}' has {bytes} bytes, more than the {MAP_BYTES_MAX} a map may have; make it smaller")]
    TooLarge { path: String, bytes: u64 },
    #[error("{0}")]
    Invalid(#[from] ArenaError),
}

/// A built-in map by its name, or else the `.tmx` file at that path.
pub fn load(name_or_path: &str) -> Result<Map, MapError> {
    if let Some(map) = BUILT_IN.iter().find(|map| map.name == name_or_path) {
        return parse(map.name, map.bytes);
    }
    let path = Path::new(name_or_path);
    if path.extension().is_none() && !path.exists() {
        return Err(MapError::Unknown { name: name_or_path.to_owned() });
    }
    let unreadable = |error| MapError::Unreadable { path: name_or_path.to_owned(), error };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAP_BYTES_MAX as u64 {
        return Err(MapError::TooLarge { path: name_or_path.to_owned(), bytes: length });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let name = path.file_stem().map_or_else(|| name_or_path.to_owned(), |stem| stem.to_string_lossy().into_owned());
    parse(&name, &bytes)
}

/// The bytes of a built-in map with this hash: a client that has it need not download it.
pub fn built_in_by_hash(hash: MapHash) -> Option<&'static [u8]> {
    BUILT_IN.iter().map(|map| map.bytes).find(|bytes| MapHash::of(bytes) == hash)
}

/// What the maker of a map should know of it, in lines to print; an error says what makes it unplayable.
pub fn check(name_or_path: &str) -> Result<String, MapError> {
    let arena = load(name_or_path)?.arena;
    let survey = Survey::of(&arena);
    let lying = |kind| arena.pickups().iter().filter(|pickup| pickup.kind == kind).count();
    let pickups = PickupKind::ALL.map(|kind| format!("{} {}", lying(kind), kind.name())).join(", ");
    let sides = match arena.has_team_spawns() {
        true => Team::ALL.map(|team| format!("{} for {}", arena.team_spawns(team).len(), team.name())).join(", "),
        false => "all serve both sides".to_owned(),
    };
    let mut report = format!(
        "map '{}': {} x {} tiles\n  floor    {} free tiles, {} reachable\n  spawns   {} ({sides})\n  pickups  {} ({pickups})",
        arena.name(),
        arena.width(),
        arena.height(),
        survey.free_tiles,
        survey.reachable_tiles,
        arena.spawns().len(),
        arena.pickups().len(),
    );
    for warning in &survey.warnings {
        report += &format!("\n  warning  {warning}");
    }
    report += if survey.warnings.is_empty() { "\n  good to play" } else { "\n  playable" };
    Ok(report)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Map, MapError> {
    Ok(Map { arena: Arc::new(Arena::parse(name, bytes)?), bytes: bytes.into() })
}

fn built_in_names() -> String {
    BUILT_IN.map(|map| map.name).join(", ")
}
