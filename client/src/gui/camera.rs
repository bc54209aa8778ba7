//! Where the eye is: follows the own player with a slight lead towards the cursor, and converts between screen and map.
//!
//! A perspective camera looks straight down, so that walls lean outwards and show their sides; everything on the
//! ground plane keeps one exact scale. It must not know what is drawn.

use super::palette;
use crate::view::ViewModel;
use bevy::camera::{ClearColorConfig, PerspectiveProjection, Projection};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

/// How the map lies on the screen in this frame.
#[derive(Resource, Clone, Copy, Debug)]
pub(super) struct Lens {
    /// The point of the map in the middle of the window, metres.
    pub centre: Vec2,
    /// Logical pixels per metre on the ground.
    pub px_per_metre: f32,
    /// Size of the window in logical pixels.
    pub window_px: Vec2,
    /// Physical pixels per logical pixel.
    pub scale_factor: f32,
    /// The latest place of the cursor over the arena (not over a panel), in logical pixels from the upper left corner.
    pub cursor_px: Vec2,
    /// The lead of the camera in metres, eased.
    lead: Vec2,
    /// `false` until the camera has jumped to its first subject.
    settled: bool,
}

impl Lens {
    /// The cursor's place on the ground, map metres.
    pub(super) fn cursor(&self) -> Vec2 {
        self.centre + (self.cursor_px - self.window_px * 0.5) / self.px_per_metre
    }

    /// One physical pixel, in metres on the ground.
    pub(super) fn pixel(&self) -> f32 {
        1.0 / (self.px_per_metre * self.scale_factor)
    }

    /// Half the visible part of the map, metres.
    pub(super) fn half_extent(&self) -> Vec2 {
        self.window_px * 0.5 / self.px_per_metre
    }

    /// The point at height `z` that covers the ground point `at` on screen, and the scale that keeps its size.
    pub(super) fn lifted(&self, at: Vec2, z: f32) -> (Vec2, f32) {
        let shrink = (EYE_HEIGHT_M - z) / EYE_HEIGHT_M;
        (self.centre + (at - self.centre) * shrink, shrink)
    }

    /// Keeps the middle where the window shows little beyond a map of this size (metres): the void is nothing to look at.
    fn stay_over(&mut self, map: Vec2) {
        let inset = self.half_extent() - Vec2::splat(BEYOND_MAP_M);
        let (low, high) = (inset, map - inset);
        // A map smaller than the window is shown in its middle.
        let along = |at: f32, low: f32, high: f32| if low > high { (low + high) * 0.5 } else { at.clamp(low, high) };
        self.centre = Vec2::new(along(self.centre.x, low.x, high.x), along(self.centre.y, low.y, high.y));
    }

    fn fit(&mut self, window: &Window) {
        self.window_px = window.size().max(Vec2::ONE);
        self.scale_factor = window.scale_factor();
        // The larger scale of the two: a wide or tall window crops, so that no shape of window sees more.
        self.px_per_metre = (self.window_px.x / VIEW_WIDTH_M).max(self.window_px.y / VIEW_HEIGHT_M);
    }
}

impl Default for Lens {
    fn default() -> Self {
        Lens {
            centre: Vec2::ZERO,
            px_per_metre: 1280.0 / VIEW_WIDTH_M,
            window_px: Vec2::new(1280.0, 720.0),
            scale_factor: 1.0,
            cursor_px: Vec2::new(640.0, 360.0),
            lead: Vec2::ZERO,
            settled: false,
        }
    }
}

pub(super) fn spawn(mut commands: Commands) {
    commands.spawn((
        Camera2d,
        Camera { clear_color: ClearColorConfig::Custom(palette::VOID), ..default() },
        Projection::Perspective(PerspectiveProjection { near: 1.0, far: 100.0, ..default() }),
        // Shapes are smoothed in their own shader; multisampling would double the cost of every pixel.
        Msaa::Off,
        Transform::from_xyz(0.0, 0.0, EYE_HEIGHT_M),
    ));
}

/// Moves the eye. The camera and the own body use the same position of the same frame, so the one never trembles
/// against the other.
pub(super) fn follow(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    window: Single<&Window, With<PrimaryWindow>>,
    camera: Single<(&mut Transform, &mut Projection), With<Camera2d>>,
    mut lens: ResMut<Lens>,
) {
    lens.fit(&window);
    let subject = match (&view.own, &view.arena) {
        (Some(own), _) => Some(own.pos),
        (None, Some(arena)) => Some(Vec2::new(arena.width() as f32, arena.height() as f32) * 0.5),
        (None, None) => None,
    };
    if let Some(subject) = subject {
        let offset = (lens.cursor_px - lens.window_px * 0.5) / lens.px_per_metre;
        let wanted = if view.own.is_some_and(|own| own.alive) { offset * LEAD_PART } else { Vec2::ZERO };
        let ease = 1.0 - (-time.delta_secs() * LEAD_RATE_PER_S).exp();
        let (from, to) = (lens.lead, wanted.clamp_length_max(LEAD_M_MAX));
        lens.lead = if lens.settled { from + (to - from) * ease } else { to };
        lens.settled = true;
        lens.centre = subject + lens.lead;
        if let Some(arena) = &view.arena {
            lens.stay_over(Vec2::new(arena.width() as f32, arena.height() as f32));
        }
    }
    let (mut transform, mut projection) = camera.into_inner();
    transform.translation = Vec3::new(lens.centre.x, -lens.centre.y, EYE_HEIGHT_M);
    if let Projection::Perspective(perspective) = projection.as_mut() {
        perspective.fov = 2.0 * (lens.half_extent().y / EYE_HEIGHT_M).atan();
    }
}

/// Width of the map that a 16:9 window shows, metres.
const VIEW_WIDTH_M: f32 = 26.0;
const VIEW_HEIGHT_M: f32 = VIEW_WIDTH_M * 9.0 / 16.0;
/// Height of the eye over the ground, metres. Lower makes walls lean more.
pub(super) const EYE_HEIGHT_M: f32 = 20.0;
/// The camera leads by this part of the cursor's distance from the middle, at most `LEAD_M_MAX` metres.
const LEAD_PART: f32 = 0.22;
const LEAD_M_MAX: f32 = 2.5;
/// How much of what lies beyond the map's edge may be shown, metres.
const BEYOND_MAP_M: f32 = 1.5;
/// How fast the lead follows the cursor: the remaining way shrinks by e in 1/9 s.
const LEAD_RATE_PER_S: f32 = 9.0;
