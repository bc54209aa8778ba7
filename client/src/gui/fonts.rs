//! The faces of all text: Inter, cut down to Latin, Greek, Cyrillic and signs (`assets/fonts`).
//!
//! Alone so that bevy's text and egui's draw the same letters. Must not know what is written.

use bevy::asset::uuid_handle;
use bevy::prelude::*;

pub(super) struct FontsPlugin;

impl Plugin for FontsPlugin {
    fn build(&self, app: &mut App) {
        let mut fonts = app.world_mut().resource_mut::<Assets<Font>>();
        for (handle, bytes) in [(Handle::default(), MEDIUM), (BOLD, BOLD_BYTES)] {
            let font = Font::from_bytes(bytes.to_vec());
            fonts.insert(handle.id(), font).expect("a fixed id is always free to insert");
        }
    }
}

/// The face of most text: bevy's default font is replaced by it.
pub(super) const MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/Inter-Medium.otf");
pub(super) const BOLD_BYTES: &[u8] = include_bytes!("../../../assets/fonts/Inter-Bold.otf");
/// The face of titles and large numbers.
pub(super) const BOLD: Handle<Font> = uuid_handle!("5d0b5d1c-6f6d-4a3e-9f0c-3c1f3f9f7a10");
