//! The floor as one picture, painted once per map: tiles, seams, and the soft light of `arena_shade`.
//!
//! Painted ahead because a software renderer pays for every sum in a pixel's shader, and for one texture only once.

use super::arena_shade;
use super::palette;
use bevy::color::ColorToComponents;
use tickshot_shared::limits::MAP_TILES_MAX;
use tickshot_shared::sim::arena::Arena;

/// Red, green, blue, unused: one byte each, row by row. A byte is the square root of linear light times 255, which
/// keeps steps in the dark small and costs the shader one multiplication to undo.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

pub(super) fn paint(arena: &Arena) -> Picture {
    let shade = arena_shade::bake(arena);
    let per_tile =
        (TEXTURE_EDGE_MAX / arena.width().max(arena.height())).clamp(TEXELS_PER_TILE_MIN, TEXELS_PER_TILE_MAX);
    let (width, height) = (arena.width() * per_tile, arena.height() * per_tile);
    let texel_m = 1.0 / per_tile as f32;
    let floor = palette::FLOOR.to_linear().to_vec3();
    let mut bytes = Vec::with_capacity((width * height * 4) as usize);
    for y in 0..height {
        for x in 0..width {
            let (x_m, y_m) = ((x as f32 + 0.5) * texel_m, (y as f32 + 0.5) * texel_m);
            let seam = line_cover(distance_to_line(x_m, 1.0).min(distance_to_line(y_m, 1.0)), SEAM_M, texel_m);
            let slab =
                line_cover(distance_to_line(x_m, SLAB_M).min(distance_to_line(y_m, SLAB_M)), SLAB_LINE_M, texel_m);
            let tone = tile_tone(x / per_tile, y / per_tile) * (1.0 - SEAM_DARKNESS * seam);
            let light = (floor * tone + palette::SLAB_GLINT * slab) * shade.light_at(x_m, y_m);
            bytes.extend(light.to_array().map(|channel| (channel.clamp(0.0, 1.0).sqrt() * 255.0).round() as u8));
            bytes.push(255);
        }
    }
    Picture { width: width as u32, height: height as u32, bytes }
}

/// Distance from `at` to the nearest multiple of `spacing`, metres.
fn distance_to_line(at: f32, spacing: f32) -> f32 {
    let along = at.rem_euclid(spacing);
    along.min(spacing - along)
}

/// How much of a line `width_m` wide, whose middle is `distance_m` away, one texel holds.
fn line_cover(distance_m: f32, width_m: f32, texel_m: f32) -> f32 {
    ((width_m * 0.5 - distance_m) / texel_m + 0.5).clamp(0.0, 1.0)
}

/// Brightness of a tile, a little different for each.
fn tile_tone(tx: i32, ty: i32) -> f32 {
    let mixed = (tx as u32).wrapping_mul(0x9e37_79b1) ^ (ty as u32).wrapping_mul(0x85eb_ca6b);
    let scattered = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    0.93 + 0.14 * ((scattered >> 16) & 0xff) as f32 / 255.0
}

/// Every graphics API can hold textures of this size.
const TEXTURE_EDGE_MAX: i32 = 2048;
const TEXELS_PER_TILE_MIN: i32 = 8;
/// About half of what a 1280-pixel window shows a metre with; more is not seen.
const TEXELS_PER_TILE_MAX: i32 = 24;
const SEAM_M: f32 = 0.05;
const SEAM_DARKNESS: f32 = 0.24;
/// Brighter lines every four metres give a feeling for distance.
const SLAB_M: f32 = 4.0;
const SLAB_LINE_M: f32 = 0.07;
const _: () = assert!(MAP_TILES_MAX as i32 * TEXELS_PER_TILE_MIN <= TEXTURE_EDGE_MAX);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_on_whole_multiples_and_nowhere_else() {
        assert_eq!(distance_to_line(3.0, 1.0), 0.0);
        assert_eq!(distance_to_line(6.0, 4.0), 2.0);
        assert_eq!(line_cover(0.0, 0.5, 0.1), 1.0);
        assert_eq!(line_cover(0.5, 0.5, 0.1), 0.0);
    }
}
