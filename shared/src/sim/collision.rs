//! Bodies against walls, rays against walls and bodies.

use super::arena::Arena;
use glam::IVec2;

/// Where a body of `radius` ends that wants to move by `delta`: it slides along walls and is never inside one.
pub fn slide(arena: &Arena, from: IVec2, delta: IVec2, radius: i32) -> IVec2 {
    let _ = (arena, from, delta, radius);
    todo!()
}

/// Distance (world units) from `from` along `dir_q15` to the first wall, at most `range_units`.
pub fn raycast(arena: &Arena, from: IVec2, dir_q15: IVec2, range_units: i32) -> i32 {
    let _ = (arena, from, dir_q15, range_units);
    todo!()
}

/// Whether no wall lies between two points. Symmetric.
pub fn line_of_sight(arena: &Arena, a: IVec2, b: IVec2) -> bool {
    let _ = (arena, a, b);
    todo!()
}

/// Distance (world units) at which a ray enters a circle, if it does within `range_units`; 0 from inside.
pub fn ray_hits_circle(from: IVec2, dir_q15: IVec2, range_units: i32, centre: IVec2, radius: i32) -> Option<i32> {
    let _ = (from, dir_q15, range_units, centre, radius);
    todo!()
}
