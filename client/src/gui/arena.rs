//! The map on screen: one mesh and one small texture, made once per map.
//!
//! It must not know of players or of time. The geometry is in `arena_mesh`, the floor's picture in `arena_floor`.

use super::arena_floor;
use super::arena_mesh::ArenaMesh;

use crate::view::ViewModel;
use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::image::{ImageSampler, ImageSamplerDescriptor};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, Extent3d, RenderPipelineDescriptor, SpecializedMeshPipelineError, TextureDimension, TextureFormat,
};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{Material2d, Material2dKey, Material2dPlugin};
use std::sync::Arc;
use tickshot_shared::sim::arena::{Arena, MapHash};

pub(super) struct ArenaPlugin;

impl Plugin for ArenaPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(Material2dPlugin::<ArenaMaterial>::default());
        let shader = Shader::from_wgsl(include_str!("arena.wgsl"), "tickshot/arena.wgsl");
        app.world_mut()
            .resource_mut::<Assets<Shader>>()
            .insert(SHADER.id(), shader)
            .expect("a fixed id is always free to insert");
    }
}

/// The map that is on screen.
#[derive(Component)]
pub(super) struct DrawnArena(MapHash);

/// Replaces the drawn map when the view model has another one.
pub(super) fn follow_map(
    mut commands: Commands,
    view: Res<ViewModel>,
    drawn: Query<(Entity, &DrawnArena)>,
    mut seen: Local<Option<Arc<Arena>>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<ArenaMaterial>>,
) {
    // Most frames end here: the very same arena as before.
    let unchanged = match (&*seen, &view.arena) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    };
    if unchanged {
        return;
    }
    seen.clone_from(&view.arena);
    let wanted = view.arena.as_deref();
    for (entity, drawn) in &drawn {
        if wanted.is_some_and(|arena| arena.hash() == drawn.0) {
            return;
        }
        commands.entity(entity).despawn();
    }
    let Some(arena) = wanted else { return };
    commands.spawn((
        Mesh2d(meshes.add(ArenaMesh::of(arena).into_mesh())),
        MeshMaterial2d(materials.add(ArenaMaterial {
            size_m: Vec4::new(arena.width() as f32, arena.height() as f32, 0.0, 0.0),
            floor: images.add(floor_image(arena)),
        })),
        Transform::default(),
        NoFrustumCulling,
        DrawnArena(arena.hash()),
    ));
}

fn floor_image(arena: &Arena) -> Image {
    let picture = arena_floor::paint(arena);
    let size = Extent3d { width: picture.width, height: picture.height, depth_or_array_layers: 1 };
    let format = TextureFormat::Rgba8Unorm;
    let mut image = Image::new(size, TextureDimension::D2, picture.bytes, format, RenderAssetUsages::RENDER_WORLD);
    image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor::linear());
    image
}

/// The floor's picture and a vignette; walls only take the vignette.
#[derive(Asset, TypePath, AsBindGroup, Clone)]
pub(super) struct ArenaMaterial {
    /// Width and height of the map in metres; the rest is padding.
    #[uniform(0)]
    size_m: Vec4,
    #[texture(1)]
    #[sampler(2)]
    floor: Handle<Image>,
}

impl Material2d for ArenaMaterial {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        SHADER.into()
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

const SHADER: Handle<Shader> = uuid_handle!("5d0b5d1c-6f6d-4a3e-9f0c-3c1f3f9f7a02");
