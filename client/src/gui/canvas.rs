//! Everything that moves, as meshes of smooth shapes rebuilt each frame: no textures, and one draw call for the world, one for
//! the screen's own layer.
//!
//! Painters add shapes back to front in map metres; the shader turns each into a rounded box with anti-aliased edges,
//! so that multisampling can stay off. It must not know what a shape means.

use super::camera::Lens;
use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, MeshVertexAttribute, MeshVertexBufferLayoutRef, PrimitiveTopology, VertexFormat};
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, BlendState, CompareFunction, RenderPipelineDescriptor, SpecializedMeshPipelineError,
};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};
use std::ops::{Deref, DerefMut};

/// The world's shapes of this frame, under the names.
#[derive(Resource, Default)]
pub(super) struct World(Canvas);

/// The shapes of the screen's own layer, over the names and under the words of that layer.
#[derive(Resource, Default)]
pub(super) struct Overlay(Canvas);

/// Shapes in drawing order.
#[derive(Default)]
pub(super) struct Canvas {
    positions: Vec<[f32; 3]>,
    locals: Vec<[f32; 2]>,
    shapes: Vec<[f32; 4]>,
    styles: Vec<[f32; 2]>,
    colours: Vec<[f32; 4]>,
    /// One physical pixel in metres: the width of a smooth edge.
    pixel: f32,
}

/// How a shape is filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    pub colour: Color,
    /// Width over which the edge fades out, metres; at least one pixel.
    pub soft: f32,
    /// 0 covers what is below, 1 adds light to it.
    pub glow: f32,
    /// Half the width of the line drawn along the outline, metres; 0 fills the inside.
    pub outline: f32,
}

impl From<Color> for Fill {
    fn from(colour: Color) -> Self {
        Fill { colour, soft: 0.0, glow: 0.0, outline: 0.0 }
    }
}

impl Fill {
    pub(super) fn glowing(colour: Color, soft: f32) -> Self {
        Fill { colour, soft, glow: 1.0, outline: 0.0 }
    }

    pub(super) fn soft(colour: Color, soft: f32) -> Self {
        Fill { colour, soft, glow: 0.0, outline: 0.0 }
    }

    pub(super) fn line(colour: Color, width: f32) -> Self {
        Fill { colour, soft: 0.0, glow: 0.0, outline: width * 0.5 }
    }
}

impl Canvas {
    /// Starts a frame in which one physical pixel covers `pixel` metres.
    fn begin(&mut self, pixel: f32) {
        self.positions.clear();
        self.locals.clear();
        self.shapes.clear();
        self.styles.clear();
        self.colours.clear();
        self.pixel = pixel;
    }

    pub(super) fn disc(&mut self, at: Vec2, radius: f32, fill: impl Into<Fill>) {
        self.rounded_box(at, Vec2::X, Vec2::ZERO, radius, fill.into());
    }

    /// A line of `width` with round ends.
    pub(super) fn stroke(&mut self, from: Vec2, to: Vec2, width: f32, fill: impl Into<Fill>) {
        let along = (to - from).normalize_or(Vec2::X);
        let half = Vec2::new(from.distance(to) * 0.5, 0.0);
        self.rounded_box((from + to) * 0.5, along, half, width * 0.5, fill.into());
    }

    /// A box around `at` with the half size `half`, its first axis along the unit vector `along`, grown by `radius`.
    pub(super) fn rounded_box(&mut self, at: Vec2, along: Vec2, half: Vec2, radius: f32, fill: Fill) {
        let soft = fill.soft.max(self.pixel);
        let reach = half + Vec2::splat(radius + fill.outline + soft);
        let colour = fill.colour.to_linear().to_f32_array();
        for corner in [Vec2::new(-1.0, -1.0), Vec2::new(1.0, -1.0), Vec2::new(1.0, 1.0), Vec2::new(-1.0, 1.0)] {
            let local = corner * reach;
            self.vertex(at + along * local.x + along.perp() * local.y, local, colour);
            self.shapes.push([half.x, half.y, radius, fill.outline]);
            self.styles.push([soft, fill.glow]);
        }
    }

    /// A line of `width` along a part of a circle, from angle `start` over `sweep` radians.
    pub(super) fn arc(&mut self, centre: Vec2, radius: f32, start: f32, sweep: f32, width: f32, colour: Color) {
        let steps = (sweep.abs() / ARC_STEP_RAD).ceil().max(1.0);
        let soft = self.pixel;
        let reach = width * 0.5 + soft;
        let ink = colour.to_linear().to_f32_array();
        for step in 0..steps as u32 {
            let ray = |i: u32| Vec2::from_angle(start + sweep * i as f32 / steps);
            let (a, b) = (ray(step), ray(step + 1));
            for (ray, side) in [(a, -reach), (b, -reach), (b, reach), (a, reach)] {
                self.vertex(centre + ray * (radius + side), Vec2::new(0.0, side), ink);
                self.shapes.push([1.0, width * 0.5, 0.0, 0.0]);
                self.styles.push([soft, 0.0]);
            }
        }
    }

    /// Four corners with their own colours, blended between them; no smooth edge.
    pub(super) fn gradient(&mut self, corners: [(Vec2, Color); 4]) {
        for (at, colour) in corners {
            self.vertex(at, Vec2::ZERO, colour.to_linear().to_f32_array());
            self.shapes.push([1.0, 1.0, 0.0, 0.0]);
            self.styles.push([self.pixel, 0.0]);
        }
    }

    fn vertex(&mut self, at: Vec2, local: Vec2, colour: [f32; 4]) {
        self.positions.push([at.x, -at.y, 0.0]);
        self.locals.push(local.to_array());
        self.colours.push(colour);
    }

    /// Takes the shapes out as a mesh; every four vertices are one quad.
    fn take_mesh(&mut self) -> Mesh {
        if self.positions.is_empty() {
            // A mesh without vertices is not drawable; a transparent speck is.
            self.gradient([(Vec2::ZERO, Color::NONE); 4]);
        }
        let quads = (self.positions.len() / 4) as u32;
        let indices = (0..quads).flat_map(|q| [0, 1, 2, 0, 2, 3].map(|corner| q * 4 + corner)).collect();
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, std::mem::take(&mut self.positions))
            .with_inserted_attribute(LOCAL, std::mem::take(&mut self.locals))
            .with_inserted_attribute(SHAPE, std::mem::take(&mut self.shapes))
            .with_inserted_attribute(STYLE, std::mem::take(&mut self.styles))
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, std::mem::take(&mut self.colours))
            .with_inserted_indices(Indices::U32(indices))
    }
}

impl Deref for World {
    type Target = Canvas;

    fn deref(&self) -> &Canvas {
        &self.0
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Canvas {
        &mut self.0
    }
}

impl Deref for Overlay {
    type Target = Canvas;

    fn deref(&self) -> &Canvas {
        &self.0
    }
}

impl DerefMut for Overlay {
    fn deref_mut(&mut self) -> &mut Canvas {
        &mut self.0
    }
}

/// Starts the shapes of a frame: nothing may be painted before.
pub(super) fn begin(lens: Res<Lens>, mut world: ResMut<World>, mut overlay: ResMut<Overlay>) {
    world.begin(lens.pixel());
    overlay.begin(lens.pixel());
}

/// Hands the finished shapes to the renderer.
pub(super) fn present(
    mut world: ResMut<World>,
    mut overlay: ResMut<Overlay>,
    sheets: Res<Sheets>,
    mut meshes: ResMut<Assets<Mesh>>,
) -> Result {
    meshes.insert(sheets.world.id(), world.take_mesh())?;
    meshes.insert(sheets.overlay.id(), overlay.take_mesh())?;
    Ok(())
}

/// The meshes that the two canvases are drawn with.
#[derive(Resource)]
pub(super) struct Sheets {
    world: Handle<Mesh>,
    overlay: Handle<Mesh>,
}

pub(super) struct CanvasPlugin;

impl Plugin for CanvasPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(Material2dPlugin::<ShapeMaterial>::default())
            .init_resource::<World>()
            .init_resource::<Overlay>()
            .add_systems(Startup, spawn_sheets);
        let shader = Shader::from_wgsl(include_str!("canvas.wgsl"), "tickshot/canvas.wgsl");
        app.world_mut()
            .resource_mut::<Assets<Shader>>()
            .insert(SHADER.id(), shader)
            .expect("a fixed id is always free to insert");
    }
}

fn spawn_sheets(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ShapeMaterial>>,
) {
    let material = materials.add(ShapeMaterial {});
    let [world, overlay] = [WORLD_Z, OVERLAY_Z].map(|z| {
        let mesh = meshes.add(Canvas::default().take_mesh());
        let place = Transform::from_xyz(0.0, 0.0, z);
        commands.spawn((Mesh2d(mesh.clone()), MeshMaterial2d(material.clone()), place, NoFrustumCulling));
        mesh
    });
    commands.insert_resource(Sheets { world, overlay });
}

#[derive(Asset, TypePath, AsBindGroup, Clone)]
pub(super) struct ShapeMaterial {}

impl Material2d for ShapeMaterial {
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
            LOCAL.at_shader_location(1),
            SHAPE.at_shader_location(2),
            STYLE.at_shader_location(3),
            Mesh::ATTRIBUTE_COLOR.at_shader_location(4),
        ])?];
        if let Some(Some(target)) = descriptor.fragment.as_mut().and_then(|fragment| fragment.targets.first_mut()) {
            // Premultiplied, so that one blend both covers and glows.
            target.blend = Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING);
        }
        if let Some(depth) = &mut descriptor.depth_stencil {
            // Bodies and shots stay readable where a wall leans over them.
            depth.depth_compare = Some(CompareFunction::Always);
        }
        Ok(())
    }
}

/// Drawing order among transparent things: over the shadows on the ground, under the names; and over these.
const WORLD_Z: f32 = 0.5;
const OVERLAY_Z: f32 = 2.0;
/// Longest straight piece of an arc.
const ARC_STEP_RAD: f32 = 0.16;
const SHADER: Handle<Shader> = uuid_handle!("5d0b5d1c-6f6d-4a3e-9f0c-3c1f3f9f7a01");
const LOCAL: MeshVertexAttribute = MeshVertexAttribute::new("Shape_Local", 0x7153_0001, VertexFormat::Float32x2);
const SHAPE: MeshVertexAttribute = MeshVertexAttribute::new("Shape_Box", 0x7153_0002, VertexFormat::Float32x4);
const STYLE: MeshVertexAttribute = MeshVertexAttribute::new("Shape_Style", 0x7153_0003, VertexFormat::Float32x2);
