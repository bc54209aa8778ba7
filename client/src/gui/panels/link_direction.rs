//! The sliders of one direction of the link: each changes one number, and says in a sentence what to look for.

use super::modes::{choices, heading, labelled};
use super::theme;
use bevy_egui::egui::{Slider, Ui};
use tickshot_shared::link::profile::{Distribution, Loss, PPM, Profile};

pub(super) fn show(ui: &mut Ui, profile: &mut Profile) {
    heading(ui, "Delay", "");
    milliseconds(
        ui,
        "delay",
        &mut profile.delay_us,
        400.0,
        "Every datagram is late by this much: switch prediction off (F3) to feel it.",
    );
    milliseconds(
        ui,
        "jitter",
        &mut profile.jitter_us,
        100.0,
        "The delay varies by this much: watch the display delay grow, or others stutter if it may not.",
    );
    choices(ui, |ui| {
        for (shape, name, hint) in [
            (Distribution::Uniform, "uniform", "Anything within the jitter, alike: the mildest kind."),
            (
                Distribution::Normal,
                "normal",
                "A bell around the delay: some datagrams are late by three times the jitter.",
            ),
            (Distribution::Skewed, "skewed", "Mostly on time and sometimes very late, as real networks are."),
        ] {
            ui.selectable_value(&mut profile.distribution, shape, name).on_hover_text(hint);
        }
    });
    percent(
        ui,
        "correlation",
        &mut profile.correlation_ppm,
        100.0,
        "How much one datagram's lateness resembles the one before: high means slow waves instead of noise.",
    );

    heading(ui, "Loss", "");
    show_loss(ui, &mut profile.loss);
    percent(
        ui,
        "duplicates",
        &mut profile.duplicate_ppm,
        20.0,
        "Datagrams that arrive twice: nothing should happen, and that is the point.",
    );
    percent(
        ui,
        "reordered",
        &mut profile.reorder_ppm,
        30.0,
        "Datagrams that overtake those before them: old snapshots come after newer ones and are dropped.",
    );

    heading(ui, "Limits", "");
    let mut kbit = profile.rate_bps as f64 / 1000.0;
    let slider = Slider::new(&mut kbit, 0.0..=20_000.0).logarithmic(true).smallest_positive(10.0).max_decimals(0);
    let slider =
        slider.custom_formatter(|kbit, _| if kbit < 1.0 { "no limit".into() } else { format!("{kbit:.0} kbit/s") });
    if labelled(ui, "rate", slider)
        .on_hover_text("Bits that pass per second: too few for the game and the delay climbs until the queue is full.")
        .changed()
    {
        profile.rate_bps = if kbit < 1.0 { 0 } else { (kbit * 1000.0).max(10_000.0) as u64 };
        // A queue that takes a quarter of a second to empty, as many routers have it.
        profile.queue_bytes = if profile.rate_bps == 0 {
            0
        } else {
            profile.queue_bytes.clamp(3_000, (profile.rate_bps / 16) as u32 + 3_000)
        };
    }
    ui.add_enabled_ui(profile.rate_bps > 0, |ui| {
        let most = (profile.rate_bps / 8) as f64 / 1000.0;
        let mut kilobytes = f64::from(profile.queue_bytes) / 1000.0;
        let slider = Slider::new(&mut kilobytes, 0.0..=most.max(1.0)).suffix(" kB").max_decimals(1);
        let hint = "What waits for the rate: a long queue turns a lack of rate into lag, a short one into loss.";
        if labelled(ui, "queue", slider).on_hover_text(hint).on_disabled_hover_text("Needs a rate.").changed() {
            profile.queue_bytes = (kilobytes * 1000.0) as u32;
        }
    });
    let slider = Slider::new(&mut profile.mtu_bytes, 0..=1400);
    let slider =
        slider.custom_formatter(|bytes, _| if bytes < 1.0 { "no limit".into() } else { format!("{bytes:.0} bytes") });
    labelled(ui, "mtu", slider)
        .on_hover_text("Larger datagrams never arrive: crowded snapshots vanish, lonely ones pass.");
    show_freezes(ui, profile);
}

fn show_loss(ui: &mut Ui, loss: &mut Loss) {
    choices(ui, |ui| {
        let random = matches!(loss, Loss::Random { .. });
        let hint = "Each datagram by itself: repeated inputs hide it nearly completely.";
        if ui.selectable_label(random, "random").on_hover_text(hint).clicked() && !random {
            *loss = Loss::Random { ppm: 0 };
        }
        let hint = "A good and a bad state (Gilbert-Elliott): in the bad one whole clumps are lost, which repetition cannot hide.";
        if ui.selectable_label(!random, "bursts").on_hover_text(hint).clicked() && random {
            *loss = Loss::Bursts { to_bad_ppm: 5_000, to_good_ppm: 200_000, loss_good_ppm: 0, loss_bad_ppm: PPM };
        }
    });
    match loss {
        Loss::Random { ppm } => {
            percent(ui, "loss", ppm, 50.0, "Datagrams that never arrive: look for red gaps in the graph (F2).");
        }
        Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
            percent(ui, "burst begins", to_bad_ppm, 10.0, "Chance per datagram that a burst begins: how often.");
            percent(
                ui,
                "burst ends",
                to_good_ppm,
                100.0,
                "Chance per datagram that it ends: 20 % means five in a row on average.",
            );
            percent(ui, "lost in it", loss_bad_ppm, 100.0, "Share that is lost during a burst.");
            percent(ui, "lost else", loss_good_ppm, 20.0, "Share that is lost between bursts.");
        }
    }
    ui.label(theme::soft(format!("about {:.1} % never arrive", mean_loss_pct(loss))));
}

fn show_freezes(ui: &mut Ui, profile: &mut Profile) {
    let (mut freeze, mut every) = (profile.freeze_ms, profile.freeze_every_ms);
    let hint = "Nothing passes for so long, then all of it at once.";
    let mut changed = labelled(ui, "freeze", Slider::new(&mut freeze, 0..=3000).step_by(50.0).suffix(" ms"))
        .on_hover_text(hint)
        .changed();
    if freeze > 0 {
        let slider = Slider::new(&mut every, 0..=20_000).step_by(100.0);
        let slider =
            slider.custom_formatter(|ms, _| if ms < 1.0 { "once".into() } else { format!("{:.1} s", ms / 1000.0) });
        let hint = "And again every so often, as a radio that changes cells does.";
        changed |= labelled(ui, "comes every", slider).on_hover_text(hint).changed();
    }
    if changed {
        // Between two freezes something must pass.
        let every = if freeze == 0 || every == 0 { 0 } else { every.max(freeze + 100) };
        (profile.freeze_ms, profile.freeze_every_ms) = (freeze, every);
    }
}

/// Share of datagrams lost in the long run, percent.
fn mean_loss_pct(loss: &Loss) -> f64 {
    let share = |ppm: u32| f64::from(ppm) / f64::from(PPM);
    100.0
        * match *loss {
            Loss::Random { ppm } => share(ppm),
            Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
                let (to_bad, to_good) = (share(to_bad_ppm), share(to_good_ppm));
                // The stationary share of the bad state; without any change it stays in the good one.
                let bad = if to_bad == 0.0 { 0.0 } else { to_bad / (to_bad + to_good) };
                bad * share(loss_bad_ppm) + (1.0 - bad) * share(loss_good_ppm)
            }
        }
}

fn milliseconds(ui: &mut Ui, name: &str, us: &mut u32, most: f64, hint: &str) {
    let mut ms = f64::from(*us) / 1000.0;
    // A preset may lie beyond the usual range of the slider.
    let most = most.max(ms);
    let slider = Slider::new(&mut ms, 0.0..=most).suffix(" ms").max_decimals(1);
    if labelled(ui, name, slider).on_hover_text(hint).changed() {
        *us = (ms * 1000.0).round() as u32;
    }
}

fn percent(ui: &mut Ui, name: &str, ppm: &mut u32, most: f64, hint: &str) {
    let mut pct = f64::from(*ppm) / 10_000.0;
    let most = most.max(pct);
    let slider = Slider::new(&mut pct, 0.0..=most).suffix(" %").max_decimals(2);
    if labelled(ui, name, slider).on_hover_text(hint).changed() {
        *ppm = (pct * 10_000.0).round() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_lose_what_their_chances_say() {
        assert_eq!(mean_loss_pct(&Loss::Random { ppm: 50_000 }), 5.0);
        let bursts = Loss::Bursts { to_bad_ppm: 5_000, to_good_ppm: 200_000, loss_good_ppm: 0, loss_bad_ppm: PPM };
        assert!((mean_loss_pct(&bursts) - 2.44).abs() < 0.01, "{}", mean_loss_pct(&bursts));
        let never = Loss::Bursts { to_bad_ppm: 0, to_good_ppm: 0, loss_good_ppm: 10_000, loss_bad_ppm: PPM };
        assert_eq!(mean_loss_pct(&never), 1.0);
    }
}
