//! One player's inputs by tick: filed as they arrive, taken once, each tick.
//!
//! Time line: input *P* was sampled by the client at its input now *P*, repeated in up to
//! [`INPUTS_PER_PACKET_MAX`](tickshot_shared::limits::INPUTS_PER_PACKET_MAX) packets, and must be here before the
//! server steps tick *P*. The first copy wins; a copy that comes after its tick is late and dropped. Both are counted.
//!
//! Knows nothing of sessions or the network: it takes decoded inputs.

use std::time::Duration;
use tickshot_shared::limits::{HISTORY_TICKS, INPUT_AHEAD_TICKS_MAX, INPUT_REPEATS_MAX};
use tickshot_shared::protocol::server_msg::InputUse;
use tickshot_shared::sim::input::Input;
use tickshot_shared::tick::Tick;

/// Inputs of one player that wait for their tick.
#[derive(Clone, Debug)]
pub struct InputBuffer {
    /// Slot `tick % RING` holds the input of that tick.
    ring: Vec<Option<Held>>,
    /// Last input that was used; repeated when one is missing.
    last: Option<Input>,
    /// How many ticks in a row had no input.
    missing_run: u32,
    pub counts: InputCounts,
}

/// The first copy of the input of one tick.
#[derive(Clone, Copy, Debug)]
struct Held {
    tick: Tick,
    input: Input,
    arrived: Duration,
}

/// What happened to the inputs of one player (or, summed, of all).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct InputCounts {
    /// Ticks that used the player's own input of that tick.
    pub used: u64,
    /// Copies that came after their tick was stepped and had not been used in time.
    pub late: u64,
    /// Ticks of a playing client that had no input: the last was used again, without its trigger.
    pub missing: u64,
    /// Further copies of an input that was already here or already used (redundancy at work).
    pub duplicate: u64,
    /// Inputs too far in the future to be kept.
    pub too_early: u64,
}

/// What became of one filed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    Kept,
    Duplicate,
    Late,
    TooEarly,
}

impl InputBuffer {
    pub fn new() -> InputBuffer {
        InputBuffer { ring: vec![None; RING], last: None, missing_run: 0, counts: InputCounts::default() }
    }

    /// Another match begins: inputs of the one before are of no use. What was counted stays.
    pub fn forget(&mut self) {
        *self = InputBuffer { counts: self.counts, ..InputBuffer::new() };
    }

    /// File one copy of the input of `tick`; `next` is the tick the server steps next.
    pub fn file(&mut self, next: Tick, tick: Tick, input: Input, arrived: Duration) -> Filed {
        if tick < next {
            return self.file_past(next, tick);
        }
        if tick.since(next).is_none_or(|ahead| ahead > INPUT_AHEAD_TICKS_MAX) {
            self.counts.too_early += 1;
            return Filed::TooEarly;
        }
        let place = &mut self.ring[tick.0 as usize % RING];
        match place {
            Some(held) if held.tick == tick => {
                self.counts.duplicate += 1;
                Filed::Duplicate
            }
            _ => {
                *place = Some(Held { tick, input, arrived });
                Filed::Kept
            }
        }
    }

    /// The input to use for `tick`, called once per tick in order. `None` = nothing to go by: stand still.
    pub fn take(&mut self, tick: Tick) -> (Option<Input>, InputUse) {
        if let Some(Held { input, .. }) = self.held(tick) {
            self.last = Some(input);
            self.missing_run = 0;
            self.counts.used += 1;
            return (Some(input), InputUse::Used);
        }
        let Some(last) = self.last else { return (None, InputUse::Idle) };
        self.missing_run += 1;
        self.counts.missing += 1;
        if self.missing_run > INPUT_REPEATS_MAX {
            return (None, InputUse::Idle);
        }
        (Some(last.repeated()), InputUse::Repeated)
    }

    /// When the first copy of the input of `tick` arrived; `None` = not at all, or too late. Known for as long as repeats
    /// are recognised. A time and not a margin: deadlines move when the server loses time.
    pub fn arrived(&self, tick: Tick) -> Option<Duration> {
        self.held(tick).map(|held| held.arrived)
    }

    fn held(&self, tick: Tick) -> Option<Held> {
        self.ring[tick.0 as usize % RING].filter(|held| held.tick == tick)
    }

    /// What [`take`](Self::take) gave for `tick`, while it is remembered. `None` = nothing to go by.
    pub fn used(&self, tick: Tick) -> Option<Input> {
        let held =
            |tick: Tick| self.ring[tick.0 as usize % RING].filter(|held| held.tick == tick).map(|held| held.input);
        let earlier = || (1..=INPUT_REPEATS_MAX).filter_map(|age| tick.checked_minus(age)).find_map(held);
        held(tick).or_else(|| earlier().map(Input::repeated))
    }

    /// A copy of an input whose tick is over: a repeat of one that was used, or too late to be of use.
    fn file_past(&mut self, next: Tick, tick: Tick) -> Filed {
        // The ring keeps used inputs until their place is needed, which is long enough to tell the two apart.
        let was_here = self.held(tick).is_some();
        let forgotten = next.since(tick).is_some_and(|age| age as usize >= RING - INPUT_AHEAD_TICKS_MAX as usize);
        if was_here || forgotten {
            self.counts.duplicate += 1;
            Filed::Duplicate
        } else {
            self.counts.late += 1;
            Filed::Late
        }
    }
}

impl Default for InputBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl InputCounts {
    /// Ticks of a playing client that were made since `before` was counted.
    pub fn ticks_since(&self, before: InputCounts) -> u64 {
        self.used + self.missing - before.used - before.missing
    }
}

impl std::ops::AddAssign for InputCounts {
    fn add_assign(&mut self, other: InputCounts) {
        self.used += other.used;
        self.late += other.late;
        self.missing += other.missing;
        self.duplicate += other.duplicate;
        self.too_early += other.too_early;
    }
}

/// Places in the ring: all that may be ahead, and behind as many as anybody may ask for, of which the first may repeat one
/// before it. So what [`InputBuffer::used`] says never depends on how far ahead the client runs.
const RING: usize = 2 * HISTORY_TICKS;
const _: () = assert!(RING >= HISTORY_TICKS + (INPUT_REPEATS_MAX + INPUT_AHEAD_TICKS_MAX) as usize);

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::sim::input::{Buttons, Heading};

    fn walk(heading: u8) -> Input {
        Input { heading: Heading::new(heading).unwrap(), ..Input::default() }
    }

    #[test]
    fn the_first_copy_of_an_input_wins() {
        let mut buffer = InputBuffer::new();
        assert_eq!(buffer.file(Tick(5), Tick(6), walk(1), Duration::ZERO), Filed::Kept);
        assert_eq!(buffer.file(Tick(5), Tick(6), walk(2), Duration::ZERO), Filed::Duplicate);
        assert_eq!(buffer.take(Tick(5)), (None, InputUse::Idle));
        assert_eq!(buffer.take(Tick(6)), (Some(walk(1)), InputUse::Used));
    }

    #[test]
    fn a_missing_input_repeats_the_last_without_its_trigger_and_then_stands_still() {
        let mut buffer = InputBuffer::new();
        buffer.file(Tick(1), Tick(1), Input { buttons: Buttons::FIRE, ..walk(3) }, Duration::ZERO);
        buffer.take(Tick(1));
        assert_eq!(buffer.take(Tick(2)), (Some(walk(3)), InputUse::Repeated));
        for t in 3..=17 {
            assert_eq!(buffer.take(Tick(t)).1, InputUse::Repeated);
        }
        assert_eq!(buffer.take(Tick(18)), (None, InputUse::Idle));
        assert_eq!(buffer.counts.missing, 17);
    }

    #[test]
    fn repeats_of_used_inputs_are_duplicates_and_unused_ones_are_late() {
        let mut buffer = InputBuffer::new();
        buffer.file(Tick(1), Tick(1), walk(1), Duration::ZERO);
        buffer.take(Tick(1));
        buffer.take(Tick(2));
        assert_eq!(buffer.file(Tick(3), Tick(1), walk(1), Duration::ZERO), Filed::Duplicate);
        assert_eq!(buffer.file(Tick(3), Tick(2), walk(1), Duration::ZERO), Filed::Late);
        assert_eq!(buffer.file(Tick(3), Tick(3 + INPUT_AHEAD_TICKS_MAX + 1), walk(1), Duration::ZERO), Filed::TooEarly);
    }
}
