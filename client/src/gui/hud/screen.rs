//! The screen's own layer in its own pixels: what painters of the HUD measure in, whatever the map's scale.
//!
//! Alone because it is the only place that knows both. One unit is a logical pixel at a UI scale of 1.

use crate::gui::camera::Lens;
use crate::gui::canvas::{Canvas, Fill};
use crate::gui::palette;
use bevy::prelude::*;

/// Paints in pixels from the window's upper left corner.
pub(in crate::gui) struct Screen<'a> {
    pub canvas: &'a mut Canvas,
    /// Width and height of the window.
    pub size: Vec2,
    /// Map metres of the upper left corner, and of one pixel.
    corner: Vec2,
    pub metre: f32,
}

impl<'a> Screen<'a> {
    pub(in crate::gui) fn new(canvas: &'a mut Canvas, lens: &Lens, ui_scale: f32) -> Screen<'a> {
        let corner = lens.at_px(Vec2::ZERO);
        Screen { canvas, size: lens.window_px / ui_scale, corner, metre: ui_scale / lens.px_per_metre }
    }

    /// Where a pixel lies on the map.
    pub(in crate::gui) fn at(&self, px: Vec2) -> Vec2 {
        self.corner + px * self.metre
    }

    /// A rounded box with a thin frame, as all panels have.
    pub(in crate::gui) fn panel(&mut self, min: Vec2, size: Vec2) {
        self.plate(min - 1.0, size + 2.0, 7.0, palette::PANEL_EDGE);
        self.plate(min, size, 6.0, palette::PANEL);
    }

    /// A filled box with round corners.
    pub(in crate::gui) fn plate(&mut self, min: Vec2, size: Vec2, radius: f32, colour: Color) {
        let (radius, half) = (radius.min(size.min_element() * 0.5), size * 0.5);
        let middle = self.at(min + half);
        let inner = (half - radius) * self.metre;
        self.canvas.rounded_box(middle, Vec2::X, inner, radius * self.metre, Fill::from(colour));
    }

    /// A track filled to `part`, 0..=1.
    pub(in crate::gui) fn bar(&mut self, min: Vec2, size: Vec2, part: f32, colour: Color) {
        let round = size.y * 0.5;
        self.plate(min, size, round, palette::faded(Color::WHITE, 0.10));
        let width = size.x * part.clamp(0.0, 1.0);
        if width >= 1.0 {
            self.plate(min, Vec2::new(width.max(size.y.min(size.x)), size.y), round, colour);
        }
    }
}
