//! What the own player can see: everything behind walls is darkened, which is also all that the server keeps from us.
//!
//! Rays go to every wall corner in reach; between neighbouring rays the ground beyond what they hit is covered. One
//! small mesh per frame. It must not know of players other than the own eye's place.

use super::arena_mesh::{Run, wall_runs};
use super::palette;
use super::spectate;
use crate::view::ViewModel;
use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, MeshVertexBufferLayoutRef, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};
use std::sync::Arc;
use tickshot_shared::sim::arena::Arena;

/// The mesh of the shadows and what it is made from.
#[derive(Resource)]
pub(super) struct Shadows {
    mesh: Handle<Mesh>,
    /// The arena whose corners are known.
    arena: Option<Arc<Arena>>,
    corners: Vec<Vec2>,
    /// 0 = all in the light (dead, or nobody to look through), 1 = full darkness behind walls.
    strength: f32,
    eye: Vec2,
}

pub(super) struct VisibilityPlugin;

impl Plugin for VisibilityPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(Material2dPlugin::<ShadowMaterial>::default()).add_systems(Startup, spawn);
        let shader = Shader::from_wgsl(include_str!("shadow.wgsl"), "tickshot/shadow.wgsl");
        app.world_mut()
            .resource_mut::<Assets<Shader>>()
            .insert(SHADER.id(), shader)
            .expect("a fixed id is always free to insert");
    }
}

fn spawn(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, mut materials: ResMut<Assets<ShadowMaterial>>) {
    let mesh = meshes.add(ShadowMesh::default().into_mesh());
    commands.spawn((
        Mesh2d(mesh.clone()),
        MeshMaterial2d(materials.add(ShadowMaterial {})),
        Transform::from_xyz(0.0, 0.0, SHADOW_Z),
        NoFrustumCulling,
    ));
    commands.insert_resource(Shadows { mesh, arena: None, corners: Vec::new(), strength: 0.0, eye: Vec2::ZERO });
}

pub(super) fn cast_shadows(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    mut shadows: ResMut<Shadows>,
    mut meshes: ResMut<Assets<Mesh>>,
) -> Result {
    let Some(arena) = view.arena.clone() else { return Ok(()) };
    if !shadows.arena.as_ref().is_some_and(|known| Arc::ptr_eq(known, &arena)) {
        shadows.corners = corners(&wall_runs(&arena));
        shadows.arena = Some(arena.clone());
    }
    let alive = view.own.filter(|own| own.alive && !spectate::is_out(&view));
    if let Some(own) = alive {
        shadows.eye = own.pos;
    }
    let wanted = if alive.is_some() { 1.0 } else { 0.0 };
    let step = time.delta_secs() / FADE_S;
    let before = shadows.strength;
    shadows.strength += (wanted - before).clamp(-step, step);
    if shadows.strength > 0.0 || before > 0.0 {
        let outline = outline(&arena, shadows.eye, &shadows.corners);
        let mesh = ShadowMesh::behind(shadows.eye, &outline, shadows.strength).into_mesh();
        meshes.insert(shadows.mesh.id(), mesh)?;
    }
    Ok(())
}

/// Where one ray from the eye ends.
#[derive(Clone, Copy, Debug)]
struct Sight {
    angle: f32,
    direction: Vec2,
    distance: f32,
    /// The wall it ends at; `None` if it ends in the open.
    face: Option<Face>,
}

/// A grid line with walls on it: `x = line` or `y = line`, in tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Face {
    X(i32),
    Y(i32),
}

/// The ends of straight wall pieces, each once.
fn corners(runs: &[Run]) -> Vec<Vec2> {
    let mut corners: Vec<Vec2> = runs.iter().flat_map(|run| [run.from, run.to]).collect();
    corners.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    corners.dedup();
    corners
}

/// How far one can see from `eye`, around the full circle by ascending angle.
fn outline(arena: &Arena, eye: Vec2, corners: &[Vec2]) -> Vec<Sight> {
    let mut angles: Vec<f32> =
        (0..EVEN_RAYS).map(|i| (i as f32 / EVEN_RAYS as f32 - 0.5) * std::f32::consts::TAU).collect();
    for corner in corners {
        let offset = *corner - eye;
        if offset.length_squared() < SIGHT_M * SIGHT_M {
            let angle = offset.to_angle();
            // One ray on each side of the corner: one hits it, the other passes it.
            angles.extend([angle - CORNER_RAD, angle + CORNER_RAD]);
        }
    }
    angles.sort_by(f32::total_cmp);
    let look = |angle: f32| {
        let direction = Vec2::from_angle(angle);
        let (distance, face) = first_wall(arena, eye, direction);
        Sight { angle, direction, distance, face }
    };
    without_idle_rays(&angles.into_iter().map(look).collect::<Vec<_>>())
}

/// Leaves out rays that end on the same wall as both their neighbours: most corners are hidden behind nearer walls, and
/// every ray kept costs the renderer a sliver as long as the window.
fn without_idle_rays(sights: &[Sight]) -> Vec<Sight> {
    let mut kept: Vec<Sight> = Vec::with_capacity(sights.len());
    for (i, sight) in sights.iter().enumerate() {
        let idle = match (kept.last(), sights.get(i + 1)) {
            (Some(before), Some(after)) => {
                let one_wall = sight.face.is_some() && before.face == sight.face && after.face == sight.face;
                one_wall && after.angle - before.angle < SPAN_RAD_MAX
            }
            _ => false,
        };
        if !idle {
            kept.push(*sight);
        }
    }
    kept
}

/// Distance from `eye` along the unit vector `direction` to the first wall, at most [`SIGHT_M`]; which wall. Steps from
/// tile to tile (Amanatides and Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing", 1987).
fn first_wall(arena: &Arena, eye: Vec2, direction: Vec2) -> (f32, Option<Face>) {
    let mut tile = eye.floor().as_ivec2();
    let step = IVec2::new(if direction.x < 0.0 { -1 } else { 1 }, if direction.y < 0.0 { -1 } else { 1 });
    let per_tile = Vec2::ONE / direction.abs().max(Vec2::splat(1e-6));
    let inside = eye - eye.floor();
    let mut next = Vec2::new(
        if step.x > 0 { 1.0 - inside.x } else { inside.x } * per_tile.x,
        if step.y > 0 { 1.0 - inside.y } else { inside.y } * per_tile.y,
    );
    loop {
        let (distance, face) = if next.x < next.y {
            let line = if step.x > 0 { tile.x + 1 } else { tile.x };
            tile.x += step.x;
            next.x += per_tile.x;
            (next.x - per_tile.x, Face::X(line))
        } else {
            let line = if step.y > 0 { tile.y + 1 } else { tile.y };
            tile.y += step.y;
            next.y += per_tile.y;
            (next.y - per_tile.y, Face::Y(line))
        };
        if distance >= SIGHT_M {
            return (SIGHT_M, None);
        }
        if arena.is_solid(tile.x, tile.y) {
            return (distance, Some(face));
        }
    }
}

#[derive(Default)]
struct ShadowMesh {
    positions: Vec<[f32; 3]>,
    colours: Vec<[f32; 4]>,
}

impl ShadowMesh {
    /// Covers everything beyond `outline`, with a soft edge where the view passes a corner.
    fn behind(eye: Vec2, outline: &[Sight], strength: f32) -> ShadowMesh {
        let mut mesh = ShadowMesh::default();
        let dark = palette::faded(palette::UNSEEN, palette::UNSEEN.alpha() * strength).to_linear();
        let clear = dark.with_alpha(0.0);
        for (i, a) in outline.iter().enumerate() {
            let b = &outline[(i + 1) % outline.len()];
            let end = |sight: &Sight, distance: f32| eye + sight.direction * distance;
            mesh.quad([
                (end(a, a.distance), dark),
                (end(b, b.distance), dark),
                (end(b, COVER_M), dark),
                (end(a, COVER_M), dark),
            ]);
            let (near, far, side) = if a.distance < b.distance { (a, b, 1.0) } else { (b, a, -1.0) };
            if far.distance - near.distance > SOFT_FROM_M && a.direction.dot(b.direction) > SAME_CORNER_COS {
                let corner = end(near, near.distance);
                let reach = far.direction * (far.distance - near.distance);
                let spread = Vec2::from_angle(side * SOFT_RAD).rotate(reach);
                let start = far.direction.perp() * side * 0.004;
                mesh.quad([(corner, dark), (corner + start, clear), (corner + spread, clear), (corner + reach, dark)]);
            }
        }
        mesh
    }

    fn quad(&mut self, corners: [(Vec2, LinearRgba); 4]) {
        for (at, colour) in corners {
            self.positions.push([at.x, -at.y, SHADOW_Z]);
            self.colours.push(colour.to_f32_array());
        }
    }

    fn into_mesh(mut self) -> Mesh {
        if self.positions.is_empty() {
            self.quad([(Vec2::ZERO, LinearRgba::NONE); 4]);
        }
        let quads = (self.positions.len() / 4) as u32;
        let indices = (0..quads).flat_map(|q| [0, 1, 2, 0, 2, 3].map(|corner| q * 4 + corner)).collect();
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colours)
            .with_inserted_indices(Indices::U32(indices))
    }
}

#[derive(Asset, TypePath, AsBindGroup, Clone)]
struct ShadowMaterial {}

impl Material2d for ShadowMaterial {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        descriptor.vertex.buffers = vec![layout.0.get_layout(&[
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            Mesh::ATTRIBUTE_COLOR.at_shader_location(1),
        ])?];
        Ok(())
    }
}

const SHADER: Handle<Shader> = uuid_handle!("5d0b5d1c-6f6d-4a3e-9f0c-3c1f3f9f7a03");
/// How far shadows are worked out: past the corners of the window at the camera's greatest lead.
const SIGHT_M: f32 = 32.0;
/// Outer edge of the cover, metres; its chords stay beyond the window.
const COVER_M: f32 = 40.0;
const EVEN_RAYS: u32 = 36;
/// Widest angle between kept rays: the chord of the cover stays 36 m away, beyond the window.
const SPAN_RAD_MAX: f32 = 0.9;
/// Half the angle between the two rays that pass a corner.
const CORNER_RAD: f32 = 0.0004;
/// Rays closer than this belong to one corner.
const SAME_CORNER_COS: f32 = 0.999_998;
/// Smallest jump in distance that gets a soft edge.
const SOFT_FROM_M: f32 = 0.2;
/// How far a soft edge opens.
const SOFT_RAD: f32 = 0.035;
/// Time to darken after a spawn and to lighten after a death.
const FADE_S: f32 = 0.35;
/// Just over the floor: walls stand out of the shadow.
const SHADOW_Z: f32 = 0.02;

#[cfg(test)]
mod tests {
    use super::*;

    fn arena() -> Arena {
        Arena::parse("arena", include_bytes!("../../../assets/maps/arena.tmx")).expect("the shipped map parses")
    }

    #[test]
    fn sight_ends_exactly_at_the_first_wall() {
        let arena = arena();
        for spawn in arena.spawns() {
            let eye = spawn.as_vec2() / 1024.0;
            for sight in outline(&arena, eye, &corners(&wall_runs(&arena))) {
                let tile_at = |distance: f32| (eye + sight.direction * distance).floor().as_ivec2();
                let before = tile_at(sight.distance - 1e-3);
                assert!(
                    !arena.is_solid(before.x, before.y),
                    "free up to the wall, from {eye} along {}",
                    sight.direction
                );
                if sight.distance < SIGHT_M {
                    // A ray that clips a corner by less than the step is inside the wall only for a moment.
                    let behind = [1e-4, 1e-3].map(tile_at_offset(sight.distance, eye, sight.direction));
                    assert!(behind.iter().any(|tile| arena.is_solid(tile.x, tile.y)), "solid behind the end");
                }
            }
        }
    }

    fn tile_at_offset(distance: f32, eye: Vec2, direction: Vec2) -> impl Fn(f32) -> IVec2 {
        move |more| (eye + direction * (distance + more)).floor().as_ivec2()
    }

    #[test]
    fn the_outline_goes_once_around_by_ascending_angle() {
        let arena = arena();
        let eye = arena.spawns()[0].as_vec2() / 1024.0;
        let outline = outline(&arena, eye, &corners(&wall_runs(&arena)));
        let turn: f32 = outline
            .iter()
            .zip(outline.iter().cycle().skip(1))
            .map(|(a, b)| a.direction.angle_to(b.direction))
            .inspect(|step| assert!(*step >= -1e-4, "a step back of {step}"))
            .sum();
        assert!((turn - std::f32::consts::TAU).abs() < 0.01, "turned {turn}");
    }
}
