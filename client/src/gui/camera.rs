//! Where the eye is: follows the own player with a slight lead towards the cursor and its way, or whom a spectator watches;
//! shakes a little near bursts; and converts between screen and map.
//!
//! A perspective camera looks straight down, so that walls lean outwards and show their sides; everything on the
//! ground plane keeps one exact scale. It must not know what is drawn.

use super::palette;
use super::spectate::Spectator;
use crate::audio::Listener;
use crate::settings::Settings;
use crate::view::{Effect, ViewModel};
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
    /// Where the subject was drawn last, and how fast it goes, metres per second, eased.
    subject: Vec2,
    speed: Vec2,
    /// How hard the camera shakes, 0..=1.
    shake: f32,
    /// `false` until the camera has jumped to its first subject.
    settled: bool,
    /// Larger shows less of the map; a match is always seen at 1.
    pub zoom: f32,
    /// How much of the window is covered for good, at the left and at the bottom, logical pixels: the middle is the middle of
    /// the rest.
    pub covered_px: Vec2,
}

impl Lens {
    /// The cursor's place on the ground, map metres.
    pub(super) fn cursor(&self) -> Vec2 {
        self.at_px(self.cursor_px)
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
        let covered = self.covered_px / self.px_per_metre;
        let (low, high) = (inset - covered * Vec2::X, map - inset + covered * Vec2::Y);
        // A map smaller than the window is shown in its middle.
        let along = |at: f32, low: f32, high: f32| if low > high { (low + high) * 0.5 } else { at.clamp(low, high) };
        self.centre = Vec2::new(along(self.centre.x, low.x, high.x), along(self.centre.y, low.y, high.y));
    }

    /// A window pixel on the ground, map metres.
    pub(super) fn at_px(&self, px: Vec2) -> Vec2 {
        self.centre + (px - self.window_px * 0.5) / self.px_per_metre
    }

    /// Follows `subject`. What jumps further than a body can go is somebody or somewhere else: the eye glides there.
    fn track(&mut self, subject: Vec2, wanted_lead: Vec2, dt_s: f32) {
        let ease = |rate: f32| 1.0 - (-dt_s * rate).exp();
        let way = subject - self.subject;
        if !self.settled {
            (self.lead, self.settled) = (wanted_lead, true);
        } else if way.length() > JUMP_M {
            self.lead -= way;
            self.speed = Vec2::ZERO;
        } else if dt_s > 0.0 {
            self.speed += (way / dt_s - self.speed) * ease(SPEED_RATE_PER_S);
        }
        self.subject = subject;
        let ahead = (self.speed * WAY_LEAD_S).clamp_length_max(WAY_LEAD_M_MAX);
        self.lead += (wanted_lead + ahead - self.lead) * ease(LEAD_RATE_PER_S);
        let aside = Vec2::new(-self.covered_px.x, self.covered_px.y) * 0.5 / self.px_per_metre;
        self.centre = subject + self.lead + aside;
    }

    /// Bursts near the subject and damage shake; the shake dies off quickly.
    fn feel(&mut self, effects: &[Effect], dt_s: f32) {
        self.shake *= (-dt_s / SHAKE_S).exp();
        for effect in effects {
            let blow = match effect {
                Effect::Burst { pos, .. } => (1.0 - pos.distance(self.subject) / SHAKE_REACH_M).max(0.0),
                Effect::Hurt { .. } => HURT_SHAKE,
                _ => 0.0,
            };
            self.shake = (self.shake + blow).min(1.0);
        }
    }

    fn fit(&mut self, window: &Window) {
        self.window_px = window.size().max(Vec2::ONE);
        self.scale_factor = window.scale_factor();
        // The larger scale of the two: a wide or tall window crops, so that no shape of window sees more.
        self.px_per_metre = (self.window_px.x / VIEW_WIDTH_M).max(self.window_px.y / VIEW_HEIGHT_M) * self.zoom;
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
            subject: Vec2::ZERO,
            speed: Vec2::ZERO,
            shake: 0.0,
            settled: false,
            zoom: 1.0,
            covered_px: Vec2::ZERO,
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
    spectator: Res<Spectator>,
    settings: Res<Settings>,
    window: Single<&Window, With<PrimaryWindow>>,
    camera: Single<(&mut Transform, &mut Projection), With<Camera2d>>,
    mut lens: ResMut<Lens>,
) {
    lens.fit(&window);
    let dt_s = time.delta_secs();
    let own = spectator.eye().or_else(|| view.own.map(|own| own.pos));
    let middle = || view.arena.as_ref().map(|arena| Vec2::new(arena.width() as f32, arena.height() as f32) * 0.5);
    if let Some(subject) = own.or_else(middle) {
        let offset = (lens.cursor_px - lens.window_px * 0.5) / lens.px_per_metre;
        let steers = spectator.eye().is_none() && view.own.is_some_and(|own| own.alive);
        let wanted = if steers { (offset * LEAD_PART).clamp_length_max(LEAD_M_MAX) } else { Vec2::ZERO };
        lens.track(subject, wanted, dt_s);
        if let Some(arena) = &view.arena {
            lens.stay_over(Vec2::new(arena.width() as f32, arena.height() as f32));
        }
    }
    lens.feel(&view.effects, dt_s);
    if !settings.reduce_motion {
        let (now_s, far) = (time.elapsed_secs(), lens.shake * lens.shake * SHAKE_M);
        lens.centre += Vec2::new((now_s * 71.0).sin(), (now_s * 83.0).cos()) * far;
    }
    let (mut transform, mut projection) = camera.into_inner();
    transform.translation = Vec3::new(lens.centre.x, -lens.centre.y, EYE_HEIGHT_M);
    if let Projection::Perspective(perspective) = projection.as_mut() {
        perspective.fov = 2.0 * (lens.half_extent().y / EYE_HEIGHT_M).atan();
    }
}

/// The ears go with the eye; an own body that lives has its own.
pub(super) fn lend_ears(lens: Res<Lens>, listener: Option<ResMut<Listener>>) {
    if let Some(mut listener) = listener {
        listener.0 = Some(lens.centre);
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
/// The camera is where the subject will be in this time, at most so far ahead.
const WAY_LEAD_S: f32 = 0.16;
const WAY_LEAD_M_MAX: f32 = 0.9;
const SPEED_RATE_PER_S: f32 = 6.0;
/// No body goes so far in one frame.
const JUMP_M: f32 = 2.0;
/// The shake of a burst at the subject's feet, and how far it is felt.
const SHAKE_M: f32 = 0.22;
const SHAKE_REACH_M: f32 = 7.0;
const SHAKE_S: f32 = 0.16;
const HURT_SHAKE: f32 = 0.28;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eye_glides_to_somebody_else_and_never_jumps() {
        let mut lens = Lens::default();
        lens.track(Vec2::ZERO, Vec2::ZERO, 0.016);
        let mut before = lens.centre;
        for _ in 0..120 {
            lens.track(Vec2::new(20.0, 0.0), Vec2::ZERO, 0.016);
            assert!(lens.centre.distance(before) < 3.5, "a step of {}", lens.centre.distance(before));
            before = lens.centre;
        }
        assert!(lens.centre.distance(Vec2::new(20.0, 0.0)) < 0.1);
    }

    #[test]
    fn far_bursts_shake_nothing_and_near_ones_fade() {
        let burst = |x| [Effect::Burst { slot: 1, pos: Vec2::new(x, 0.0) }];
        let mut lens = Lens::default();
        lens.feel(&burst(30.0), 0.016);
        assert_eq!(lens.shake, 0.0);
        lens.feel(&burst(1.0), 0.016);
        assert!(lens.shake > 0.5);
        (0..60).for_each(|_| lens.feel(&[], 0.016));
        assert!(lens.shake < 0.01);
    }
}
