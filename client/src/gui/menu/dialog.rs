//! What has to be read before anything else: why there is no match, and what to do.

use super::Parts;
use super::style::{self, ending, field, note, plain, primary};
use crate::front::{Dialog, FrontRequest, Join, Retry};
use bevy_egui::egui::{self, Id, Modal, RichText, Ui};

/// What is typed into a dialog.
#[derive(Default)]
pub(super) struct Answer {
    password: String,
    /// The dialog was there in the frame before.
    seen: bool,
}

pub(super) fn show(ctx: &egui::Context, parts: &mut Parts) {
    let Some(dialog) = parts.front.dialog.clone() else { return };
    let first = !std::mem::replace(&mut parts.menu.dialog.seen, true);
    if first {
        parts.menu.dialog.password.clear();
    }
    let mut answer = None;
    modal(ctx, |ui| {
        ui.label(RichText::new(dialog.title).font(style::bold(style::HEADING_PX)).color(style::AMBER));
        ui.add_space(4.0);
        ui.label(&dialog.what);
        if !dialog.why.is_empty() {
            note(ui, dialog.why.clone());
        }
        if !dialog.what_to_do.is_empty() {
            ui.label(&dialog.what_to_do);
        }
        answer = buttons(ui, &dialog, &mut parts.menu.dialog.password, first);
    });
    if ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
        answer = Some(FrontRequest::Leave);
    }
    if let Some(request) = answer {
        parts.menu.dialog = Answer::default();
        parts.requests.write(request);
    }
}

/// The buttons, and what was pressed.
fn buttons(ui: &mut Ui, dialog: &Dialog, password: &mut String, first: bool) -> Option<FrontRequest> {
    let mut answer = None;
    if let Some(Retry::WithPassword(whom)) = &dialog.retry {
        let edit = field(ui, password, "Password", 360.0, true);
        if first {
            edit.request_focus();
        }
        if edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) && !password.is_empty() {
            answer = Some(with_password(whom, password));
        }
    }
    ending(ui, |ui| {
        let main = match &dialog.retry {
            Some(Retry::Again { words, request }) => {
                let main = primary(ui, words, 170.0);
                if main.clicked() {
                    answer = Some(request.clone());
                }
                Some(main)
            }
            Some(Retry::WithPassword(whom)) => {
                let join = ui.add_enabled_ui(!password.is_empty(), |ui| primary(ui, "Join", 170.0)).inner;
                if join.clicked() {
                    answer = Some(with_password(whom, password));
                }
                None
            }
            None => None,
        };
        let back = plain(ui, "Back to menu", 170.0);
        if back.clicked() {
            answer = Some(FrontRequest::Leave);
        }
        if first {
            match (&dialog.retry, main) {
                (Some(Retry::WithPassword(_)), _) => {}
                (_, Some(main)) => main.request_focus(),
                (_, None) => back.request_focus(),
            }
        }
    });
    answer
}

fn with_password(whom: &Join, password: &str) -> FrontRequest {
    FrontRequest::Join(Join { password: Some(password.to_owned()), ..whom.clone() })
}

/// While a server of one's own comes up.
pub(super) fn starting(ctx: &egui::Context, parts: &mut Parts) {
    let mut cancelled = ctx.input(|input| input.key_pressed(egui::Key::Escape));
    modal(ctx, |ui| {
        style::heading(ui, "Starting the match...");
        ending(ui, |ui| cancelled |= plain(ui, "Cancel", 140.0).clicked());
    });
    if cancelled {
        parts.requests.write(FrontRequest::Leave);
    }
}

fn modal(ctx: &egui::Context, content: impl FnOnce(&mut Ui)) {
    Modal::new(Id::new("menu dialog")).frame(style::card()).show(ctx, |ui| {
        style::begin(ui);
        // In large, as wide as the window lets it be.
        ui.set_width((ctx.content_rect().width() - 90.0).clamp(260.0, 470.0));
        content(ui);
    });
}
