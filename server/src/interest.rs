//! Who may see whom: the only gate between the world and a client's snapshot.
//!
//! Visibility is judged between map tiles, not bodies: two tiles see each other if any of a few points in and just
//! around one has a free line to any such point of the other. The points around a tile are the peek margin: a body
//! is told before its edge comes round the corner. Tile pairs are judged once, when first asked, so a tick costs a
//! look-up per pair of players. Both maps of answers are symmetric.
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
    /// Two bits per ordered tile pair: judged, seen. Empty if nothing blocks the view or the map is too large to remember.
    pairs: Vec<u64>,
    open: bool,
    /// Free points in and around each tile, computed when the tile is first asked about.
    points: Vec<Option<Vec<IVec2>>>,
}

impl Interest {
    pub fn new(arena: &Arena) -> Interest {
        let (width, height) = (arena.width(), arena.height());
        let tiles = (width * height) as usize;
        let remembered = tiles <= REMEMBERED_TILES_MAX && arena.has_inner_walls();
        let words = if remembered { (tiles * tiles * 2).div_ceil(64) } else { 0 };
        Interest { width, height, pairs: vec![0; words], open: !arena.has_inner_walls(), points: vec![None; tiles] }
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

    /// Whether bodies at `a` and `b` (world units) may be told of each other.
    pub fn sees(&mut self, arena: &Arena, a: IVec2, b: IVec2) -> bool {
        if self.open {
            return true;
        }
        let (ta, tb) = (self.tile_of(a), self.tile_of(b));
        if self.pairs.is_empty() {
            return self.judge(arena, ta, tb);
        }
        let tiles = (self.width * self.height) as usize;
        let bit = (ta * tiles + tb) * 2;
        let (word, shift) = (bit / 64, bit % 64);
        if self.pairs[word] >> shift & 1 == 1 {
            return self.pairs[word] >> (shift + 1) & 1 == 1;
        }
        let seen = self.judge(arena, ta, tb);
        let answer = 1 | u64::from(seen) << 1;
        self.pairs[word] |= answer << shift;
        let mirror = (tb * tiles + ta) * 2;
        self.pairs[mirror / 64] |= answer << (mirror % 64);
        seen
    }

    fn judge(&mut self, arena: &Arena, a: usize, b: usize) -> bool {
        self.ensure_points(arena, a);
        self.ensure_points(arena, b);
        let none = Vec::new();
        let from = self.points[a].as_ref().unwrap_or(&none);
        let to = self.points[b].as_ref().unwrap_or(&none);
        from.iter().any(|p| to.iter().any(|q| line_of_sight(arena, *p, *q)))
    }

    /// The tile's centre first (most visible pairs end there), its four inner corners, then the free tiles around it.
    fn ensure_points(&mut self, arena: &Arena, tile: usize) {
        if self.points[tile].is_some() {
            return;
        }
        let (tx, ty) = (tile as i32 % self.width, tile as i32 / self.width);
        let centre = IVec2::new(tx, ty) * TILE_UNITS + IVec2::splat(TILE_UNITS / 2);
        let mut points = vec![centre];
        let inset = TILE_UNITS / 2 - 8;
        points.extend([(-1, -1), (1, -1), (-1, 1), (1, 1)].map(|(x, y)| centre + IVec2::new(x, y) * inset));
        for (x, y) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
            if !arena.is_solid(tx + x, ty + y) {
                points.push(centre + IVec2::new(x, y) * TILE_UNITS);
            }
        }
        self.points[tile] = Some(points);
    }

    fn tile_of(&self, pos: IVec2) -> usize {
        let x = pos.x.div_euclid(TILE_UNITS).clamp(0, self.width - 1);
        let y = pos.y.div_euclid(TILE_UNITS).clamp(0, self.height - 1);
        (y * self.width + x) as usize
    }
}

/// Maps up to this many tiles remember every answer (two bits per pair: 8 MiB here); larger ones judge each time.
const REMEMBERED_TILES_MAX: usize = 5793;
