//! Names over the heads of others.
//!
//! Text lives in entities, so this keeps one per player in sight; everything else about players is in `players`.

use super::arena_mesh::WALL_HEIGHT_M;
use super::camera::Lens;
use super::palette::{self, Tints};
use super::players::is_seen;
use crate::view::ViewModel;
use bevy::prelude::*;
use bevy::sprite::Text2dShadow;
use std::collections::BTreeMap;
use tickshot_shared::sim::world::Slot;

/// The text entity of each named player.
#[derive(Resource, Default)]
pub(super) struct NameTags(BTreeMap<u16, Entity>);

pub(super) fn follow_players(
    mut commands: Commands,
    view: Res<ViewModel>,
    lens: Res<Lens>,
    tints: Res<Tints>,
    mut tags: ResMut<NameTags>,
    mut texts: Query<(&mut Text2d, &mut TextColor, &mut Transform, &mut Visibility)>,
) {
    for other in view.others.iter().filter(|other| other.alive && is_seen(&view, other)) {
        let Some(player) = view.roster.get(&Slot(other.slot)) else { continue };
        let entity = *tags.0.entry(other.slot).or_insert_with(|| commands.spawn(tag()).id());
        // A tag spawned just now appears in the next frame.
        let Ok((mut text, mut colour, mut transform, mut visibility)) = texts.get_mut(entity) else { continue };
        if text.0 != player.name {
            text.0.clone_from(&player.name);
        }
        colour.set_if_neq(TextColor(palette::mixed(tints.of(other.slot), Color::WHITE, 0.55)));
        *transform = placed(&lens, other.pos - Vec2::new(0.0, NAME_ABOVE_M));
        visibility.set_if_neq(Visibility::Visible);
    }
    for (slot, entity) in &tags.0 {
        let shown = view.others.iter().any(|other| other.slot == *slot && other.alive && is_seen(&view, other));
        if let (false, Ok((_, _, _, mut visibility))) = (shown, texts.get_mut(*entity)) {
            visibility.set_if_neq(Visibility::Hidden);
        }
    }
    tags.0.retain(|slot, entity| {
        let stays = view.roster.contains_key(&Slot(*slot));
        if !stays {
            commands.entity(*entity).despawn();
        }
        stays
    });
}

fn tag() -> impl Bundle {
    (
        Text2d::default(),
        TextFont::from_font_size(NAME_PX),
        TextColor(palette::INK),
        Text2dShadow { offset: Vec2::new(1.0, -1.0), color: palette::SHADE },
        Visibility::Hidden,
    )
}

/// Lifted over the walls' tops so that no wall covers it, on whole pixels so that letters do not swim.
fn placed(lens: &Lens, at: Vec2) -> Transform {
    let pixel = lens.pixel();
    let snapped = lens.centre + ((at - lens.centre) / pixel).round() * pixel;
    let (lifted, shrink) = lens.lifted(snapped, NAME_Z);
    Transform::from_xyz(lifted.x, -lifted.y, NAME_Z).with_scale(Vec2::splat(shrink / lens.px_per_metre).extend(1.0))
}

const NAME_PX: f32 = 13.0;
const NAME_ABOVE_M: f32 = 0.80;
const NAME_Z: f32 = WALL_HEIGHT_M + 0.1;
