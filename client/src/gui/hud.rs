//! The quiet instruments: health, the connection line, and the controls hint of the first seconds.

use super::palette;
use super::panels::Panels;
use super::widgets::{filling, label, overlay, panel, set_background, set_filling, set_shown, set_text, track};
use crate::view::{Status, ViewModel};
use bevy::prelude::*;

/// Frames drawn, measured over the last half second.
#[derive(Resource, Debug, Default)]
pub struct FrameRate {
    pub per_second: f32,
    /// Frames since the start.
    pub total: u64,
    frames: u32,
    seconds: f32,
}

impl FrameRate {
    /// Counts one frame; `true` when a new rate is known.
    fn count(&mut self, dt_s: f32) -> bool {
        self.total += 1;
        self.frames += 1;
        self.seconds += dt_s;
        if self.seconds < FRAME_RATE_WINDOW_S {
            return false;
        }
        self.per_second = self.frames as f32 / self.seconds;
        (self.frames, self.seconds) = (0, 0.0);
        true
    }
}

#[derive(Component)]
pub(super) struct HealthPanel;
#[derive(Component)]
pub(super) struct HealthNumber;
#[derive(Component)]
pub(super) struct HealthFilling;
#[derive(Component)]
pub(super) struct WeaponFilling;
#[derive(Component)]
pub(super) struct NetPanel;
#[derive(Component)]
pub(super) struct NetLine;
#[derive(Component)]
pub(super) struct Hint;

pub(super) fn spawn(mut commands: Commands) {
    let corner = Node { align_items: AlignItems::Start, padding: UiRect::all(px(12)), ..default() };
    commands.spawn(overlay(corner)).with_children(|corner| {
        let node = Node { padding: UiRect::axes(px(9), px(4)), ..default() };
        corner
            .spawn((NetPanel, panel(node), Visibility::Hidden))
            .with_child((NetLine, label("", 12.0, palette::INK_SOFT)));
    });
    let corner = Node { align_items: AlignItems::End, padding: UiRect::all(px(18)), ..default() };
    commands.spawn(overlay(corner)).with_children(|corner| {
        let node = Node {
            align_items: AlignItems::Center,
            column_gap: px(12),
            padding: UiRect::axes(px(14), px(8)),
            ..default()
        };
        corner.spawn((HealthPanel, panel(node))).with_children(|panel| {
            // A fixed width, so that the bar does not move with the number of digits.
            panel
                .spawn(Node { width: px(58), justify_content: JustifyContent::End, ..default() })
                .with_child((HealthNumber, label("100", 30.0, palette::INK)));
            let bars = Node { flex_direction: FlexDirection::Column, row_gap: px(6), ..default() };
            panel.spawn(bars).with_children(|bars| {
                bars.spawn(track(220.0, 12.0)).with_child((HealthFilling, filling(12.0, palette::HEALTH_GOOD)));
                bars.spawn(track(220.0, 4.0)).with_child((WeaponFilling, filling(4.0, palette::INK_SOFT)));
            });
        });
    });
    let bottom = Node {
        align_items: AlignItems::End,
        justify_content: JustifyContent::Center,
        padding: UiRect::all(px(26)),
        ..default()
    };
    commands.spawn(overlay(bottom)).with_child((
        Hint,
        label("WASD move  MOUSE aim  CLICK fire  TAB scores  F1 help  ESC quit", 14.0, palette::INK),
    ));
}

/// Counts the frame and rewrites the connection line when a new frame rate is known.
pub(super) fn refresh_net(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    mut frame_rate: ResMut<FrameRate>,
    mut panel: Single<&mut Visibility, With<NetPanel>>,
    mut line: Single<&mut Text, With<NetLine>>,
) {
    let known = frame_rate.count(time.delta_secs());
    if view.status != Status::Playing {
        set_shown(&mut panel, false);
    } else if known {
        set_shown(&mut panel, true);
        set_text(&mut line, net_text(&view, frame_rate.per_second));
    }
}

/// Marked `Of` and not `Except`, so that two such queries may write at once.
type Only<Of, Except> = (With<Of>, Without<Except>);
type Bar = (&'static mut Node, &'static mut BackgroundColor);

pub(super) fn refresh_health(
    view: Res<ViewModel>,
    mut panel: Single<&mut Visibility, With<HealthPanel>>,
    mut number: Single<&mut Text, With<HealthNumber>>,
    health: Single<Bar, Only<HealthFilling, WeaponFilling>>,
    weapon: Single<Bar, Only<WeaponFilling, HealthFilling>>,
) {
    let own = view.own.filter(|_| view.status == Status::Playing);
    set_shown(&mut panel, own.is_some());
    let Some(own) = own else { return };
    let part = f32::from(own.health) / 100.0;
    set_text(&mut number, own.health.to_string());
    let (mut bar, mut colour) = health.into_inner();
    set_filling(&mut bar, part);
    let low = ((part - 0.25) / 0.35).clamp(0.0, 1.0);
    set_background(&mut colour, palette::mixed(palette::HEALTH_LOW, palette::HEALTH_GOOD, low));
    let (mut bar, mut colour) = weapon.into_inner();
    set_filling(&mut bar, own.weapon_ready);
    set_background(&mut colour, if own.weapon_ready >= 1.0 { palette::INK } else { palette::INK_SOFT });
}

/// Shows the controls for the first seconds of play.
pub(super) fn refresh_hint(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    panels: Res<Panels>,
    mut played_s: Local<f32>,
    hint: Single<(&mut Visibility, &mut TextColor), With<Hint>>,
) {
    let playing = view.status == Status::Playing;
    if playing {
        *played_s += time.delta_secs();
    }
    let (mut shown, mut colour) = hint.into_inner();
    let left = ((HINT_S - *played_s) / HINT_FADE_S).clamp(0.0, 1.0);
    // The ruler of clocks takes its place.
    set_shown(&mut shown, playing && left > 0.0 && !panels.graph);
    colour.set_if_neq(TextColor(palette::faded(palette::INK, 0.8 * left)));
}

fn net_text(view: &ViewModel, frames_per_second: f32) -> String {
    let net = view.net;
    format!(
        "rtt {:.0} ms   {} Hz   lead {:.1}   delay {:.0} ms   corrections {}   starved {:.1} %   {:.0} fps",
        net.rtt_ms,
        net.tick_rate,
        net.input_lead_ticks,
        net.display_delay_ms.round() + 0.0,
        net.corrections,
        net.starved_frames_pct,
        frames_per_second,
    )
}

const FRAME_RATE_WINDOW_S: f32 = 0.5;
/// How long the hint shows, and how much of that it spends fading.
const HINT_S: f32 = 8.0;
const HINT_FADE_S: f32 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_rate_is_frames_over_seconds() {
        let mut rate = FrameRate::default();
        let known = (0..64).filter(|_| rate.count(1.0 / 128.0)).count();
        assert_eq!((known, rate.total), (1, 64));
        assert!((rate.per_second - 128.0).abs() < 0.1, "{}", rate.per_second);
    }
}
