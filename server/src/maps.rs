//! Where maps come from: the ones built into the program, or a `.tmx` file named on the command line.

use std::path::Path;
use std::sync::Arc;
use tickshot_shared::limits::MAP_BYTES_MAX;
use tickshot_shared::sim::arena::{Arena, ArenaError, MapHash};

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
pub const BUILT_IN: [BuiltIn; 2] = [
    BuiltIn {
        name: "arena",
        bytes: include_bytes!("../../assets/maps/arena.tmx"),
        players: (4, 12),
        about: "Rooms around a hall with two ways through it",
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

fn parse(name: &str, bytes: &[u8]) -> Result<Map, MapError> {
    Ok(Map { arena: Arc::new(Arena::parse(name, bytes)?), bytes: bytes.into() })
}

fn built_in_names() -> String {
    BUILT_IN.map(|map| map.name).join(", ")
}
