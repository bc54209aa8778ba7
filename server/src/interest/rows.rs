//! Sets of tiles as rows of bits, kept once found: all of them on a map of ordinary size, the recent ones on a large map.

/// One bit per tile.
pub(super) type Row = [u64];

pub(super) fn mark(row: &mut Row, tile: i32) {
    row[tile as usize / 64] |= 1 << (tile % 64);
}

pub(super) fn is_marked(row: &Row, tile: i32) -> bool {
    row[tile as usize / 64] >> (tile % 64) & 1 == 1
}

/// Every tile marked in `row`, ascending.
pub(super) fn marked(row: &Row) -> impl Iterator<Item = i32> + '_ {
    row.iter().enumerate().flat_map(|(i, &word)| {
        let mut left = word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as i32;
            left &= left.wrapping_sub(1);
            (bit < 64).then_some(i as i32 * 64 + bit)
        })
    })
}

/// Rows by a number; a number whose place another one needs is forgotten.
pub(super) struct Rows {
    words: usize,
    kept: Vec<Option<(usize, Box<Row>)>>,
}

impl Rows {
    /// For numbers below `numbers` and rows of `tiles` bits, in at most [`ROWS_BYTES_MAX`].
    pub(super) fn new(numbers: usize, tiles: usize) -> Rows {
        let words = tiles.div_ceil(64).max(1);
        let places = numbers.min(ROWS_BYTES_MAX / (words * 8)).max(1);
        Rows { words, kept: (0..places).map(|_| None).collect() }
    }

    /// The row of `number`, made by `make` from an empty one if it is not kept.
    pub(super) fn ensure(&mut self, number: usize, make: impl FnOnce(&mut Row)) -> &Row {
        let place = number % self.kept.len();
        let entry = self.kept[place].get_or_insert_with(|| (usize::MAX, vec![0; self.words].into_boxed_slice()));
        if entry.0 != number {
            entry.0 = number;
            entry.1.fill(0);
            make(&mut entry.1);
        }
        &entry.1
    }
}

/// Memory of one set of rows, in bytes: a map of 11,000 tiles keeps a row for each.
const ROWS_BYTES_MAX: usize = 16 << 20;
