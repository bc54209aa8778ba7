//! A map as triangles: merged wall tops, their lit rims, their sides, and the floor.
//!
//! Alone so that the geometry is testable without a window. It must not know of materials.

use super::palette;
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use tickshot_shared::sim::arena::Arena;

/// Quads in drawing order, four vertices each: walls first, so that the floor below them is never shaded.
#[derive(Default)]
pub(super) struct ArenaMesh {
    positions: Vec<[f32; 3]>,
    colours: Vec<[f32; 4]>,
}

impl ArenaMesh {
    pub(super) fn of(arena: &Arena) -> ArenaMesh {
        let mut mesh = ArenaMesh::default();
        for block in wall_blocks(arena) {
            mesh.flat(block.min.as_vec2(), block.max.as_vec2(), WALL_HEIGHT_M, palette::WALL_TOP, 0.0);
        }
        for run in wall_runs(arena) {
            mesh.rim(&run);
            mesh.side(&run);
        }
        let size = Vec2::new(arena.width() as f32, arena.height() as f32);
        mesh.beyond(size);
        mesh.flat(Vec2::ZERO, size, 0.0, palette::FLOOR, 1.0);
        mesh
    }

    pub(super) fn into_mesh(self) -> Mesh {
        let quads = (self.positions.len() / 4) as u32;
        let indices = (0..quads).flat_map(|q| [0, 1, 2, 0, 2, 3].map(|corner| q * 4 + corner)).collect();
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colours)
            .with_inserted_indices(Indices::U32(indices))
    }

    /// The block that the map is cut into falls off into the dark on all four sides.
    fn beyond(&mut self, size: Vec2) {
        let inner = [Vec2::ZERO, Vec2::new(size.x, 0.0), size, Vec2::new(0.0, size.y)];
        let outer = inner.map(|corner| corner + (corner - size * 0.5).signum() * BEYOND_M);
        for i in 0..4 {
            let next = (i + 1) % 4;
            let (near, far) = (palette::WALL_TOP, palette::VOID);
            let corners = [(inner[i], near), (inner[next], near), (outer[next], far), (outer[i], far)];
            self.quad(corners.map(|(at, colour)| (at, WALL_HEIGHT_M, colour)), 0.0);
        }
    }

    fn quad(&mut self, corners: [(Vec2, f32, Color); 4], floor: f32) {
        for (at, z, colour) in corners {
            let linear = colour.to_linear();
            self.positions.push([at.x, -at.y, z]);
            self.colours.push([linear.red, linear.green, linear.blue, floor]);
        }
    }

    fn flat(&mut self, min: Vec2, max: Vec2, z: f32, colour: Color, floor: f32) {
        let corners = [min, Vec2::new(max.x, min.y), max, Vec2::new(min.x, max.y)];
        self.quad(corners.map(|at| (at, z, colour)), floor);
    }

    /// The strip along the upper edge of a wall, mitred where two runs meet.
    fn rim(&mut self, run: &Run) {
        let inward = -run.outward * RIM_M;
        let along = (run.to - run.from).normalize() * RIM_M;
        let colour = if run.is_lit() { palette::RIM_LIT } else { palette::RIM_DIM };
        let (from, to) = (run.from + inward + along * run.bend_from, run.to + inward - along * run.bend_to);
        self.quad([run.from, run.to, to, from].map(|at| (at, WALL_HEIGHT_M + RIM_LIFT_M, colour)), 0.0);
    }

    fn side(&mut self, run: &Run) {
        let colour = if run.is_lit() { palette::SIDE_LIT } else { palette::SIDE_DIM };
        let foot = palette::SIDE_FOOT;
        self.quad(
            [
                (run.from, WALL_HEIGHT_M, colour),
                (run.to, WALL_HEIGHT_M, colour),
                (run.to, 0.0, foot),
                (run.from, 0.0, foot),
            ],
            0.0,
        );
    }
}

/// A straight piece of the border between wall and floor, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub from: Vec2,
    pub to: Vec2,
    /// Unit vector from the wall to the floor.
    pub outward: Vec2,
    /// How the border turns at each end: 1 around the wall (convex), -1 around the floor (concave).
    bend_from: f32,
    bend_to: f32,
}

impl Run {
    /// Whether the side faces the light, which comes from the upper left.
    fn is_lit(&self) -> bool {
        self.outward.x + self.outward.y < 0.0
    }
}

/// Every border between a solid tile (or the outside) and a free one, joined into the longest straight pieces.
pub(super) fn wall_runs(arena: &Arena) -> Vec<Run> {
    let mut runs = Vec::new();
    let (width, height) = (arena.width(), arena.height());
    for (outward, along, lines, length) in [
        (IVec2::Y, IVec2::X, height + 1, width),
        (IVec2::NEG_Y, IVec2::X, height + 1, width),
        (IVec2::X, IVec2::Y, width + 1, height),
        (IVec2::NEG_X, IVec2::Y, width + 1, height),
    ] {
        let positive = outward.x + outward.y > 0;
        for line in 0..lines {
            // The free tile touching this line at step `i`, and the tile behind the line.
            let free_at = |i: i32| along * i + outward.abs() * if positive { line } else { line - 1 };
            let solid = |tile: IVec2| arena.is_solid(tile.x, tile.y);
            let is_border = |i: i32| !solid(free_at(i)) && solid(free_at(i) - outward);
            let bend = |i: i32| if solid(free_at(i)) { -1.0 } else { 1.0 };
            let mut i = 0;
            while i < length {
                if !is_border(i) {
                    i += 1;
                    continue;
                }
                let start = i;
                while i < length && is_border(i) {
                    i += 1;
                }
                let point = |i: i32| (along * i + outward.abs() * line).as_vec2();
                runs.push(Run {
                    from: point(start),
                    to: point(i),
                    outward: outward.as_vec2(),
                    bend_from: bend(start - 1),
                    bend_to: bend(i),
                });
            }
        }
    }
    runs
}

/// Solid tiles covered by disjoint rectangles (tile coordinates, `max` exclusive): rows first, then equal rows joined.
fn wall_blocks(arena: &Arena) -> Vec<IRect> {
    let mut done: Vec<IRect> = Vec::new();
    let mut open: Vec<IRect> = Vec::new();
    for y in 0..arena.height() {
        let mut row = Vec::new();
        let mut x = 0;
        while x < arena.width() {
            if !arena.is_solid(x, y) {
                x += 1;
                continue;
            }
            let start = x;
            while x < arena.width() && arena.is_solid(x, y) {
                x += 1;
            }
            let above = open.iter().position(|block| block.min.x == start && block.max.x == x);
            row.push(match above {
                Some(index) => {
                    let block = open.swap_remove(index);
                    IRect { min: block.min, max: IVec2::new(x, y + 1) }
                }
                None => IRect { min: IVec2::new(start, y), max: IVec2::new(x, y + 1) },
            });
        }
        done.append(&mut open);
        open = row;
    }
    done.append(&mut open);
    done
}

/// Height of the walls, metres: enough to read as blocks, low enough to hide little floor behind them.
pub(super) const WALL_HEIGHT_M: f32 = 0.9;
const RIM_M: f32 = 0.09;
/// Lifts the rim over the top it lies on.
const RIM_LIFT_M: f32 = 0.004;
/// Width of the fall-off beyond the map.
const BEYOND_M: f32 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn arena() -> Arena {
        Arena::parse("arena", include_bytes!("../../../assets/maps/arena.tmx")).expect("the shipped map parses")
    }

    #[test]
    fn blocks_cover_every_solid_tile_exactly_once() {
        let arena = arena();
        let blocks = wall_blocks(&arena);
        for y in 0..arena.height() {
            for x in 0..arena.width() {
                let covers = |b: &&IRect| b.min.x <= x && x < b.max.x && b.min.y <= y && y < b.max.y;
                let times = blocks.iter().filter(covers).count();
                assert_eq!(times, usize::from(arena.is_solid(x, y)), "tile ({x}, {y})");
            }
        }
    }

    #[test]
    fn runs_have_the_length_of_the_border_between_wall_and_floor() {
        let arena = arena();
        let mut border = 0;
        for y in 0..arena.height() {
            for x in 0..arena.width() {
                let sides = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
                if !arena.is_solid(x, y) {
                    border += sides.iter().filter(|(x, y)| arena.is_solid(*x, *y)).count();
                }
            }
        }
        let length: f32 = wall_runs(&arena).iter().map(|run| run.from.distance(run.to)).sum();
        assert_eq!(length, border as f32);
    }
}
