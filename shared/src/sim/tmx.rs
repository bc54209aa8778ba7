//! A small strict reader of Tiled's `.tmx`: the `walls` tile layer and the object layers
//! `spawns` and `pickups`, nothing else.
//!
//! A general reader accepts far more than a server can promise to mean the same on every client (external files,
//! compression, scripts of properties). This one takes untrusted bytes, since a client reads maps it was sent: its work
//! is bounded by the file's length and every refusal says where and what to change in Tiled. It must not know what
//! makes an arena playable; that is [`super::arena`].

use super::pickup::PICKUPS_MAX;
use crate::limits::{MAP_BYTES_MAX, MAP_TILES_MAX};
use roxmltree::{Document, Node, ParsingOptions};

/// What a map file says, in tiles and in file coordinates; not yet checked for playability.
pub(super) struct TmxMap {
    /// Tiles.
    pub width: u32,
    pub height: u32,
    /// Row by row from the top left; `width * height` of them.
    pub solid: Vec<bool>,
    pub spawns: Vec<TmxPoint>,
    /// Empty if there is no such layer.
    pub pickups: Vec<TmxPoint>,
}

/// One point of an object layer. Words are as they may appear in a message: short.
pub(super) struct TmxPoint {
    /// Tiled's object id, for messages.
    pub id: String,
    /// What Tiled calls its class (before 1.9 and from 1.10 on spelled `type` in the file); empty if it has none.
    pub class: String,
    pub name: String,
    /// From the top left corner, in 1/1024 tile. Clamped to a little outside the largest map, so that it always fits.
    pub x: i32,
    pub y: i32,
}

/// Reads a whole file.
pub(super) fn read(bytes: &[u8]) -> Result<TmxMap, String> {
    if bytes.len() > MAP_BYTES_MAX {
        return Err(format!(
            "the file has {} bytes, the limit is {MAP_BYTES_MAX}; remove layers or shrink it",
            bytes.len()
        ));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("not a text file (byte {} is not UTF-8); save it as .tmx from Tiled", e.valid_up_to()))?;
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|e| format!("not well-formed XML ({e}); save it from Tiled"))?;
    let map = document.root_element();
    let (width, height) = read_map_element(map)?;
    let walls =
        find_layer(map, "layer", WALLS, "tile layer")?.ok_or_else(|| missing(map, "layer", WALLS, "tile layer"))?;
    let solid = read_walls(walls, width, height)?;
    let spawns = find_layer(map, "objectgroup", SPAWNS, "object layer")?
        .ok_or_else(|| missing(map, "objectgroup", SPAWNS, "object layer"))?;
    let spawns = read_points(map, spawns, SPAWNS, SPAWNS_MAX)?;
    let pickups = match find_layer(map, "objectgroup", PICKUPS, "object layer")? {
        Some(layer) => read_points(map, layer, PICKUPS, PICKUPS_MAX)?,
        None => Vec::new(),
    };
    Ok(TmxMap { width, height, solid, spawns, pickups })
}

/// Checks the kind of map; returns its size in tiles.
fn read_map_element(map: Node<'_, '_>) -> Result<(u32, u32), String> {
    if map.tag_name().name() != "map" {
        return Err(format!("the root element is <{}>, a Tiled map starts with <map>", shown(map.tag_name().name())));
    }
    let orientation = map.attribute("orientation").unwrap_or("missing");
    if orientation != "orthogonal" {
        return Err(format!(
            "orientation is '{}'; set Map > Map Properties > Orientation to Orthogonal",
            shown(orientation)
        ));
    }
    if map.attribute("infinite").is_some_and(|v| v != "0") {
        return Err("the map is infinite; untick Map > Map Properties > Infinite".into());
    }
    let width = whole_number(map, "width", MAP_TILES_MAX)?;
    let height = whole_number(map, "height", MAP_TILES_MAX)?;
    Ok((width, height))
}

/// The one layer called `name`, if there is one. Layers inside groups are not searched: a group may shift or hide them.
fn find_layer<'a, 'i>(map: Node<'a, 'i>, tag: &str, name: &str, kind: &str) -> Result<Option<Node<'a, 'i>>, String> {
    let mut found = map.children().filter(|n| n.has_tag_name(tag) && n.attribute("name") == Some(name));
    let Some(layer) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err(format!("more than one {kind} is named '{name}'; keep one"));
    }
    for axis in ["offsetx", "offsety"] {
        if layer.attribute(axis).is_some_and(|v| v.trim().parse() != Ok(0.0f64)) {
            return Err(format!("layer '{name}': {axis} is not 0, so it would look shifted; set its offset to 0"));
        }
    }
    Ok(Some(layer))
}

/// That there is no layer `name`, and which others there are: one may be it under another name.
fn missing(map: Node<'_, '_>, tag: &str, name: &str, kind: &str) -> String {
    let named = map.children().filter(|n| n.has_tag_name(tag)).filter_map(|n| n.attribute("name"));
    let others: Vec<String> = named.take(8).map(shown).collect();
    let hint = if others.is_empty() { "there is none".into() } else { format!("found: {}", others.join(", ")) };
    format!("no {kind} named '{name}' at the top level ({hint}); add one or rename it")
}

fn read_walls(layer: Node<'_, '_>, width: u32, height: u32) -> Result<Vec<bool>, String> {
    for (axis, expected) in [("width", width), ("height", height)] {
        let own = whole_number(layer, axis, MAP_TILES_MAX)?;
        if own != expected {
            return Err(format!(
                "layer '{WALLS}': {axis} is {own} but the map's is {expected}; resize the map in Tiled"
            ));
        }
    }
    let data = layer
        .children()
        .find(|n| n.has_tag_name("data"))
        .ok_or_else(|| format!("layer '{WALLS}': has no <data>; save the map again from Tiled"))?;
    let encoding = data.attribute("encoding").unwrap_or("xml");
    if encoding != "csv" || data.attribute("compression").is_some_and(|c| !c.is_empty()) {
        return Err(format!(
            "layer '{WALLS}': tiles are encoded as '{}'; save with CSV encoding (Map > Map Properties > Tile Layer Format)",
            shown(encoding)
        ));
    }
    read_csv(data.text().unwrap_or(""), width, height)
}

fn read_csv(text: &str, width: u32, height: u32) -> Result<Vec<bool>, String> {
    let expected = (width * height) as usize;
    let mut solid = Vec::with_capacity(expected);
    for item in text.split(',').map(str::trim) {
        // Tiled writes none, other tools a trailing comma: an empty item counts as nothing at the very end only.
        if item.is_empty() && solid.len() == expected {
            continue;
        }
        let place = || format!("layer '{WALLS}': tile {},{}", solid.len() as u32 % width, solid.len() as u32 / width);
        let gid: u32 = item.parse().map_err(|_| format!("{} is '{}', not a tile number", place(), shown(item)))?;
        if solid.len() == expected {
            return Err(format!("layer '{WALLS}': more than {width} x {height} tiles; save the map again from Tiled"));
        }
        solid.push(gid & GID_MASK != 0);
    }
    if solid.len() < expected {
        return Err(format!("layer '{WALLS}': {} tiles where {width} x {height} = {expected} are needed", solid.len()));
    }
    Ok(solid)
}

fn read_points(map: Node<'_, '_>, layer: Node<'_, '_>, name: &str, most: usize) -> Result<Vec<TmxPoint>, String> {
    let tile_width = whole_number(map, "tilewidth", TILE_PIXELS_MAX)?;
    let tile_height = whole_number(map, "tileheight", TILE_PIXELS_MAX)?;
    let mut points = Vec::new();
    for object in layer.children().filter(|n| n.has_tag_name("object")) {
        let id = shown(object.attribute("id").unwrap_or("without id"));
        if points.len() == most {
            return Err(format!("layer '{name}': more than {most} objects; remove some"));
        }
        if !object.children().any(|n| n.has_tag_name("point")) {
            return Err(format!("layer '{name}': object {id} is not a point; use Insert Point (I) in Tiled"));
        }
        let coordinate = |axis: &str, tile: u32| {
            let value = object.attribute(axis).unwrap_or("missing");
            let pixels = value.trim().parse::<f64>().ok().filter(|v| v.is_finite());
            let pixels = pixels.ok_or_else(|| format!("layer '{name}': object {id}: {axis} is '{}'", shown(value)))?;
            // One multiplication and one division: the same bits wherever IEEE 754 holds.
            let steps = (pixels * 1024.0 / f64::from(tile)).floor();
            Ok::<i32, String>(steps.clamp(-1.0, f64::from(MAP_TILES_MAX * 1024 + 1)) as i32)
        };
        let (x, y) = (coordinate("x", tile_width)?, coordinate("y", tile_height)?);
        let word = |attribute| object.attribute(attribute).map(str::trim).filter(|word| !word.is_empty()).map(shown);
        let class = word("class").or_else(|| word("type")).unwrap_or_default();
        points.push(TmxPoint { id, class, name: word("name").unwrap_or_default(), x, y });
    }
    Ok(points)
}

/// Attribute `name` as a whole number in `1..=max`.
fn whole_number(node: Node<'_, '_>, name: &str, max: u32) -> Result<u32, String> {
    let tag = node.tag_name().name();
    let value = node.attribute(name).ok_or_else(|| format!("<{tag}> has no '{name}'; save it from Tiled"))?;
    match value.trim().parse() {
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(format!("<{tag}> {name} is '{}', allowed is 1 to {max}", shown(value))),
    }
}

/// A piece of the file as it may appear in a message: short, and without control characters.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(24).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(24).is_some() {
        short.push_str("...");
    }
    short
}

/// Names of the layers that mean something.
const WALLS: &str = "walls";
pub(super) const SPAWNS: &str = "spawns";
pub(super) const PICKUPS: &str = "pickups";
/// Tiled keeps flips and rotations in the top four bits of a tile number.
const GID_MASK: u32 = 0x0FFF_FFFF;
/// Most spawn points: more than players could use, few enough to check one by one.
const SPAWNS_MAX: usize = 1024;
/// Largest tile edge in a file, pixels.
const TILE_PIXELS_MAX: u32 = 4096;
/// Most XML nodes read: `SPAWNS_MAX` spawns, pickups, their points and some decoration, well below a memory worry.
const NODES_MAX: u32 = 32 * 1024;
