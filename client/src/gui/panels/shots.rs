//! The card of the latest own shot: what was on screen, what the server tested, and what other rules would have said.

use super::legend::{self, CONFIRMED, DRAWN, NEWEST, PREDICTED, PRESENT, TESTED};
use super::{Panels, netgraph, ruler, screen, side, theme};
use crate::gui::palette::{self, Tints};
use crate::view::{ShotCard, ShotTargetView, ViewModel};
use bevy_egui::egui::{self, Align2, Area, Color32, FontId, Id, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::world::Slot;

pub(super) fn show(ctx: &egui::Context, view: &ViewModel, tints: &Tints, panels: &Panels) {
    let screen = screen(ctx);
    // At the left under the tab; if the side panel is there, in the lower right corner that graph and ruler leave.
    let right = if panels.graph { netgraph::WIDTH_PX + 2.0 * netgraph::MARGIN_PX + 24.0 } else { 12.0 };
    let up = if panels.graph { ruler::HEIGHT_PX + 26.0 } else { 12.0 };
    let (pivot, place, room) = match panels.side {
        None => (Align2::LEFT_TOP, pos2(side::LEFT_PX, side::TOP_PX + 36.0), WIDTH_PX),
        Some(_) => {
            let corner = pos2(screen.right() - right, screen.bottom() - up);
            (Align2::RIGHT_BOTTOM, corner, screen.width() - right - side::WIDTH_PX - 78.0)
        }
    };
    let short = panels.graph && panels.side.is_some();
    Area::new(Id::new(("shot card", panels.side.is_some()))).fade_in(false).pivot(pivot).fixed_pos(place).show(
        ctx,
        |ui| {
            theme::frame().show(ui, |ui| {
                ui.set_width(WIDTH_PX.min(room));
                ui.spacing_mut().item_spacing.y = 2.0;
                show_legend(ui, short);
                ui.separator();
                match view.shots.last() {
                    Some(shot) => show_card(ui, view, tints, shot, &YOURS),
                    None if view.rules.experiments => {
                        ui.label(theme::soft("Fire: the card of your latest shot appears here."));
                    }
                    None => {
                        ui.label(theme::soft("This server gives no evidence of shots: experiments are not allowed."));
                    }
                }
            });
        },
    );
}

fn show_legend(ui: &mut Ui, short: bool) {
    ui.horizontal(|ui| {
        ui.label(theme::title("Ghosts"));
        theme::key_cap(ui, "F8");
        if short {
            // With the graph open there is little room: colours alone, in one line.
            for outline in [CONFIRMED, PREDICTED, NEWEST, PRESENT] {
                let name = outline.name.trim_start_matches("others, ");
                ui.label(RichText::new(name).size(10.5).color(outline.colour)).on_hover_text(outline.means);
            }
        }
    });
    if !short {
        for outline in [CONFIRMED, PREDICTED, NEWEST, PRESENT] {
            legend::line(ui, &outline);
        }
    }
}

/// Whose shot it is, in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::gui) struct Whose<'a> {
    pub title: &'a str,
    /// "you saw"
    pub saw: &'static str,
    /// "your screen"
    pub screen: &'static str,
}

pub(in crate::gui) fn show_card(ui: &mut Ui, view: &ViewModel, tints: &Tints, shot: &ShotCard, whose: &Whose<'_>) {
    let (verdict, colour) = verdict(view, shot, whose);
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::title(whose.title));
        ui.label(RichText::new(verdict).size(theme::BODY_PX).strong().color(colour));
        ui.label(theme::soft(format!("tick {}", shot.tick)));
    });
    show_times(ui, shot, f32::from(view.rules.rewind_ms));
    if !shot.clamp.is_empty() {
        let text =
            format!("Claimed {:.0} ms ago, tested {:.0}: {}.", shot.claimed_ago_ms, shot.used_ago_ms, shot.clamp);
        ui.label(RichText::new(text).size(theme::SMALL_PX).color(theme::WARNING));
    } else if is_elsewhen(shot) {
        let (seen, used, rule) = (shot.claimed_ago_ms, shot.used_ago_ms, shot.policy.name());
        ui.label(theme::soft(format!(
            "On screen was {seen:.0} ms ago; tested was {used:.0} ms ago, by the rule '{rule}'."
        )));
    } else {
        ui.label(theme::soft(format!("On screen was {:.0} ms ago, and that was tested.", shot.claimed_ago_ms)));
    }
    if let Some(target) = &shot.target {
        show_target(ui, tints, target, shot.hit.or(shot.claimed).is_none(), whose);
    }
    show_policies(ui, view, shot);
}

/// Another moment was tested than was on screen.
fn is_elsewhen(shot: &ShotCard) -> bool {
    (shot.claimed_ago_ms - shot.used_ago_ms).abs() > 1.0
}

/// Was it what this client had seen?
fn verdict(view: &ViewModel, shot: &ShotCard, whose: &Whose<'_>) -> (String, Color32) {
    let Whose { saw, screen, .. } = whose;
    let name = |slot: u16| match view.roster.get(&Slot(slot)) {
        Some(player) if !player.name.is_empty() => player.name.clone(),
        _ => format!("player {slot}"),
    };
    match (shot.claimed, shot.hit) {
        (Some(claimed), Some(hit)) if claimed == hit => (format!("hit {}, as {saw}", name(hit)), theme::GREEN),
        (_, Some(hit)) => (format!("hit {}, unseen", name(hit)), theme::YELLOW),
        (Some(claimed), None) => (format!("missed {}: on {screen} it hit", name(claimed)), theme::VERMILION),
        (None, None) => (format!("missed, as {saw}"), theme::GREY),
    }
}

/// The past on a line: the server's present at the right, what was claimed and what was used, and how far back is allowed.
fn show_times(ui: &mut Ui, shot: &ShotCard, cap_ms: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let painter = ui.painter_at(rect);
    let span_ms = (shot.claimed_ago_ms.max(cap_ms) * 1.15).max(50.0);
    let line = rect.shrink2(vec2(8.0, 0.0));
    let y = rect.center().y;
    let x_of = |ago_ms: f32| line.right() - (ago_ms / span_ms).clamp(0.0, 1.0) * line.width();
    let allowed = Rect::from_x_y_ranges(x_of(cap_ms)..=line.right(), y - 4.0..=y + 4.0);
    painter.rect_filled(allowed, 2.0, Color32::from_white_alpha(22));
    painter.hline(line.x_range(), y, Stroke::new(1.0, Color32::from_white_alpha(80)));
    let word = |x: f32, above: bool, text: &str, colour: Color32| {
        let galley = painter.layout_no_wrap(text.into(), FontId::proportional(10.5), colour);
        let at = (x - galley.size().x * 0.5).clamp(rect.left(), rect.right() - galley.size().x);
        painter.galley(pos2(at, if above { rect.top() } else { rect.bottom() - galley.size().y }), galley, colour);
    };
    painter.circle_filled(pos2(x_of(0.0), y), 3.5, PRESENT.colour);
    let present_was_tested = is_elsewhen(shot) && shot.used_ago_ms < 1.0;
    word(x_of(0.0), false, if present_was_tested { "tested: server now" } else { "server now" }, PRESENT.colour);
    painter.circle_filled(pos2(x_of(shot.used_ago_ms), y), 4.5, TESTED.colour);
    painter.circle_stroke(pos2(x_of(shot.claimed_ago_ms), y), 6.0, Stroke::new(1.6, DRAWN.colour));
    word(x_of(shot.claimed_ago_ms), true, &format!("on screen -{:.0} ms", shot.claimed_ago_ms), DRAWN.colour);
    if is_elsewhen(shot) && !present_was_tested {
        word(x_of(shot.used_ago_ms), false, &format!("tested -{:.0} ms", shot.used_ago_ms), TESTED.colour);
    }
    if (cap_ms - shot.used_ago_ms) / span_ms > 0.25 && x_of(0.0) - x_of(cap_ms) > 120.0 {
        word(x_of(cap_ms), false, &format!("limit -{cap_ms:.0} ms"), theme::ink(palette::INK_SOFT));
    }
}

fn show_target(ui: &mut Ui, tints: &Tints, target: &ShotTargetView, only_nearest: bool, whose: &Whose<'_>) {
    ui.horizontal(|ui| {
        if only_nearest {
            ui.label(theme::soft("nearest to the ray:"));
        }
        ui.label(RichText::new(&target.name).size(theme::SMALL_PX).color(theme::ink(tints.of(target.slot))));
        match target.error_mm {
            Some(mm) => {
                ui.label(theme::soft("drawn and tested are apart by"));
                let colour = if mm > 1.5 { TESTED.colour } else { theme::GREEN };
                ui.label(RichText::new(format!("{mm:.1} mm")).monospace().size(12.0).color(colour));
            }
            None => {
                ui.label(theme::soft(format!("was not on {}", whose.screen)));
            }
        }
    });
    let moved = target.tested.distance(target.present);
    ui.label(theme::soft(format!("In the server's present it was {moved:.2} m from there.")));
}

fn show_policies(ui: &mut Ui, view: &ViewModel, shot: &ShotCard) {
    ui.horizontal(|ui| {
        for (check, would_hit) in HitCheck::ALL.into_iter().zip(shot.verdicts) {
            let used = check == shot.policy;
            let (word, colour) = match would_hit {
                Some(_) => ("hit", theme::GREEN),
                None => ("miss", theme::GREY),
            };
            let text = RichText::new(format!("{} {word}", check.name())).monospace().size(12.0).color(colour);
            let stroke =
                if used { Stroke::new(1.0, Color32::WHITE) } else { Stroke::new(1.0, Color32::from_white_alpha(24)) };
            let cell = egui::Frame::NONE.stroke(stroke).corner_radius(4).inner_margin(egui::Margin::symmetric(6, 1));
            let cell = cell.show(ui, |ui| ui.label(text)).response;
            cell.on_hover_text(if used { "The rule that decided." } else { "What this rule would have decided." });
        }
        let flips = shot.verdicts.iter().filter(|verdict| **verdict != shot.hit).count();
        if flips > 0 && view.rules.experiments {
            ui.label(theme::soft("the rule decides"));
        }
    });
}

/// The own ones.
const YOURS: Whose<'static> = Whose { title: "Your shot", saw: "you saw", screen: "your screen" };
pub(in crate::gui) const WIDTH_PX: f32 = 372.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::RosterView;

    fn shot(claimed: Option<u16>, hit: Option<u16>) -> ShotCard {
        ShotCard {
            id: Default::default(),
            weapon: Default::default(),
            tick: 7,
            fired_s: 0.0,
            from: bevy::prelude::Vec2::ZERO,
            to: bevy::prelude::Vec2::X,
            claimed,
            hit,
            target: None,
            claimed_ago_ms: 118.0,
            used_ago_ms: 118.0,
            clamp: String::new(),
            verdicts: [None; 3],
            policy: HitCheck::Exact,
        }
    }

    #[test]
    fn a_verdict_is_told_against_what_was_seen() {
        let mut view = ViewModel::default();
        view.roster.insert(Slot(3), RosterView { name: "Quorum".into(), ..RosterView::default() });
        let said = |claimed, hit| verdict(&view, &shot(claimed, hit), &YOURS).0;
        assert_eq!(said(Some(3), Some(3)), "hit Quorum, as you saw");
        assert_eq!(said(Some(3), None), "missed Quorum: on your screen it hit");
        assert_eq!(said(None, Some(4)), "hit player 4, unseen");
        assert_eq!(said(None, None), "missed, as you saw");
    }
}
