//! What is decided about recordings, and what the person is told: when a flight is worth saving, what became of a file.
//!
//! Time line: a key or a flag asks; the recorder's thread does it some time later, or cannot; its state is looked at now
//! and then, and every change of it is a sentence. Must not know keys, windows or files.

use bevy::prelude::Resource;
use std::time::Duration;
use tickshot_trace::recorder::RecorderState;

/// What the person sees all the time.
#[derive(Clone, Debug, Default, PartialEq, Resource)]
pub struct RecordingView {
    pub recording: bool,
    /// Since this recording began.
    pub seconds: u64,
    pub bytes: u64,
    /// Records that had no room, since it began.
    pub lost: u64,
}

/// When flights are saved unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disputes {
    pub save: bool,
    /// At most so many while the program runs.
    pub flights_max: u32,
}

/// What the recorder is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    BeginFile,
    EndFile,
}

/// Keeps what was decided and seen so far.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// A file is wanted since then.
    since: Option<Duration>,
    /// How the recorder looked last.
    seen: Seen,
    /// Records that were lost when this recording began.
    lost_before: u64,
    /// When a loss was last spoken of, and how many there were then.
    lost_told: Option<(Duration, u64)>,
    /// Disputed shots of the session so far.
    disputed: u64,
    flights: u32,
    last_flight: Option<Duration>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    recording: bool,
    failure: Option<String>,
    saved: usize,
}

impl Desk {
    /// The key: begin, or end.
    pub fn toggle(&mut self, now: Duration, state: &RecorderState) -> Order {
        if self.since.take().is_some() {
            return Order::EndFile;
        }
        self.begin(now, state)
    }

    /// A recording is wanted from `now` on.
    pub fn begin(&mut self, now: Duration, state: &RecorderState) -> Order {
        self.since = Some(now);
        self.lost_before = state.lost;
        self.lost_told = None;
        Order::BeginFile
    }

    pub fn wants_file(&self) -> bool {
        self.since.is_some()
    }

    /// So many hits were denied in this session for no reason of the player's: is the last minute worth keeping?
    pub fn wants_flight(&mut self, now: Duration, disputed: u64, rules: Disputes) -> bool {
        let before = std::mem::replace(&mut self.disputed, disputed);
        // A new session counts from zero.
        let is_news = disputed > if disputed < before { 0 } else { before };
        let rested = self.last_flight.is_none_or(|last| now.saturating_sub(last) >= FLIGHT_INTERVAL);
        if !(is_news && rested && rules.save && self.flights < rules.flights_max) {
            return false;
        }
        self.flights += 1;
        self.last_flight = Some(now);
        true
    }

    /// Looks at the recorder: what has changed, in sentences.
    pub fn look(&mut self, now: Duration, state: &RecorderState) -> Vec<String> {
        let mut said = Vec::new();
        let seen = std::mem::replace(
            &mut self.seen,
            Seen { recording: state.recording, failure: state.failure.clone(), saved: state.saved.len() },
        );
        let failure = state.failure.as_ref().filter(|_| state.failure != seen.failure);
        match failure {
            // A flight could not be saved; the file goes on, if there is one.
            Some(failure) if state.recording || self.since.is_none() => {
                said.push(format!("Nothing was saved: {failure}."));
            }
            Some(failure) => {
                self.since = None;
                said.push(format!("Recording stopped: {failure}. The match goes on."));
            }
            None if seen.recording && !state.recording => said.push(stopped(state)),
            None => {}
        }
        if !seen.recording && state.recording {
            said.push("Recording. F9 ends it.".to_owned());
        }
        let lost = state.lost.saturating_sub(self.lost_before);
        let told = self.lost_told.map_or(0, |(_, told)| told);
        let quiet = self.lost_told.is_none_or(|(at, _)| now.saturating_sub(at) >= LOSS_INTERVAL);
        if lost > told && quiet && state.recording {
            self.lost_told = Some((now, lost));
            said.push(format!(
                "Recording lost {lost} records. The disk is slower than the match; the trace says where."
            ));
        }
        let flights = state.saved.iter().skip(seen.saved);
        said.extend(
            flights.map(|path| format!("What the last {} s held is saved. {}", FLIGHT.as_secs(), path.display())),
        );
        said
    }

    /// What to show at `now`.
    pub fn view(&self, now: Duration, state: &RecorderState) -> RecordingView {
        let since = self.since.filter(|_| state.recording);
        RecordingView {
            recording: since.is_some(),
            seconds: since.map_or(0, |since| now.saturating_sub(since).as_secs()),
            bytes: state.bytes,
            lost: state.lost.saturating_sub(self.lost_before),
        }
    }
}

impl RecordingView {
    /// `recording 1:23, 4.2 MB`, and what was lost.
    pub fn line(&self) -> String {
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        let lost = if self.lost == 0 { String::new() } else { format!(", lost {} records", self.lost) };
        format!("recording {minutes}:{seconds:02}, {}{lost}", size(self.bytes))
    }
}

fn stopped(state: &RecorderState) -> String {
    match &state.path {
        Some(path) if state.records > 0 => format!("Recording saved, {}. {}", size(state.bytes), path.display()),
        _ => "Recording ended. Nothing had happened, so there is no file.".to_owned(),
    }
}

/// `840 kB`, `4.2 MB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{} kB", bytes / 1000) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

/// What flights hold.
pub const FLIGHT: Duration = Duration::from_secs(60);
/// Between two flights that nobody asked for: the later one would hold what the earlier one does.
const FLIGHT_INTERVAL: Duration = Duration::from_secs(60);
/// Between two complaints of the same kind.
const LOSS_INTERVAL: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Disputes = Disputes { save: true, flights_max: 3 };

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn recording(bytes: u64) -> RecorderState {
        RecorderState { recording: true, path: Some("/r/a.mcap".into()), bytes, records: 1, ..RecorderState::default() }
    }

    #[test]
    fn f9_begins_and_ends_and_both_say_where_the_file_is() {
        let mut desk = Desk::default();
        let idle = RecorderState::default();
        assert_eq!(desk.toggle(s(1), &idle), Order::BeginFile);
        assert_eq!(desk.look(s(1), &idle), [""; 0], "the thread has not begun yet");
        assert_eq!(desk.look(s(2), &recording(0)), ["Recording. F9 ends it."]);
        assert_eq!(desk.view(s(84), &recording(4_210_000)).line(), "recording 1:23, 4.2 MB");
        assert_eq!(desk.toggle(s(84), &recording(4_210_000)), Order::EndFile);
        let said = desk.look(s(85), &RecorderState { recording: false, ..recording(4_210_000) });
        assert_eq!(said, ["Recording saved, 4.2 MB. /r/a.mcap"]);
        assert!(!desk.view(s(85), &idle).recording && !desk.wants_file());
    }

    #[test]
    fn a_full_disk_is_said_once_and_the_next_press_begins_anew() {
        let mut desk = Desk::default();
        desk.toggle(s(1), &RecorderState::default());
        desk.look(s(2), &recording(10));
        let full = RecorderState { recording: false, failure: Some("disk full".into()), ..recording(10) };
        assert_eq!(desk.look(s(3), &full), ["Recording stopped: disk full. The match goes on."]);
        assert_eq!(desk.look(s(4), &full), [""; 0]);
        assert_eq!(desk.toggle(s(5), &full), Order::BeginFile);
    }

    #[test]
    fn a_flight_that_cannot_be_saved_does_not_end_the_recording() {
        let mut desk = Desk::default();
        desk.toggle(s(1), &RecorderState::default());
        desk.look(s(2), &recording(10));
        let failed = RecorderState { failure: Some("no room".into()), ..recording(10) };
        assert_eq!(desk.look(s(3), &failed), ["Nothing was saved: no room."]);
        assert!(desk.view(s(4), &failed).recording);
    }

    #[test]
    fn a_recording_of_nothing_does_not_claim_the_file_of_the_one_before() {
        let mut desk = Desk::default();
        desk.toggle(s(1), &RecorderState::default());
        desk.look(s(2), &RecorderState { records: 0, ..recording(0) });
        desk.toggle(s(3), &RecorderState::default());
        let said = desk.look(s(4), &RecorderState { recording: false, records: 0, ..recording(0) });
        assert!(said[0].contains("no file"), "{said:?}");
    }

    #[test]
    fn losses_are_counted_from_where_this_recording_began_and_not_said_all_the_time() {
        let mut desk = Desk::default();
        let with = |lost| RecorderState { lost, ..recording(10) };
        desk.toggle(s(1), &with(5));
        assert_eq!(desk.look(s(2), &with(5)).len(), 1, "only that it began");
        assert!(desk.look(s(3), &with(9))[0].contains("lost 4 records"));
        assert_eq!(desk.look(s(4), &with(90)), [""; 0]);
        assert!(desk.look(s(9), &with(90))[0].contains("lost 85 records"));
        assert!(desk.view(s(9), &with(90)).line().ends_with("lost 85 records"));
    }

    #[test]
    fn a_disputed_shot_saves_a_flight_at_most_once_a_minute_and_so_often() {
        let mut desk = Desk::default();
        assert!(!desk.wants_flight(s(10), 0, RULES));
        assert!(desk.wants_flight(s(11), 1, RULES));
        assert!(!desk.wants_flight(s(12), 1, RULES), "the same shot");
        assert!(!desk.wants_flight(s(40), 2, RULES), "within the minute");
        assert!(!desk.wants_flight(s(80), 2, RULES), "that one is over");
        assert!(desk.wants_flight(s(81), 3, RULES));
        assert!(!desk.wants_flight(s(150), 0, RULES), "a new session");
        assert!(desk.wants_flight(s(151), 1, RULES));
        assert!(!desk.wants_flight(s(900), 2, RULES), "three are enough");
    }

    #[test]
    fn whoever_does_not_want_flights_gets_none() {
        let mut desk = Desk::default();
        assert!(!desk.wants_flight(s(11), 1, Disputes { save: false, ..RULES }));
    }

    #[test]
    fn every_saved_flight_is_told_once() {
        let mut desk = Desk::default();
        let saved = RecorderState { saved: vec!["/r/f1.mcap".into()], ..RecorderState::default() };
        assert_eq!(desk.look(s(1), &saved), ["What the last 60 s held is saved. /r/f1.mcap"]);
        assert_eq!(desk.look(s(2), &saved), [""; 0]);
    }
}
