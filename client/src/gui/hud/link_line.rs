//! The connection at a glance, the frame rate, and the hint of the first seconds.

use crate::bindings::{Action, Button};
use crate::gui::palette;
use crate::gui::panels::Panels;
use crate::gui::spectate;
use crate::gui::widgets::{label, overlay, panel, set_shown, set_text};
use crate::settings::{NetworkView, Settings};
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
pub(in crate::gui) struct NetPanel;
#[derive(Component)]
pub(in crate::gui) struct NetLine;
#[derive(Component)]
pub(in crate::gui) struct Hint;

pub(in crate::gui) fn spawn(mut commands: Commands) {
    let corner = Node { align_items: AlignItems::Start, padding: UiRect::all(px(12)), ..default() };
    commands.spawn(overlay(corner)).with_children(|corner| {
        let node = Node { padding: UiRect::axes(px(9), px(4)), ..default() };
        corner
            .spawn((NetPanel, panel(node), Visibility::Hidden))
            .with_child((NetLine, label("", 12.0, palette::INK_SOFT)));
    });
    let bottom = Node {
        align_items: AlignItems::End,
        justify_content: JustifyContent::Center,
        padding: UiRect::bottom(px(122)),
        ..default()
    };
    commands.spawn(overlay(bottom)).with_child((Hint, label("", 15.0, palette::INK)));
}

/// Counts the frame and rewrites the connection line when a new frame rate is known.
pub(in crate::gui) fn refresh_net(
    time: Res<Time<Real>>,
    (view, settings): (Res<ViewModel>, Res<Settings>),
    mut frame_rate: ResMut<FrameRate>,
    mut panel: Single<&mut Visibility, With<NetPanel>>,
    mut line: Single<&mut Text, With<NetLine>>,
) {
    let known = frame_rate.count(time.delta_secs());
    if view.status != Status::Playing {
        set_shown(&mut panel, false);
    } else if known {
        set_shown(&mut panel, true);
        set_text(&mut line, net_text(&view, settings.network, frame_rate.per_second));
    }
}

/// Shows the controls for the first seconds of play.
pub(in crate::gui) fn refresh_hint(
    time: Res<Time<Real>>,
    (view, settings, panels): (Res<ViewModel>, Res<Settings>, Res<Panels>),
    mut played_s: Local<f32>,
    hint: Single<(&mut Visibility, &mut Text, &mut TextColor), With<Hint>>,
) {
    let playing = view.status == Status::Playing;
    if playing {
        *played_s += time.delta_secs();
    }
    let (mut shown, mut text, mut colour) = hint.into_inner();
    let left = ((HINT_S - *played_s) / HINT_FADE_S).clamp(0.0, 1.0);
    // The ruler of clocks takes its place.
    let is_shown = playing && left > 0.0 && !panels.graph && !spectate::is_out(&view);
    set_shown(&mut shown, is_shown);
    if is_shown {
        set_text(&mut text, hint_text(&settings));
        colour.set_if_neq(TextColor(palette::faded(palette::INK, (left * 16.0).round() / 16.0)));
    }
}

fn hint_text(settings: &Settings) -> String {
    let first = |action| match settings.keys.of(action).into_iter().flatten().next() {
        Some(Button::MOUSE_LEFT) => "Click",
        button => button.map_or("-", |button| button.label()),
    };
    let walk = [Action::MoveUp, Action::MoveLeft, Action::MoveDown, Action::MoveRight].map(first).join("");
    let rest = [
        (Action::Fire, "fire"),
        (Action::Dash, "dash"),
        (Action::Reload, "reload"),
        (Action::ChatAll, "chat"),
        (Action::Scores, "scores"),
    ];
    let rest = rest.map(|(action, does)| format!("{} {does}", first(action))).join("    ");
    format!("{walk} walk    Mouse aim    {rest}    F1 help")
}

/// Those who came to play see what matters to them; the rest is for those who asked for it.
fn net_text(view: &ViewModel, network: NetworkView, frames_per_second: f32) -> String {
    let net = view.net;
    match network {
        NetworkView::Simple => format!("ping {:.0} ms    {frames_per_second:.0} fps", net.rtt_ms),
        NetworkView::Expert => format!(
            "rtt {:.0} ms   {} Hz   lead {:.1}   delay {:.0} ms   corrections {}   starved {:.1} %   {:.0} fps",
            net.rtt_ms,
            net.tick_rate,
            net.input_lead_ticks,
            net.display_delay_ms.round() + 0.0,
            net.corrections,
            net.starved_frames_pct,
            frames_per_second,
        ),
    }
}

const FRAME_RATE_WINDOW_S: f32 = 0.5;
/// How long the hint shows, and how much of that it spends fading.
const HINT_S: f32 = 9.0;
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

    #[test]
    fn the_hint_names_the_keys_that_are_bound() {
        let mut settings = Settings::default();
        assert!(hint_text(&settings).contains("Space dash"), "{}", hint_text(&settings));
        settings.keys.bind(Action::Dash, 0, Button::named("KeyF"));
        assert!(hint_text(&settings).contains("F dash"), "{}", hint_text(&settings));
    }
}
