//! Marks that each end wrote down by itself: matches and ticks without input by the server, corrections, frames without a
//! snapshot and switches by its clients, chat by whoever is here.
//!
//! Must not know shots, which both ends tell of, nor worlds.

use super::{MarkKind, Marks};
use crate::watch::chat;
use crate::watch::eye::{Eye, MM_PER_UNIT};
use crate::watch::roll::Roll;
use crate::watch::time::Moment;
use std::collections::BTreeMap;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::Chat;

impl Marks<'_> {
    pub(super) fn add_matches(&mut self, server: &ServerTrace) {
        for began in server.matches.iter().skip(1) {
            let text = format!("match {} begins on {}", began.number, began.map_name);
            self.add(Moment::of(began.tick), MarkKind::Switch, None, text);
        }
    }

    /// The first of each run of ticks that the server made without this player's input.
    pub(super) fn add_starved_ticks(&mut self, server: &ServerTrace, roll: &Roll) {
        let mut lasts: BTreeMap<u32, u32> = BTreeMap::new();
        for tick in &server.ticks {
            for (slot, input_use) in tick.input_slots.iter().zip(&tick.input_uses) {
                if *input_use != REPEATED {
                    continue;
                }
                let goes_on = lasts.insert(*slot, tick.tick).is_some_and(|last| last + 1 == tick.tick);
                if !goes_on {
                    let slot = u16::try_from(*slot).unwrap_or(u16::MAX);
                    let text = format!("no input of {} for this tick", roll.name(slot, tick.tick));
                    self.add(Moment::of(tick.tick), MarkKind::Starved, Some(slot), text);
                }
            }
        }
    }

    pub(super) fn add_starved_frames(&mut self, eye: &Eye<'_>) {
        let mut before = true;
        for (index, frame) in eye.trace.frames.iter().enumerate() {
            if frame.starved
                && !before
                && eye.owns(frame.at_ns)
                && let Some(at) = eye.drawn_at(index)
            {
                self.add(at, MarkKind::Starved, Some(eye.slot), format!("{} had no snapshot to draw from", eye.name));
            }
            before = frame.starved;
        }
    }

    pub(super) fn add_corrections(&mut self, eye: &Eye<'_>) {
        // Where one comes into the world nobody can predict.
        let worth = |reason: &str| !matches!(reason, "join" | "respawn" | "death");
        for one in eye.trace.corrections.iter().filter(|one| worth(&one.it.reason) && eye.owns(one.at_ns)) {
            let mm = f64::from(one.it.units) * MM_PER_UNIT;
            let text = format!("{} corrected by {mm:.0} mm: {}", eye.name, one.it.reason.replace('_', " "));
            self.add(eye.moment(one.at_ns), MarkKind::Correction, Some(eye.slot), text);
        }
    }

    pub(super) fn add_switches(&mut self, eye: &Eye<'_>) {
        for pair in eye.trace.switches.windows(2) {
            let [before, after] = pair else { continue };
            if !eye.owns(after.at_ns) {
                continue;
            }
            let mut changes = Vec::new();
            for (name, was, is) in [
                ("modes", &before.it.modes, &after.it.modes),
                ("link", &before.it.link, &after.it.link),
                ("imposed link", &before.it.imposed_link, &after.it.imposed_link),
            ] {
                if was != is {
                    changes.push(format!("{name} {}", if is.is_empty() { "clean" } else { is.as_str() }));
                }
            }
            let text = format!("{} switched {}", eye.name, changes.join(", "));
            self.add(eye.moment(after.at_ns), MarkKind::Switch, Some(eye.slot), text);
        }
    }

    /// What was said, when it was said.
    pub(super) fn add_said(&mut self, server: &ServerTrace, roll: &Roll) {
        for line in &server.chat {
            let slot = roll.slot_of(&line.name, line.tick);
            self.add(Moment::of(line.tick), MarkKind::Chat, slot, words(line));
        }
    }

    /// Without the server's trace: what clients were told, each line once, when the first of them read it.
    pub(super) fn add_told(&mut self, eyes: &[Eye<'_>]) {
        let mut firsts: BTreeMap<&[u8], (Moment, &Chat)> = BTreeMap::new();
        for (at, line) in eyes.iter().flat_map(chat::told) {
            let first = firsts.entry(&line.id).or_insert((at, line));
            first.0 = first.0.min(at);
        }
        for (at, line) in firsts.into_values() {
            let slot = eyes.iter().find(|eye| eye.name == line.name).map(|eye| eye.slot);
            self.add(at, MarkKind::Chat, slot, words(line));
        }
    }
}

fn words(line: &Chat) -> String {
    let to = if line.to_side { " to the own side" } else { "" };
    let (name, words) = chat::tidy(line);
    format!("{name}{to}: {words}")
}

/// `ServerTick.input_uses`: the input before was used again.
const REPEATED: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::tick::TickRate;
    use tickshot_trace::model::{At, ClientTrace};
    use tickshot_trace::proto::{Correction, Frame, ServerTick, Switched};

    fn texts(marks: &Marks<'_>) -> Vec<String> {
        marks.all.iter().map(|mark| format!("{} {}", mark.at.tick(), mark.text)).collect()
    }

    #[test]
    fn a_run_of_ticks_without_input_is_one_mark() {
        let tick = |tick, input_uses: [u32; 2]| ServerTick {
            tick,
            input_slots: vec![0, 3],
            input_uses: input_uses.to_vec(),
            ..ServerTick::default()
        };
        let uses = [(1, [0, 1]), (2, [0, 1]), (3, [0, 0]), (4, [1, 1])];
        let ticks = uses.map(|(number, uses)| tick(number, uses)).to_vec();
        let server = ServerTrace { ticks, ..ServerTrace::default() };
        let marks = Marks::of(Some(&server), &[], &Roll::default());
        let starved: Vec<_> = marks.all.iter().map(|mark| (mark.at.tick(), mark.slot)).collect();
        assert_eq!(starved, [(1, Some(3)), (4, Some(0)), (4, Some(3))]);
    }

    #[test]
    fn what_a_client_switched_and_how_it_was_corrected_is_told_in_words() {
        let ns = |tick: i64| tick * 15_625_000;
        let frame = |tick, starved| {
            let (at_ns, server_tick_ns) = (ns(tick), Some(ns(tick)));
            Frame { at_ns, server_tick_ns, starved, ..Frame::default() }
        };
        let switched = |at, link: &str| {
            let it = Switched { link: link.to_owned(), modes: "hits=exact".to_owned(), ..Switched::default() };
            At { at_ns: ns(at), it }
        };
        let correction = |at, reason: &str| At {
            at_ns: ns(at),
            it: Correction { units: 512, reason: reason.to_owned(), ..Correction::default() },
        };
        let trace = ClientTrace {
            frames: vec![frame(1, true), frame(2, false), frame(3, true), frame(4, true)],
            switches: vec![switched(1, ""), switched(5, "delay 50ms"), switched(9, "")],
            corrections: vec![correction(6, "respawn"), correction(7, "knock_back")],
            ..ClientTrace::default()
        };
        let eyes = [Eye::alone(&trace, (2, "Ann".to_owned()), TickRate::default())];
        let marks = Marks::of(None, &eyes, &Roll::default());
        let expected = [
            "3 Ann had no snapshot to draw from",
            "5 Ann switched link delay 50ms",
            "7 Ann corrected by 500 mm: knock back",
            "9 Ann switched link clean",
        ];
        assert_eq!(texts(&marks), expected);
        assert_eq!(marks.beside(Moment::of(5), true, |_| true).map(|mark| mark.at), Some(Moment::of(7)));
        assert_eq!(marks.beside(Moment::of(5), false, |_| true).map(|mark| mark.at), Some(Moment::of(3)));
        assert_eq!(marks.between(Moment::of(3), Moment::of(7)).len(), 2);
    }
}
