//! What each mode means, said once: panels, help and toasts all take their sentences from here.

use crate::view::RulesView;
use tickshot_shared::modes::{Delay, HitCheck, Modes, Others, Prediction};

pub(super) fn prediction(mode: Prediction) -> &'static str {
    match mode {
        Prediction::Off => "You are drawn only where the server says. Feel the round trip between key and step.",
        Prediction::Unreconciled => {
            "Keys act at once and the server is not listened to. Watch yourself drift from the truth until you respawn."
        }
        Prediction::Reconciled => {
            "Keys act at once; where the server disagrees you jump. Watch for jerks on a bad link."
        }
        Prediction::Smoothed => "Keys act at once; a disagreement glides away in 0.1 s. All you notice is nothing.",
    }
}

pub(super) fn others(mode: Others) -> &'static str {
    match mode {
        Others::Newest => "Drawn as each snapshot comes. Watch them stutter.",
        Others::Interpolate(Delay::Adaptive) => {
            "Drawn between two snapshots, as little late as the link allows. Smooth, but in the past."
        }
        Others::Interpolate(Delay::FixedMs(_)) => {
            "Drawn between two snapshots, always equally late. Too short a delay stutters, a long one shows old news."
        }
        Others::Extrapolate => "Guessed straight on to the server's present. Watch them overshoot at every turn.",
    }
}

pub(super) fn others_name(mode: Others) -> &'static str {
    match mode {
        Others::Newest => "newest",
        Others::Interpolate(_) => "interpolate",
        Others::Extrapolate => "extrapolate",
    }
}

pub(super) fn hits(check: HitCheck) -> &'static str {
    match check {
        HitCheck::None => "Tested where they are at the server now. Lead your target by the whole lag.",
        HitCheck::WholeTick => "Tested in the past you saw, rounded to a whole tick. Close shots at edges flip.",
        HitCheck::Exact => "Tested against the very bodies you saw. Aim at what you see.",
    }
}

pub(super) fn snapshot_every(every: u8, tick_rate: u32) -> String {
    let per_second = f64::from(tick_rate) / f64::from(every.max(1));
    format!("{per_second:.0} a second. Fewer save bytes, and others are drawn later or stutter.")
}

pub(super) fn redundancy(inputs: u8) -> String {
    match inputs {
        1 => "Each input is sent once: every lost packet is a tick without you.".into(),
        n => format!("Each packet repeats up to {n} inputs: {} losses in a row cost nothing but bytes.", n - 1),
    }
}

/// Why a player cannot choose the hit check or the snapshot interval.
pub(super) const NO_EXPERIMENTS: &str = "This server does not allow experiments: the same rule for everybody.";

/// What to say about a change; `None` if these two do not differ.
pub(super) fn switched(from: &Modes, to: &Modes, rules: &RulesView, tick_rate: u32) -> Option<String> {
    let hits = if rules.experiments { to.hits } else { rules.hits };
    Some(if from.prediction != to.prediction {
        format!("You: {}. {}", to.prediction.name(), prediction(to.prediction))
    } else if others_name(from.others) != others_name(to.others) {
        format!("Others: {}. {}", others_name(to.others), others(to.others))
    } else if let (Others::Interpolate(Delay::FixedMs(_)), Others::Interpolate(Delay::Adaptive))
    | (Others::Interpolate(Delay::Adaptive), Others::Interpolate(Delay::FixedMs(_))) =
        (from.others, to.others)
    {
        format!("Display delay: {}", others(to.others))
    } else if from.hits != to.hits {
        format!("Hit checks: {}. {}", hits.name(), self::hits(hits))
    } else if from.snapshot_every != to.snapshot_every {
        format!("Snapshots: {}", snapshot_every(to.snapshot_every, tick_rate))
    } else if from.redundancy != to.redundancy {
        format!("Redundancy: {}", redundancy(to.redundancy))
    } else {
        return None;
    })
}

/// The modes that are not the default, in one line; empty if all are.
pub(super) fn unusual(modes: &Modes) -> String {
    let usual = Modes::default();
    let (now, then) = (modes.to_string(), usual.to_string());
    let differing = now.split(',').zip(then.split(',')).filter(|(now, then)| now != then);
    differing.map(|(now, _)| now).collect::<Vec<_>>().join("   ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_modes_off_their_default_are_listed() {
        assert_eq!(unusual(&Modes::default()), "");
        let modes = Modes { others: Others::Newest, hits: HitCheck::None, ..Modes::default() };
        assert_eq!(unusual(&modes), "others=newest   hits=none");
    }

    #[test]
    fn a_switch_says_what_is_so_now_and_a_slider_is_silent() {
        let from = Modes::default();
        let rules = RulesView { experiments: true, ..RulesView::default() };
        let said = |to: Modes| switched(&from, &to, &rules, 64);
        let newest = said(Modes { others: Others::Newest, ..from }).unwrap_or_default();
        assert!(newest.starts_with("Others: newest.") && newest.contains("stutter"), "{newest}");
        assert!(said(Modes { prediction: Prediction::Off, ..from }).is_some_and(|text| text.contains("round trip")));
        assert_eq!(said(from), None);
        let fixed = |ms| Modes { others: Others::Interpolate(Delay::FixedMs(ms)), ..from };
        assert_eq!(switched(&fixed(40), &fixed(50), &rules, 64), None);
    }
}
