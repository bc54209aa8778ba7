//! What each outline means: one colour and one dash for each, in the arena and in the legend.

use super::theme;
use bevy_egui::egui::{self, Color32, Sense, Stroke, Ui, pos2, vec2};

/// A kind of outline.
#[derive(Clone, Copy, Debug)]
pub(in crate::gui) struct Outline {
    pub name: &'static str,
    pub means: &'static str,
    pub colour: Color32,
    /// Dashes around a body; 0 is a closed ring.
    pub dashes: u32,
    /// Drawn part of each dash and its gap.
    pub filled: f32,
    pub width_m: f32,
}

pub(in crate::gui) const CONFIRMED: Outline = Outline {
    name: "you, confirmed",
    means: "where the newest snapshot says you are",
    colour: theme::ORANGE,
    dashes: 6,
    filled: 0.70,
    width_m: 0.055,
};
pub(in crate::gui) const PREDICTED: Outline = Outline {
    name: "you, predicted",
    means: "where your keys have taken you, unsmoothed",
    colour: Color32::WHITE,
    dashes: 0,
    filled: 1.0,
    width_m: 0.03,
};
pub(in crate::gui) const NEWEST: Outline = Outline {
    name: "others, newest",
    means: "as the newest snapshot tells",
    colour: theme::YELLOW,
    dashes: 10,
    filled: 0.55,
    width_m: 0.05,
};
pub(in crate::gui) const PRESENT: Outline = Outline {
    name: "others, present",
    means: "where they probably are at the server now",
    colour: theme::PURPLE,
    dashes: 22,
    filled: 0.30,
    width_m: 0.06,
};
/// Of a shot.
pub(in crate::gui) const DRAWN: Outline = Outline {
    name: "drawn",
    means: "the target on your screen as you fired",
    colour: theme::SKY,
    dashes: 0,
    filled: 1.0,
    width_m: 0.06,
};
pub(in crate::gui) const TESTED: Outline = Outline {
    name: "tested",
    means: "the body the server tested the ray against",
    colour: theme::VERMILION,
    dashes: 8,
    filled: 0.6,
    width_m: 0.06,
};

/// A line of the legend: the dash itself, its name, what it means.
pub(in crate::gui) fn line(ui: &mut Ui, outline: &Outline) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(SAMPLE_PX, 14.0), Sense::hover());
        let stroke = Stroke::new((outline.width_m * 42.0).max(1.3), outline.colour);
        let (from, to) = (pos2(rect.left(), rect.center().y), pos2(rect.right(), rect.center().y));
        if outline.dashes == 0 {
            ui.painter().line_segment([from, to], stroke);
        } else {
            let length = SAMPLE_PX * 2.4 / outline.dashes as f32;
            let (dash, gap) = (length * outline.filled, length * (1.0 - outline.filled));
            ui.painter().extend(egui::Shape::dashed_line(&[from, to], stroke, dash, gap));
        }
        ui.label(egui::RichText::new(outline.name).size(theme::SMALL_PX).color(outline.colour));
        ui.label(theme::soft(outline.means));
    });
}

const SAMPLE_PX: f32 = 30.0;
