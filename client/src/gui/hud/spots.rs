//! The words of the screen's own layer: each has its place, its size and its face, and is written anew only when it changes.
//!
//! What they say is decided elsewhere in `hud`. Must not know the view model.

use crate::gui::fonts;
use crate::gui::palette;
use bevy::prelude::*;
use bevy::text::{FontFeatureTag, FontFeatures};

/// One piece of text.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::gui) enum Spot {
    Health,
    Armour,
    WeaponName,
    Magazine,
    Reserve,
    /// The number keys and the rounds of the three weapons.
    SlotKey(u8),
    SlotRounds(u8),
    Timer,
    TimerNote,
    LeftScore,
    LeftNote,
    RightScore,
    RightNote,
    Title,
    Subtitle,
    Countdown,
    Watching,
    WatchKeys,
    Notice,
    Cue,
}

impl Spot {
    /// It tells of the match, not of who plays it.
    pub(in crate::gui) const fn is_of_the_match(self) -> bool {
        use Spot::*;
        matches!(self, Timer | TimerNote | LeftScore | LeftNote | RightScore | RightNote)
    }
}

/// What a spot says now.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::gui) struct Said {
    pub text: String,
    pub colour: Color,
}

impl Said {
    pub(in crate::gui) fn new(text: impl Into<String>, colour: Color) -> Option<Said> {
        Some(Said { text: text.into(), colour })
    }
}

/// Where along one axis: from the near edge, from the middle, or from the far edge, pixels.
#[derive(Clone, Copy)]
enum Along {
    Near(f32),
    Middle(f32),
    Far(f32),
    /// Percent of the window, then pixels.
    Part(f32),
}

/// Where a text stands: its box across, the middle of its line down.
struct Place {
    x: Along,
    y: Along,
    width: f32,
    justify: Justify,
    size: f32,
    bold: bool,
}

impl Spot {
    fn all() -> impl Iterator<Item = Spot> {
        let slots = (0..3).flat_map(|slot| [Spot::SlotKey(slot), Spot::SlotRounds(slot)]);
        let single = [
            Spot::Health,
            Spot::Armour,
            Spot::WeaponName,
            Spot::Magazine,
            Spot::Reserve,
            Spot::Timer,
            Spot::TimerNote,
            Spot::LeftScore,
            Spot::LeftNote,
            Spot::RightScore,
            Spot::RightNote,
            Spot::Title,
            Spot::Subtitle,
            Spot::Countdown,
            Spot::Watching,
            Spot::WatchKeys,
            Spot::Notice,
            Spot::Cue,
        ];
        slots.chain(single)
    }

    fn place(self) -> Place {
        use Along::{Far, Middle, Near, Part};
        let place = |x, y, width, justify, size, bold| Place { x, y, width, justify, size, bold };
        match self {
            Spot::Health => place(Near(58.0), Far(72.0), 64.0, Justify::Right, 30.0, true),
            Spot::Armour => place(Near(58.0), Far(44.0), 64.0, Justify::Right, 17.0, true),
            Spot::WeaponName => place(Far(304.0), Far(54.0), 130.0, Justify::Left, 15.0, false),
            Spot::Magazine => place(Far(104.0), Far(54.0), 80.0, Justify::Right, 30.0, true),
            Spot::Reserve => place(Far(98.0), Far(51.0), 64.0, Justify::Left, 17.0, false),
            Spot::SlotKey(slot) => place(
                Far(slot_right(slot) + SLOT_W - 6.0),
                Far(SLOT_Y + SLOT_H - 9.0),
                12.0,
                Justify::Left,
                11.0,
                false,
            ),
            Spot::SlotRounds(slot) => {
                place(Far(slot_right(slot) + 6.0), Far(SLOT_Y + 9.0), 46.0, Justify::Right, 11.0, false)
            }
            Spot::Timer => place(Middle(0.0), Near(26.0), 110.0, Justify::Center, 24.0, true),
            Spot::TimerNote => place(Middle(0.0), Near(47.0), 240.0, Justify::Center, 11.5, false),
            Spot::LeftScore => place(Middle(-88.0), Near(25.0), 60.0, Justify::Center, 24.0, true),
            Spot::LeftNote => place(Middle(-172.0), Near(25.0), 96.0, Justify::Right, 14.0, false),
            Spot::RightScore => place(Middle(88.0), Near(25.0), 60.0, Justify::Center, 24.0, true),
            Spot::RightNote => place(Middle(172.0), Near(25.0), 96.0, Justify::Left, 14.0, false),
            Spot::Title => place(Middle(0.0), Part(17.0), 1000.0, Justify::Center, 42.0, true),
            Spot::Subtitle => place(Middle(0.0), Part(24.5), 800.0, Justify::Center, 18.0, false),
            Spot::Countdown => place(Middle(0.0), Part(32.0), 200.0, Justify::Center, 72.0, true),
            Spot::Watching => place(Middle(0.0), Far(62.0), 520.0, Justify::Center, 24.0, true),
            Spot::WatchKeys => place(Middle(0.0), Far(36.0), 620.0, Justify::Center, 13.0, false),
            Spot::Notice => place(Middle(0.0), Part(12.0), 720.0, Justify::Center, 16.0, false),
            Spot::Cue => place(Middle(0.0), Part(63.0), 420.0, Justify::Center, 16.0, true),
        }
    }
}

/// Right edge of a weapon's slot, from the window's right edge.
pub(in crate::gui) fn slot_right(slot: u8) -> f32 {
    28.0 + f32::from(2 - slot) * (SLOT_W + 6.0)
}

pub(in crate::gui) fn spawn(mut commands: Commands) {
    for spot in Spot::all() {
        let place = spot.place();
        let mut node = Node { position_type: PositionType::Absolute, width: px(place.width), ..default() };
        match place.x {
            Along::Near(x) => node.left = px(x),
            // The place is that of the text's outer edge.
            Along::Far(x) => node.right = px(if place.justify == Justify::Left { x - place.width } else { x }),
            Along::Middle(x) => {
                node.left = percent(50);
                node.margin.left = px(x - place.width * 0.5);
            }
            Along::Part(part) => node.left = percent(part),
        }
        let half_line = place.size * LINE_HEIGHT * 0.5;
        match place.y {
            Along::Near(y) | Along::Middle(y) => node.top = px(y - half_line),
            Along::Far(y) => node.bottom = px(y - half_line),
            Along::Part(part) => node.top = percent(part),
        }
        let font = TextFont::from_font_size(place.size);
        let font = if place.bold { font.with_font(fonts::BOLD) } else { font };
        let features = FontFeatures::from([FontFeatureTag::TABULAR_FIGURES]);
        commands.spawn((
            spot,
            node,
            Text::default(),
            TextFont { font_features: features, ..font },
            TextColor(palette::INK),
            TextShadow { offset: Vec2::splat(1.0), color: palette::SHADE },
            TextLayout::justify(place.justify),
            Visibility::Hidden,
        ));
    }
}

/// Size of a weapon's slot and the lower edge of the row, pixels.
pub(in crate::gui) const SLOT_W: f32 = 88.0;
pub(in crate::gui) const SLOT_H: f32 = 32.0;
pub(in crate::gui) const SLOT_Y: f32 = 78.0;
/// Bevy's default, of the size of the letters.
const LINE_HEIGHT: f32 = 1.2;
