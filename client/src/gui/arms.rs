//! What the three weapons look like: in a body's hands from above, and from the side as icons.
//!
//! Alone so that a weapon is recognised by the same shape everywhere. Must not know who holds it.

use super::canvas::{Canvas, Fill};
use super::palette;
use bevy::prelude::*;
use tickshot_shared::sim::weapon::Weapon;

/// A weapon as it is held.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub weapon: Weapon,
    /// Middle of the body, map metres, and the unit vector of its aim.
    pub at: Vec2,
    pub along: Vec2,
    /// Scale of the body.
    pub size: f32,
    pub opacity: f32,
    /// How far it is thrown back by a shot, metres.
    pub kick: f32,
}

/// From the middle of a body to the end of its weapon, metres.
pub(super) const fn reach_m(weapon: Weapon) -> f32 {
    match weapon {
        Weapon::Rifle => 1.08,
        Weapon::Shotgun => 0.86,
        Weapon::Launcher => 0.96,
    }
}

/// How far a shot throws the weapon back, metres.
pub(super) const fn kick_m(weapon: Weapon) -> f32 {
    match weapon {
        Weapon::Rifle => 0.09,
        Weapon::Shotgun => 0.17,
        Weapon::Launcher => 0.20,
    }
}

/// Where the two hands hold it: along and across the aim, metres.
pub(super) const fn hands(weapon: Weapon) -> [(f32, f32); 2] {
    match weapon {
        Weapon::Rifle => [(0.30, 0.16), (0.56, -0.12)],
        Weapon::Shotgun => [(0.28, 0.18), (0.52, -0.18)],
        Weapon::Launcher => [(0.24, -0.04), (0.44, 0.40)],
    }
}

/// Long and thin, short and thick, or a tube on the shoulder.
pub(super) fn paint(canvas: &mut Canvas, held: Held) {
    let across = held.along.perp();
    let place =
        |along: f32, aside: f32| held.at + held.along * (along * held.size - held.kick) + across * (aside * held.size);
    let mut part = |from: (f32, f32), to: f32, width: f32, colour: Color| {
        let fill = palette::faded(colour, held.opacity);
        canvas.stroke(place(from.0, from.1), place(to, from.1), width * held.size, fill);
    };
    match held.weapon {
        Weapon::Rifle => {
            part((0.16, 0.0), 1.06, 0.13, palette::IRON);
            part((0.16, 0.0), 0.66, 0.20, palette::IRON);
            part((0.66, 0.0), 1.06, 0.065, BRIGHT);
            part((0.20, 0.0), 0.64, 0.13, palette::STEEL);
            part((0.44, 0.0), 0.58, 0.06, palette::STEEL_DARK);
        }
        Weapon::Shotgun => {
            part((0.14, 0.0), 0.80, 0.31, palette::IRON);
            part((0.44, 0.065), 0.80, 0.11, BRIGHT);
            part((0.44, -0.065), 0.80, 0.11, BRIGHT);
            part((0.20, 0.0), 0.40, 0.22, WOOD);
            part((0.52, 0.0), 0.62, 0.25, WOOD);
        }
        Weapon::Launcher => {
            let side = 0.19;
            part((-0.26, side), 0.84, 0.36, palette::IRON);
            part((-0.26, side), 0.82, 0.27, OLIVE);
            part((-0.34, side), -0.24, 0.34, palette::STEEL);
            part((0.58, side), 0.62, 0.36, palette::STEEL);
            part((0.84, side), 0.92, 0.18, palette::FLAME);
        }
    }
}

/// The side view as boxes (left, top, width, height), in an icon of [`ICON`] pixels, muzzle to the right.
pub(super) const fn silhouette(weapon: Weapon) -> &'static [[f32; 4]] {
    match weapon {
        Weapon::Rifle => &[
            [0.0, 4.0, 8.0, 4.0],
            [7.0, 3.0, 14.0, 4.0],
            [21.0, 3.5, 13.0, 1.8],
            [14.0, 7.0, 3.0, 4.5],
            [8.5, 7.0, 2.6, 3.6],
            [11.0, 1.2, 7.0, 1.3],
        ],
        Weapon::Shotgun => &[
            [2.0, 4.5, 8.0, 4.5],
            [9.0, 3.0, 10.0, 4.6],
            [18.0, 2.6, 13.0, 2.4],
            [19.0, 5.4, 8.0, 3.2],
            [10.0, 7.4, 2.8, 3.0],
        ],
        Weapon::Launcher => &[
            [2.0, 2.6, 26.0, 5.6],
            [0.0, 1.6, 3.6, 7.6],
            [25.0, 1.6, 3.6, 7.6],
            [28.6, 3.6, 5.0, 3.6],
            [12.0, 8.0, 2.8, 3.6],
            [18.0, 8.0, 2.6, 2.4],
        ],
    }
}

/// The silhouette on a canvas: `at` is the icon's upper left corner, `scale` metres per pixel of it.
pub(super) fn paint_icon(canvas: &mut Canvas, weapon: Weapon, at: Vec2, scale: f32, colour: Color) {
    for [left, top, width, height] in silhouette(weapon) {
        let half = Vec2::new(width * 0.5, height * 0.5) * scale;
        let radius = scale * 0.6;
        let middle = at + Vec2::new(*left, *top) * scale + half;
        canvas.rounded_box(middle, Vec2::X, (half - Vec2::splat(radius)).max(Vec2::ZERO), radius, Fill::from(colour));
    }
}

/// Size of every icon, pixels before scaling.
pub(super) const ICON: Vec2 = Vec2::new(34.0, 12.0);
const BRIGHT: Color = Color::srgb(0.66, 0.70, 0.77);
const WOOD: Color = Color::srgb(0.55, 0.36, 0.20);
const OLIVE: Color = Color::srgb(0.47, 0.52, 0.38);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_keeps_inside_its_box() {
        for weapon in Weapon::ALL {
            for [left, top, width, height] in silhouette(weapon) {
                assert!(left + width <= ICON.x && top + height <= ICON.y, "{weapon:?}");
            }
        }
    }
}
