//! The few pieces that all of the screen's own layer is built from: text, panels, and changing them cheaply.
//!
//! Alone so that every panel looks alike. Text is laid out anew whenever it is touched, so setters compare first.

use super::{fonts, palette};
use bevy::prelude::*;

/// One line of `size_px` with a thin shadow, readable on any ground.
pub(super) fn label(text: impl Into<String>, size_px: f32, colour: Color) -> impl Bundle {
    (words(text, size_px, colour), TextLayout::no_wrap())
}

/// One line in the bold face.
pub(super) fn title(text: impl Into<String>, size_px: f32, colour: Color) -> impl Bundle {
    (
        Text::new(text),
        TextFont::from_font_size(size_px).with_font(fonts::BOLD),
        TextColor(colour),
        TextShadow { offset: Vec2::splat(1.0), color: palette::SHADE },
        TextLayout::no_wrap(),
    )
}

/// Centred lines that wrap where they must.
pub(super) fn paragraph(text: impl Into<String>, size_px: f32, colour: Color) -> impl Bundle {
    (words(text, size_px, colour), TextLayout::justify(Justify::Center))
}

fn words(text: impl Into<String>, size_px: f32, colour: Color) -> impl Bundle {
    (
        Text::new(text),
        TextFont::from_font_size(size_px),
        TextColor(colour),
        TextShadow { offset: Vec2::splat(1.0), color: palette::SHADE },
    )
}

/// A dark, rounded, thinly framed box around whatever is spawned inside it.
pub(super) fn panel(node: Node) -> impl Bundle {
    (
        Node { border: UiRect::all(px(1)), border_radius: BorderRadius::all(px(6)), ..node },
        BackgroundColor(palette::PANEL),
        BorderColor::all(palette::PANEL_EDGE),
    )
}

/// A node that lies over the whole window and arranges its children by `node`.
pub(super) fn overlay(node: Node) -> impl Bundle {
    Node { position_type: PositionType::Absolute, width: percent(100), height: percent(100), ..node }
}

/// A bar's track, `width` by `height` pixels.
pub(super) fn track(width: f32, height: f32) -> impl Bundle {
    (
        Node {
            width: px(width),
            height: px(height),
            border_radius: BorderRadius::all(px(height * 0.5)),
            overflow: Overflow::clip(),
            ..default()
        },
        BackgroundColor(palette::faded(Color::WHITE, 0.09)),
    )
}

/// A bar's filling, as high as its track and at first empty.
pub(super) fn filling(height: f32, colour: Color) -> impl Bundle {
    (
        Node {
            width: percent(0),
            height: percent(100),
            border_radius: BorderRadius::all(px(height * 0.5)),
            ..default()
        },
        BackgroundColor(colour),
    )
}

pub(super) fn set_text(text: &mut Mut<Text>, value: impl AsRef<str>) {
    if text.0 != value.as_ref() {
        text.0 = value.as_ref().to_owned();
    }
}

pub(super) fn set_shown(visibility: &mut Mut<Visibility>, shown: bool) {
    visibility.set_if_neq(if shown { Visibility::Inherited } else { Visibility::Hidden });
}

/// Sets a filling's width to `part`, 0..=1, in steps too small to see.
pub(super) fn set_filling(node: &mut Mut<Node>, part: f32) {
    let width = percent((part.clamp(0.0, 1.0) * 200.0).round() * 0.5);
    if node.width != width {
        node.width = width;
    }
}

pub(super) fn set_background(background: &mut Mut<BackgroundColor>, colour: Color) {
    background.set_if_neq(BackgroundColor(colour));
}
