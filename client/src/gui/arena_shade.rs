//! Soft light on the floor, computed once per map: walls cast a short shadow and darken the floor beside them.
//!
//! Alone because it is plain arithmetic on a picture. It must not know of the renderer.

use tickshot_shared::sim::arena::Arena;

/// How much light reaches the floor, 0..=1, [`TEXELS_PER_TILE`] texels per metre, row by row.
pub(super) struct Shade {
    width: usize,
    light: Vec<f32>,
}

impl Shade {
    /// Light at a point, metres, blended between the four nearest texels.
    pub(super) fn light_at(&self, x_m: f32, y_m: f32) -> f32 {
        let rows = self.light.len() / self.width;
        let place = |at_m: f32, count: usize| {
            let at = (at_m * TEXELS_PER_TILE as f32 - 0.5).clamp(0.0, (count - 1) as f32);
            (at as usize, (at as usize + 1).min(count - 1), at.fract())
        };
        let (x0, x1, fx) = place(x_m, self.width);
        let (y0, y1, fy) = place(y_m, rows);
        let row = |y: usize| self.light[y * self.width + x0] * (1.0 - fx) + self.light[y * self.width + x1] * fx;
        row(y0) * (1.0 - fy) + row(y1) * fy
    }
}

/// Light on the floor of `arena`.
pub(super) fn bake(arena: &Arena) -> Shade {
    let (width, height) = (arena.width() * TEXELS_PER_TILE, arena.height() * TEXELS_PER_TILE);
    let mask = |offset: i32| -> Vec<f32> {
        let tile = |texel: i32| (texel - offset).div_euclid(TEXELS_PER_TILE);
        let texels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        texels.map(|(x, y)| if arena.is_solid(tile(x), tile(y)) { 1.0 } else { 0.0 }).collect()
    };
    // The light comes from the upper left, so the cast shadow lies to the lower right.
    let mut cast = mask(CAST_TEXELS);
    let mut near = mask(0);
    for (picture, radius) in [(&mut cast, CAST_BLUR_TEXELS), (&mut near, NEAR_BLUR_TEXELS)] {
        // Two box blurs make a smooth fall-off.
        for _ in 0..2 {
            blur_rows(picture, width as usize, radius);
            *picture = transposed(picture, width as usize);
            blur_rows(picture, height as usize, radius);
            *picture = transposed(picture, height as usize);
        }
    }
    let light = cast.iter().zip(&near).map(|(cast, near)| (1.0 - CAST_DARKNESS * cast) * (1.0 - NEAR_DARKNESS * near));
    Shade { width: width as usize, light: light.collect() }
}

/// Replaces each value by the mean of its row within `radius`; beyond the ends a row continues with its last value.
fn blur_rows(picture: &mut [f32], row_length: usize, radius: usize) {
    let mut source = vec![0.0; row_length];
    for row in picture.chunks_exact_mut(row_length) {
        source.copy_from_slice(row);
        let at = |i: isize| source[i.clamp(0, row_length as isize - 1) as usize];
        let reach = radius as isize;
        let mut sum: f32 = (-reach..=reach).map(at).sum();
        for (i, value) in row.iter_mut().enumerate() {
            *value = sum / (2 * radius + 1) as f32;
            sum += at(i as isize + reach + 1) - at(i as isize - reach);
        }
    }
}

fn transposed(picture: &[f32], row_length: usize) -> Vec<f32> {
    let rows = picture.len() / row_length;
    (0..row_length).flat_map(|x| (0..rows).map(move |y| picture[y * row_length + x])).collect()
}

const TEXELS_PER_TILE: i32 = 8;
/// Length of the cast shadow along each axis.
const CAST_TEXELS: i32 = 4;
const CAST_BLUR_TEXELS: usize = 2;
const NEAR_BLUR_TEXELS: usize = 4;
const CAST_DARKNESS: f32 = 0.48;
const NEAR_DARKNESS: f32 = 0.42;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_an_even_row_and_spreads_a_spike_evenly() {
        let mut even = vec![0.5; 8];
        blur_rows(&mut even, 8, 2);
        assert!(even.iter().all(|v| (v - 0.5).abs() < 1e-6));
        let mut spike = vec![0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0];
        blur_rows(&mut spike, 7, 1);
        let expected = [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        assert!(spike.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{spike:?}");
    }

    #[test]
    fn transposing_twice_gives_the_same_picture() {
        let picture: Vec<f32> = (0..12).map(|i| i as f32).collect();
        assert_eq!(transposed(&transposed(&picture, 4), 3), picture);
    }
}
