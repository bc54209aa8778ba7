//! Every colour of the window, and which player has which.
//!
//! Players' colours are the Okabe-Ito set, told apart by people with any common colour vision (Okabe and Ito, "Color
//! Universal Design", 2008); its black, unreadable on a dark floor, is replaced by a light grey. The world itself is
//! kept to unsaturated blue-greys, so that colour always means a player or a warning.

use bevy::prelude::{Alpha, Color, Vec3};

/// Beyond the map.
pub(super) const VOID: Color = Color::srgb(0.030, 0.036, 0.048);
pub(super) const FLOOR: Color = Color::srgb(0.262, 0.296, 0.356);
/// Linear light that the lines every few metres add to the floor.
pub(super) const SLAB_GLINT: Vec3 = Vec3::new(0.012, 0.019, 0.031);
pub(super) const WALL_TOP: Color = Color::srgb(0.330, 0.384, 0.470);
/// The rim of a wall's top, by how the light (from the upper left) falls on it.
pub(super) const RIM_LIT: Color = Color::srgb(0.560, 0.645, 0.770);
pub(super) const RIM_DIM: Color = Color::srgb(0.410, 0.476, 0.585);
/// A wall's side at its upper edge; it darkens towards the floor.
pub(super) const SIDE_LIT: Color = Color::srgb(0.250, 0.294, 0.370);
pub(super) const SIDE_DIM: Color = Color::srgb(0.155, 0.184, 0.238);
pub(super) const SIDE_FOOT: Color = Color::srgb(0.050, 0.060, 0.080);
/// Laid over ground the own player cannot see.
pub(super) const UNSEEN: Color = Color::srgba(0.010, 0.014, 0.024, 0.60);

pub(super) const INK: Color = Color::srgb(0.92, 0.95, 0.99);
pub(super) const INK_SOFT: Color = Color::srgb(0.60, 0.66, 0.75);
pub(super) const PANEL: Color = Color::srgba(0.030, 0.038, 0.055, 0.78);
pub(super) const PANEL_EDGE: Color = Color::srgba(0.45, 0.55, 0.70, 0.22);
pub(super) const ROW_OWN: Color = Color::srgba(0.40, 0.60, 0.90, 0.20);
pub(super) const SHADE: Color = Color::srgba(0.0, 0.0, 0.0, 0.75);

pub(super) const HEALTH_GOOD: Color = Color::srgb(0.36, 0.80, 0.62);
pub(super) const HEALTH_LOW: Color = Color::srgb(0.92, 0.40, 0.22);
pub(super) const HURT: Color = Color::srgb(1.0, 0.26, 0.16);
pub(super) const HIT: Color = Color::srgb(1.0, 0.95, 0.80);
pub(super) const SPARK: Color = Color::srgb(1.0, 0.80, 0.45);

/// Number of different player colours; players beyond it repeat them with one more pip (see [`pips`]).
pub(super) const PLAYER_COLOURS: u16 = 8;

const PLAYERS: [Color; PLAYER_COLOURS as usize] = [
    Color::srgb(0.337, 0.706, 0.914), // sky blue
    Color::srgb(0.902, 0.624, 0.000), // orange
    Color::srgb(0.000, 0.690, 0.500), // bluish green, a little brighter than the original for the dark floor
    Color::srgb(0.835, 0.369, 0.000), // vermilion
    Color::srgb(0.800, 0.475, 0.655), // reddish purple
    Color::srgb(0.941, 0.894, 0.259), // yellow
    Color::srgb(0.160, 0.500, 0.800), // blue, brighter for the same reason
    Color::srgb(0.780, 0.800, 0.830), // grey, in the place of black
];

/// The colour of the player in `slot`.
pub(super) fn player(slot: u16) -> Color {
    PLAYERS[usize::from(slot % PLAYER_COLOURS)]
}

/// Small marks on a body that tell players of one colour apart: 0 to 3.
pub(super) fn pips(slot: u16) -> u16 {
    (slot / PLAYER_COLOURS) % 4
}

/// `colour` with its opacity set.
pub(super) fn faded(colour: Color, opacity: f32) -> Color {
    colour.with_alpha(opacity)
}

/// `colour` mixed towards `other` by `part`, 0..=1, in linear light.
pub(super) fn mixed(colour: Color, other: Color, part: f32) -> Color {
    let (a, b) = (colour.to_linear(), other.to_linear());
    let mix = |x: f32, y: f32| x + (y - x) * part;
    Color::linear_rgba(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue), mix(a.alpha, b.alpha))
}
