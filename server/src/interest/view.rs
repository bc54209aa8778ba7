//! Which tiles can be seen from anywhere in one tile, found exactly.
//!
//! Precise permissive field of view (Jonathon Duerig): quadrant by quadrant, squares are visited in the order of their
//! distance, and a list of views is kept. A view is what lies between two lines, a shallow and a steep one, each as far
//! turned as the walls met so far allow when both ends may slide along their squares. A square that no view touches
//! cannot be seen from any point; every other can from some.
//!
//! Must not know who looks.

use super::rows::{Row, mark};
use tickshot_shared::sim::arena::Arena;

/// A corner of tiles, in tiles, x and y away from the source's nearest corner.
type Corner = (i32, i32);

/// Work space of a search, reused.
#[derive(Default)]
pub(super) struct Search {
    /// From shallow to steep.
    views: Vec<View>,
    /// Corners of walls that turned a line, each with the one before it on the same side.
    bumps: Vec<(Corner, Option<usize>)>,
}

#[derive(Clone, Copy)]
struct View {
    shallow: Line,
    steep: Line,
    shallow_bump: Option<usize>,
    steep_bump: Option<usize>,
}

#[derive(Clone, Copy)]
struct Line {
    near: Corner,
    far: Corner,
}

impl Line {
    /// Above 0 where the line passes below `at`, below 0 where it passes above.
    fn side(&self, at: Corner) -> i32 {
        let (dx, dy) = (self.far.0 - self.near.0, self.far.1 - self.near.1);
        dy * (self.far.0 - at.0) - dx * (self.far.1 - at.1)
    }
}

impl Search {
    /// Mark in `seen` the free tiles that have a line to some point of the free tile `x`, `y`, itself among them.
    pub(super) fn look(&mut self, arena: &Arena, x: i32, y: i32, seen: &mut Row) {
        mark(seen, y * arena.width() + x);
        for (sign_x, sign_y) in [(1, 1), (-1, 1), (-1, -1), (1, -1)] {
            let extent = |at: i32, sign: i32, size: i32| if sign > 0 { size - 1 - at } else { at };
            let (far_x, far_y) = (extent(x, sign_x, arena.width()), extent(y, sign_y, arena.height()));
            self.start(far_x, far_y);
            for sum in 1..=far_x + far_y {
                let mut at = 0;
                for j in self.first_on(sum).max(sum - far_x)..=sum.min(far_y) {
                    if at == self.views.len() {
                        break;
                    }
                    let (tx, ty) = (x + sign_x * (sum - j), y + sign_y * j);
                    let solid = arena.is_solid(tx, ty);
                    if self.visit((sum - j, j), solid, &mut at) && !solid {
                        mark(seen, ty * arena.width() + tx);
                    }
                }
                if self.views.is_empty() {
                    break;
                }
            }
        }
    }

    /// The shallowest square of a diagonal that a view may touch: `side` of its top left corner grows evenly along it.
    fn first_on(&self, sum: i32) -> i32 {
        let Some(View { shallow, .. }) = self.views.first() else { return 0 };
        let at_axis = shallow.side((sum, 1));
        let per_square = shallow.side((sum - 1, 2)) - at_axis;
        if at_axis > 0 || per_square <= 0 { 0 } else { -at_axis / per_square }
    }

    fn start(&mut self, far_x: i32, far_y: i32) {
        self.bumps.clear();
        self.views.clear();
        self.views.push(View {
            shallow: Line { near: (0, 1), far: (far_x.max(1), 0) },
            steep: Line { near: (1, 0), far: (0, far_y.max(1)) },
            shallow_bump: None,
            steep_bump: None,
        });
    }

    /// Whether a view touches this square; `at` is the shallowest view that may. A solid one narrows or splits it.
    fn visit(&mut self, square: Corner, solid: bool, at: &mut usize) -> bool {
        let (top_left, bottom_right) = ((square.0, square.1 + 1), (square.0 + 1, square.1));
        while self.views.get(*at).is_some_and(|view| view.steep.side(bottom_right) >= 0) {
            *at += 1;
        }
        let Some(view) = self.views.get(*at) else { return false };
        if view.shallow.side(top_left) <= 0 {
            return false;
        }
        if !solid {
            return true;
        }
        let (blocks_shallow, blocks_steep) = (view.shallow.side(bottom_right) < 0, view.steep.side(top_left) > 0);
        match (blocks_shallow, blocks_steep) {
            (true, true) => drop(self.views.remove(*at)),
            (true, false) => _ = self.bump_shallow(*at, top_left),
            (false, true) => _ = self.bump_steep(*at, bottom_right),
            (false, false) => {
                self.views.insert(*at, *view);
                *at += usize::from(self.bump_steep(*at, bottom_right));
                self.bump_shallow(*at, top_left);
            }
        }
        true
    }

    /// The shallow line of a view has to pass above this corner. Whether the view still sees anything; if not, it is gone.
    fn bump_shallow(&mut self, at: usize, corner: Corner) -> bool {
        let view = &mut self.views[at];
        view.shallow.far = corner;
        self.bumps.push((corner, view.shallow_bump));
        view.shallow_bump = Some(self.bumps.len() - 1);
        let (mut next, mut pinched) = (view.steep_bump, false);
        while let Some((bump, before)) = next.map(|i| self.bumps[i]) {
            pinched |= bump == corner;
            if view.shallow.side(bump) < 0 {
                view.shallow.near = bump;
            }
            next = before;
        }
        self.keep_if_open(at, pinched)
    }

    /// The steep line of a view has to pass below this corner. As [`Search::bump_shallow`].
    fn bump_steep(&mut self, at: usize, corner: Corner) -> bool {
        let view = &mut self.views[at];
        view.steep.far = corner;
        self.bumps.push((corner, view.steep_bump));
        view.steep_bump = Some(self.bumps.len() - 1);
        let (mut next, mut pinched) = (view.shallow_bump, false);
        while let Some((bump, before)) = next.map(|i| self.bumps[i]) {
            pinched |= bump == corner;
            if view.steep.side(bump) > 0 {
                view.steep.near = bump;
            }
            next = before;
        }
        self.keep_if_open(at, pinched)
    }

    /// A view sees nothing more when its lines have become one, or have to pass through one point: the corner at which two
    /// walls touch.
    fn keep_if_open(&mut self, at: usize, pinched: bool) -> bool {
        let View { shallow, steep, .. } = self.views[at];
        let open = !pinched && (shallow.side(steep.near) != 0 || shallow.side(steep.far) != 0);
        if !open {
            self.views.remove(at);
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::is_marked;
    use super::*;
    use crate::maps;
    use glam::IVec2;
    use tickshot_shared::limits::TILE_UNITS;
    use tickshot_shared::rng::Rng;
    use tickshot_shared::sim::collision::line_of_sight;

    /// Lines between random points of two tiles.
    fn any_line(arena: &Arena, a: IVec2, b: IVec2, tries: u32, rng: &mut Rng) -> bool {
        let mut point = |tile: IVec2| tile * TILE_UNITS + IVec2::new(rng.below(1024) as i32, rng.below(1024) as i32);
        (0..tries).any(|_| line_of_sight(arena, point(a), point(b)))
    }

    #[test]
    fn a_tile_is_marked_if_and_only_if_some_line_reaches_it() {
        println!("seed 80");
        let mut rng = Rng::new(80);
        for map in ["arena", "duel", "citadel"] {
            let arena = maps::load(map).unwrap().arena;
            let (width, height) = (arena.width(), arena.height());
            let (mut lit, mut unlit, mut unfound) = (0, 0, Vec::new());
            for _ in 0..20 {
                let from = IVec2::new(rng.below(width as u32) as i32, rng.below(height as u32) as i32);
                if arena.is_solid(from.x, from.y) {
                    continue;
                }
                let mut row = vec![0; (width * height) as usize / 64 + 1];
                Search::default().look(&arena, from.x, from.y, &mut row);
                for to in (0..width * height).map(|i| IVec2::new(i % width, i / width)) {
                    let marked = is_marked(&row, to.y * width + to.x);
                    let line = any_line(&arena, from, to, if marked { 20_000 } else { 300 }, &mut rng);
                    assert!(marked || !line, "{map}: {from} sees {to}");
                    lit += u32::from(marked);
                    unlit += u32::from(!marked);
                    if marked && !line {
                        unfound.push((from, to));
                    }
                }
            }
            println!("{map}: {lit} marked, {unlit} not, {} views too thin to find: {unfound:?}", unfound.len());
            assert!(lit > 100 && unlit > 100 && unfound.len() as u32 * 50 < lit, "{map}");
        }
    }
}
