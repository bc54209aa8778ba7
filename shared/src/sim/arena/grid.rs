//! Solid tiles in the two forms that make questions cheap: bits by line, and sums for boxes.
//!
//! Stands alone so that sight, movement and flood read the same tiles. Must not know what a wall is for.

use glam::IVec2;

/// Solid tiles as bits, line by line, so that a span of a line is one mask away.
#[derive(Clone, Debug)]
pub(in crate::sim) struct BitGrid {
    pub(super) width: i32,
    pub(super) height: i32,
    /// `u64`s per line.
    stride: usize,
    words: Vec<u64>,
}

impl BitGrid {
    pub(super) fn new(width: u32, height: u32, solid: impl Fn(u32, u32) -> bool) -> BitGrid {
        let stride = width.div_ceil(64) as usize;
        let mut words = vec![0u64; stride * height as usize];
        for y in 0..height {
            for x in (0..width).filter(|&x| solid(x, y)) {
                words[y as usize * stride + x as usize / 64] |= 1 << (x % 64);
            }
        }
        BitGrid { width: width as i32, height: height as i32, stride, words }
    }

    #[inline]
    pub(super) fn contains(&self, x: i32, y: i32) -> bool {
        // Negative numbers become large ones: two comparisons instead of four.
        if x as u32 >= self.width as u32 || y as u32 >= self.height as u32 {
            return true;
        }
        self.words[y as usize * self.stride + x as usize / 64] >> (x as u32 % 64) & 1 != 0
    }

    /// The bits of lines `first..=last`, which lie inside the map.
    pub(in crate::sim) fn lines(&self, first: i32, last: i32) -> impl Iterator<Item = &[u64]> {
        self.words[first as usize * self.stride..(last + 1) as usize * self.stride].chunks_exact(self.stride)
    }
}

/// Whether any of bits `first..=last` (`first <= last`, within the line) is set.
#[inline]
pub(in crate::sim) fn any_in_words(line: &[u64], first: i32, last: i32) -> bool {
    let (low, high) = (u64::MAX << (first & 63), u64::MAX >> (!last & 63));
    let (a, b) = (first as usize / 64, last as usize / 64);
    if a == b {
        return line[a] & low & high != 0;
    }
    line[a] & low != 0 || line[b] & high != 0 || line[a + 1..b].iter().any(|&word| word != 0)
}

/// Walls counted from the top left corner (a summed-area table): the walls in any box are four look-ups away.
#[derive(Clone, Debug)]
pub(super) struct WallSums {
    stride: usize,
    /// Entry `x, y`: walls above and left of tile `x, y`.
    counts: Vec<u32>,
}

impl WallSums {
    pub(super) fn new(rows: &BitGrid) -> WallSums {
        let stride = rows.width as usize + 1;
        let mut counts = vec![0; stride * (rows.height as usize + 1)];
        for y in 0..rows.height {
            let mut in_row = 0;
            for x in 0..rows.width {
                in_row += u32::from(rows.contains(x, y));
                let below = (y as usize + 1) * stride + x as usize + 1;
                counts[below] = counts[below - stride] + in_row;
            }
        }
        WallSums { stride, counts }
    }

    #[inline]
    pub(super) fn count(&self, low: IVec2, high: IVec2) -> u32 {
        let (top, bottom) = (low.y as usize * self.stride, (high.y as usize + 1) * self.stride);
        let (left, right) = (low.x as usize, high.x as usize + 1);
        (self.counts[bottom + right] + self.counts[top + left])
            - (self.counts[top + right] + self.counts[bottom + left])
    }
}
