//! F9: the key, the red dot that says a recording runs, and the sentences on what became of it.
//!
//! Alone because it works in every screen of the window, and needs nothing of the match.

use super::toast::Toast;
use super::{Capture, theme};
use crate::gui::menu::Menu;
use crate::recording::{RecordingNotice, RecordingRequest, RecordingView};
use crate::view::{Status, ViewModel};
use bevy::prelude::*;
use bevy_egui::egui::{self, Align2, Area, Color32, CornerRadius, Id, Margin, RichText, Sense, Stroke, vec2};

/// F9 begins and ends a recording; with Shift the last minute is saved.
pub(super) fn press(
    keys: Res<ButtonInput<KeyCode>>,
    capture: Res<Capture>,
    mut requests: MessageWriter<RecordingRequest>,
) {
    if !keys.just_pressed(KeyCode::F9) || capture.types() {
        return;
    }
    let shift = keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    requests.write(if shift { RecordingRequest::SaveFlight } else { RecordingRequest::Toggle });
}

/// In a match as a toast, else under the menu's title.
pub(super) fn tell(
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    mut notices: MessageReader<RecordingNotice>,
    mut toast: ResMut<Toast>,
    mut menu: ResMut<Menu>,
) {
    for RecordingNotice(text) in notices.read() {
        if view.status == Status::Playing {
            toast.say(text.as_str(), time.elapsed_secs());
        } else {
            menu.notice = Some(text.clone());
        }
    }
}

/// `● recording 1:23, 4.2 MB`, above the weapons.
pub(super) fn show(ctx: &egui::Context, recording: &RecordingView) {
    if !recording.recording {
        return;
    }
    let area = Area::new(Id::new("recording")).order(egui::Order::Foreground).interactable(false).fade_in(false);
    area.anchor(Align2::RIGHT_BOTTOM, [-RIGHT_PX, -ABOVE_WEAPONS_PX]).show(ctx, |ui| {
        let edge = Stroke::new(1.0, RED.gamma_multiply(0.6));
        theme::frame().corner_radius(CornerRadius::same(10)).stroke(edge).inner_margin(Margin::symmetric(9, 3)).show(
            ui,
            |ui| {
                ui.horizontal(|ui| {
                    let (dot, _) = ui.allocate_exact_size(vec2(2.0 * DOT_PX, 2.0 * DOT_PX), Sense::hover());
                    ui.painter().circle_filled(dot.center(), DOT_PX, RED);
                    let colour = if recording.lost > 0 { theme::WARNING } else { Color32::WHITE };
                    ui.label(RichText::new(recording.line()).size(12.5).color(colour));
                });
            },
        );
    });
}

const RED: Color32 = Color32::from_rgb(235, 64, 52);
const DOT_PX: f32 = 5.0;
const RIGHT_PX: f32 = 28.0;
/// The slots of the weapons end here.
const ABOVE_WEAPONS_PX: f32 = 122.0;
