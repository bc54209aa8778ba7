//! Who may see whom: the only gate between the world and a client's snapshot.
//!
//! Visibility is judged between map tiles, not bodies. Two tiles have a view of each other if any of nine points of the
//! one has a free line to any of the other. Two *players* may be told of each other if their tiles, or any free tiles next
//! to them, have a view: that ring of one tile is the peek margin, so that a body is told before its edge comes round
//! the corner. Both answers are kept once found, so a tick costs a look-up per pair of players.
//!
//! Knows positions and walls only; must not know health, teams or sessions.

use glam::IVec2;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::line_of_sight;
use tickshot_shared::sim::world::{Slot, World};

/// Judges visibility in one arena.
pub struct Interest {
    width: i32,
    height: i32,
    open: bool,
    /// Do these two tiles have a view of each other?
    views: PairAnswers,
    /// May players in these two tiles be told of each other?
    tellings: PairAnswers,
    /// The tile itself and the free tiles around it, found when first asked for.
    rings: Vec<Option<Vec<usize>>>,
}

impl Interest {
    pub fn new(arena: &Arena) -> Interest {
        let (width, height) = (arena.width(), arena.height());
        let open = !arena.has_inner_walls();
        let tiles = (width * height) as usize;
        let kept = if open { 0 } else { tiles };
        Interest {
            width,
            height,
            open,
            views: PairAnswers::new(kept),
            tellings: PairAnswers::new(kept),
            rings: vec![None; tiles],
        }
    }

    /// Fill `out` with the slots that `observer` may be told of, ascending, without itself.
    pub fn visible_to(&mut self, arena: &Arena, world: &World, observer: Slot, out: &mut Vec<Slot>) {
        out.clear();
        let Some(eye) = world.player(observer) else { return };
        for (slot, player) in world.present() {
            if slot != observer && self.sees(arena, eye.pos, player.pos) {
                out.push(slot);
            }
        }
    }

    /// Whether players at `a` and `b` (world units) may be told of each other.
    pub fn sees(&mut self, arena: &Arena, a: IVec2, b: IVec2) -> bool {
        if self.open {
            return true;
        }
        let (a, b) = (self.tile_of(a), self.tile_of(b));
        if let Some(known) = self.tellings.known(a, b) {
            return known;
        }
        self.ensure_ring(arena, a);
        self.ensure_ring(arena, b);
        let Interest { views, rings, width, .. } = self;
        let (Some(from), Some(to)) = (&rings[a], &rings[b]) else { return false };
        let told = from.iter().any(|p| to.iter().any(|q| has_view(views, arena, *width, *p, *q)))
            || has_narrow_view(arena, *width, a, b);
        self.tellings.keep(a, b, told);
        told
    }

    fn ensure_ring(&mut self, arena: &Arena, tile: usize) {
        if self.rings[tile].is_some() {
            return;
        }
        let (x, y) = (tile as i32 % self.width, tile as i32 / self.width);
        let around = RING.iter().filter(|(dx, dy)| !arena.is_solid(x + dx, y + dy));
        self.rings[tile] = Some(around.map(|(dx, dy)| ((y + dy) * self.width + x + dx) as usize).collect());
    }

    fn tile_of(&self, pos: IVec2) -> usize {
        let x = pos.x.div_euclid(TILE_UNITS).clamp(0, self.width - 1);
        let y = pos.y.div_euclid(TILE_UNITS).clamp(0, self.height - 1);
        (y * self.width + x) as usize
    }
}

/// A yes or no per unordered pair of tiles, so that it need not be found again: all of them on a map of ordinary size, the
/// recent ones on a large map.
enum PairAnswers {
    /// Two bits per ordered pair: known, yes.
    All { tiles: usize, bits: Vec<u64> },
    /// By hash: the pair (lower tile in the high half, 31 bits each) and its answer in the lowest bit; `u64::MAX` is empty.
    Recent(Vec<u64>),
}

impl PairAnswers {
    fn new(tiles: usize) -> PairAnswers {
        if tiles <= KEPT_TILES_MAX {
            PairAnswers::All { tiles, bits: vec![0; (tiles * tiles * 2).div_ceil(64)] }
        } else {
            PairAnswers::Recent(vec![u64::MAX; RECENT_PAIRS])
        }
    }

    fn known(&self, a: usize, b: usize) -> Option<bool> {
        match self {
            PairAnswers::All { tiles, bits } => {
                let bit = (a * tiles + b) * 2;
                let pair = bits[bit / 64] >> (bit % 64) & 3;
                (pair & 1 == 1).then_some(pair >> 1 == 1)
            }
            PairAnswers::Recent(entries) => {
                let key = pair_key(a, b);
                let entry = entries[place_of(key)];
                (entry >> 1 == key >> 1).then_some(entry & 1 == 1)
            }
        }
    }

    fn keep(&mut self, a: usize, b: usize, yes: bool) {
        match self {
            PairAnswers::All { tiles, bits } => {
                for (a, b) in [(a, b), (b, a)] {
                    let bit = (a * *tiles + b) * 2;
                    bits[bit / 64] |= (1 | u64::from(yes) << 1) << (bit % 64);
                }
            }
            PairAnswers::Recent(entries) => {
                let key = pair_key(a, b);
                entries[place_of(key)] = key | u64::from(yes);
            }
        }
    }
}

fn pair_key(a: usize, b: usize) -> u64 {
    (a.min(b) as u64) << 32 | (a.max(b) as u64) << 1
}

/// Fibonacci hashing (Knuth, TAOCP 3, 6.4) of a pair.
fn place_of(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT_PAIRS.ilog2())) as usize
}

fn has_view(views: &mut PairAnswers, arena: &Arena, width: i32, a: usize, b: usize) -> bool {
    if let Some(known) = views.known(a, b) {
        return known;
    }
    let seen = points_of(a, width).iter().any(|p| points_of(b, width).iter().any(|q| line_of_sight(arena, *p, *q)));
    views.keep(a, b, seen);
    seen
}

/// A last and closer look between the two tiles alone, for lines that slip between two far corners.
fn has_narrow_view(arena: &Arena, width: i32, a: usize, b: usize) -> bool {
    let fine = |tile: usize| {
        let [centre, ..] = points_of(tile, width);
        let step = (TILE_UNITS / 2 - CORNER_INSET_UNITS) / FINE_STEPS;
        (-FINE_STEPS..=FINE_STEPS)
            .flat_map(move |y| (-FINE_STEPS..=FINE_STEPS).map(move |x| centre + IVec2::new(x, y) * step))
    };
    fine(a).any(|p| fine(b).any(|q| line_of_sight(arena, p, q)))
}

/// The centre of a tile (most views are found there), then its corners and the middles of its edges, just inside.
fn points_of(tile: usize, width: i32) -> [IVec2; 9] {
    let corner = IVec2::new(tile as i32 % width, tile as i32 / width) * TILE_UNITS;
    let centre = corner + IVec2::splat(TILE_UNITS / 2);
    let inset = TILE_UNITS / 2 - CORNER_INSET_UNITS;
    POINTS.map(|(x, y)| centre + IVec2::new(x, y) * inset)
}

/// Where in a tile to look from, in half edges from its centre.
const POINTS: [(i32, i32); 9] = [(0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1), (1, 0), (-1, 0), (0, 1), (0, -1)];
/// Steps of the closer look from a tile's centre to its edge.
const FINE_STEPS: i32 = 2;
/// The tile itself first, then those around it.
const RING: [(i32, i32); 9] = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)];
/// A line along the very edge of a wall is blocked by it, so corners are looked from this far inside, in world units.
const CORNER_INSET_UNITS: i32 = 2;
/// Maps up to this many tiles keep every answer: two tables of two bits per ordered pair, 17 MiB at most.
const KEPT_TILES_MAX: usize = 5793;
/// Answers kept of larger maps, per table (a power of two; 8 bytes each): 64 players meet some 24,000 new pairs a second.
const RECENT_PAIRS: usize = 1 << 20;
