//! Every colour of the window, and which player has which.
//!
//! Players' colours are the Okabe-Ito set, told apart by people with any common colour vision (Okabe and Ito, "Color
//! Universal Design", 2008); its black, unreadable on a dark floor, is replaced by a light grey. The world itself is
//! kept to unsaturated blue-greys, so that colour always means a player or a warning.

use crate::settings::{Palette, Settings};
use crate::view::ViewModel;
use bevy::prelude::{Alpha, Color, Res, ResMut, Resource, Vec3};
use std::collections::BTreeMap;
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::Team;
use tickshot_shared::sim::world::Slot;

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

pub(super) const ARMOUR: Color = Color::srgb(0.47, 0.70, 0.98);
pub(super) const AMMO: Color = Color::srgb(0.96, 0.82, 0.40);
pub(super) const FLAME: Color = Color::srgb(1.0, 0.56, 0.20);
pub(super) const SMOKE: Color = Color::srgb(0.40, 0.43, 0.49);
pub(super) const SCORCH: Color = Color::srgb(0.012, 0.012, 0.016);
pub(super) const STEEL: Color = Color::srgb(0.46, 0.50, 0.57);
pub(super) const STEEL_DARK: Color = Color::srgb(0.20, 0.22, 0.26);
pub(super) const IRON: Color = Color::srgb(0.03, 0.035, 0.045);

/// Number of different player colours; players beyond it repeat them with one more pip (see [`pips`]).
pub(super) const PLAYER_COLOURS: u16 = 8;

type Colours = [Color; PLAYER_COLOURS as usize];

const STANDARD: Colours = [
    Color::srgb(0.337, 0.706, 0.914), // sky blue
    Color::srgb(0.902, 0.624, 0.000), // orange
    Color::srgb(0.000, 0.690, 0.500), // bluish green, a little brighter than the original for the dark floor
    Color::srgb(0.835, 0.369, 0.000), // vermilion
    Color::srgb(0.800, 0.475, 0.655), // reddish purple
    Color::srgb(0.941, 0.894, 0.259), // yellow
    Color::srgb(0.160, 0.500, 0.800), // blue, brighter for the same reason
    Color::srgb(0.780, 0.800, 0.830), // grey, in the place of black
];

/// Blues to yellows by lightness: each step is seen without red or green, and on a projector in daylight.
const HIGH_CONTRAST: Colours = [
    Color::srgb(0.400, 0.760, 1.000),
    Color::srgb(1.000, 0.700, 0.100),
    Color::srgb(0.960, 0.960, 0.980),
    Color::srgb(0.780, 0.330, 0.050),
    Color::srgb(0.180, 0.420, 0.900),
    Color::srgb(1.000, 0.930, 0.400),
    Color::srgb(0.550, 0.420, 0.800),
    Color::srgb(0.560, 0.590, 0.640),
];

/// Reds to teals: no pair differs in blue and yellow only.
const NO_BLUE_YELLOW: Colours = [
    Color::srgb(0.150, 0.760, 0.780),
    Color::srgb(0.960, 0.420, 0.340),
    Color::srgb(0.620, 0.930, 0.900),
    Color::srgb(0.700, 0.160, 0.220),
    Color::srgb(1.000, 0.690, 0.740),
    Color::srgb(0.960, 0.960, 0.980),
    Color::srgb(0.060, 0.490, 0.530),
    Color::srgb(0.560, 0.590, 0.640),
];

/// Who is drawn in which colour in this frame.
#[derive(Resource, Default)]
pub(super) struct Tints {
    palette: Palette,
    teams: BTreeMap<u16, Team>,
}

/// Takes the sides from the view model and the palette from the settings.
pub(super) fn mix_tints(view: Res<ViewModel>, settings: Res<Settings>, mut tints: ResMut<Tints>) {
    tints.palette = settings.palette;
    tints.teams = view.roster.iter().filter_map(|(slot, player)| Some((slot.0, player.team?))).collect();
    let told = view.others.iter().map(|other| (other.slot, other.team)).chain(view.own.map(|own| (own.slot, own.team)));
    tints.teams.extend(told.filter_map(|(slot, team)| Some((slot, team?))));
}

impl Tints {
    /// The colour of the player in `slot`: its side's, or without sides its own.
    pub(super) fn of(&self, slot: u16) -> Color {
        match self.teams.get(&slot) {
            Some(team) => self.team(*team),
            None => players(self.palette)[usize::from(slot % PLAYER_COLOURS)],
        }
    }

    pub(super) fn team(&self, team: Team) -> Color {
        match (self.palette, team) {
            (Palette::Standard, Team::Amber) => Color::srgb(1.000, 0.640, 0.140),
            (Palette::Standard, Team::Azure) => Color::srgb(0.270, 0.660, 1.000),
            (Palette::HighContrast, Team::Amber) => Color::srgb(1.000, 0.860, 0.250),
            (Palette::HighContrast, Team::Azure) => Color::srgb(0.200, 0.440, 0.980),
            (Palette::NoBlueYellow, Team::Amber) => Color::srgb(0.980, 0.420, 0.330),
            (Palette::NoBlueYellow, Team::Azure) => Color::srgb(0.180, 0.800, 0.800),
        }
    }

    /// Small marks on a body that tell players of one colour apart: 0 to 3. Sides need none: names tell who is who.
    pub(super) fn pips(&self, slot: u16) -> u16 {
        if self.teams.contains_key(&slot) { 0 } else { (slot / PLAYER_COLOURS) % 4 }
    }

    /// Its side, if the match has sides.
    pub(super) fn side(&self, slot: Slot) -> Option<Team> {
        self.teams.get(&slot.0).copied()
    }
}

const fn players(palette: Palette) -> &'static Colours {
    match palette {
        Palette::Standard => &STANDARD,
        Palette::HighContrast => &HIGH_CONTRAST,
        Palette::NoBlueYellow => &NO_BLUE_YELLOW,
    }
}

/// The light of a pickup.
pub(super) const fn pickup(kind: PickupKind) -> Color {
    match kind {
        PickupKind::Health => HEALTH_GOOD,
        PickupKind::Armour => ARMOUR,
        PickupKind::Ammo => AMMO,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// How bright a colour is to the eye, 0..=1 (the Y of CIE XYZ).
    fn luminance(colour: Color) -> f32 {
        let linear = colour.to_linear();
        0.2126 * linear.red + 0.7152 * linear.green + 0.0722 * linear.blue
    }

    #[test]
    fn sides_differ_in_more_than_one_way_in_every_palette() {
        for palette in Palette::ALL {
            let tints = Tints { palette, ..Tints::default() };
            let [amber, azure] = Team::ALL.map(|team| tints.team(team).to_linear());
            assert!((amber.red - azure.red).abs() > 0.3, "{palette:?}");
            let brighter = luminance(tints.team(Team::Amber)) / luminance(tints.team(Team::Azure));
            assert!(palette != Palette::HighContrast || brighter > 2.0, "{palette:?}: {brighter}");
        }
    }

    #[test]
    fn a_side_has_one_colour_and_without_sides_everyone_an_own_one() {
        let mut tints = Tints::default();
        assert_ne!(tints.of(1), tints.of(2));
        assert_eq!((tints.pips(1), tints.pips(9)), (0, 1));
        tints.teams.extend([(1, Team::Amber), (2, Team::Amber), (9, Team::Azure)]);
        assert_eq!(tints.of(1), tints.of(2));
        assert_eq!((tints.of(9), tints.pips(9)), (tints.team(Team::Azure), 0));
    }
}
