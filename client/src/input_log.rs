//! The inputs this client produced, by tick: what goes into packets and what a replay uses.
//!
//! Must not know what an input does.

use tickshot_shared::limits::{HISTORY_TICKS, INPUT_REPEATS_MAX, INPUTS_PER_PACKET_MAX};
use tickshot_shared::protocol::client_msg::InputRun;
use tickshot_shared::sim::input::Input;
use tickshot_shared::sim::world::Player;
use tickshot_shared::tick::Tick;

/// Ring of the last [`HISTORY_TICKS`] inputs.
#[derive(Clone, Debug)]
pub struct InputLog {
    ring: Vec<Option<(Tick, Input)>>,
    newest: Option<Tick>,
    /// Newest tick the server has certainly stepped: inputs up to it need no repeating.
    acked: Option<Tick>,
}

impl InputLog {
    pub fn new() -> InputLog {
        InputLog { ring: vec![None; HISTORY_TICKS], newest: None, acked: None }
    }

    /// Logs the input of `tick`, which must be later than every tick logged before.
    pub fn push(&mut self, tick: Tick, input: Input) {
        debug_assert!(self.newest.is_none_or(|newest| newest < tick), "the pacer gives each tick once");
        self.ring[row_of(tick)] = Some((tick, input));
        self.newest = Some(tick);
    }

    /// A snapshot of `tick` came: the server is done with inputs up to it.
    pub fn handle_ack(&mut self, tick: Tick) {
        self.acked = self.acked.max(Some(tick));
    }

    pub fn at(&self, tick: Tick) -> Option<Input> {
        self.ring[row_of(tick)].filter(|(held, _)| *held == tick).map(|(_, input)| input)
    }

    pub fn newest(&self) -> Option<Tick> {
        self.newest
    }

    /// The run for the next packet: consecutive un-acked inputs, the newest last, at most `most` (1 to
    /// [`INPUTS_PER_PACKET_MAX`]). The newest is sent even if acked. `None` before the first input.
    pub fn unacked(&self, most: usize) -> Option<(Tick, InputRun)> {
        let newest = self.newest?;
        let mut inputs = [Input::default(); INPUTS_PER_PACKET_MAX];
        let mut first = INPUTS_PER_PACKET_MAX;
        let mut tick = newest;
        while let Some(input) = self.at(tick)
            && first > INPUTS_PER_PACKET_MAX.saturating_sub(most.max(1))
            && (first == INPUTS_PER_PACKET_MAX || self.acked.is_none_or(|acked| tick > acked))
        {
            first -= 1;
            inputs[first] = input;
            let Some(before) = tick.checked_minus(1) else { break };
            tick = before;
        }
        InputRun::of(&inputs[first..]).map(|run| (newest, run))
    }

    /// What the server uses for `tick`, as far as this client can know: its input; for a tick it skipped, the one before
    /// without the trigger; else nothing, which means "stand still and keep the aim" of `player`.
    pub fn assumed(&self, tick: Tick, player: &Player) -> Input {
        if let Some(input) = self.at(tick) {
            return input;
        }
        let earlier = (1..=INPUT_REPEATS_MAX).filter_map(|age| tick.checked_minus(age)).find_map(|t| self.at(t));
        match earlier {
            Some(last) => last.repeated(),
            None => Input::idle(player),
        }
    }
}

impl Default for InputLog {
    fn default() -> Self {
        Self::new()
    }
}

fn row_of(tick: Tick) -> usize {
    tick.0 as usize % HISTORY_TICKS
}

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::sim::angle::Turn;
    use tickshot_shared::sim::input::{Buttons, Heading};

    fn walk(heading: u8) -> Input {
        Input { heading: Heading::new(heading).unwrap(), ..Input::default() }
    }

    #[test]
    fn a_packet_repeats_what_is_not_acked_and_at_most_eight() {
        let mut log = InputLog::new();
        assert!(log.unacked(INPUTS_PER_PACKET_MAX).is_none());
        for t in 10..=20 {
            log.push(Tick(t), walk((t % 9) as u8));
        }
        let (newest, run) = log.unacked(INPUTS_PER_PACKET_MAX).unwrap();
        assert_eq!((newest, run.len()), (Tick(20), 8));
        assert_eq!(run[0], walk(13 % 9));
        log.handle_ack(Tick(17));
        log.handle_ack(Tick(12));
        assert_eq!(log.unacked(INPUTS_PER_PACKET_MAX).unwrap().1.len(), 3);
        log.handle_ack(Tick(30));
        assert_eq!(log.unacked(INPUTS_PER_PACKET_MAX).unwrap().1.len(), 1);
    }

    #[test]
    fn a_run_never_spans_a_skipped_tick() {
        let mut log = InputLog::new();
        log.push(Tick(1), walk(1));
        log.push(Tick(5), walk(5));
        log.push(Tick(6), walk(6));
        assert_eq!(log.unacked(INPUTS_PER_PACKET_MAX).unwrap().1.len(), 2);
    }

    #[test]
    fn a_skipped_tick_is_assumed_to_repeat_the_walk_but_not_the_trigger() {
        let mut log = InputLog::new();
        log.push(Tick(4), Input { buttons: Buttons::FIRE, ..walk(3) });
        let player = Player { aim: 7, ..Player::default() };
        assert_eq!(log.assumed(Tick(5), &player), walk(3));
        assert_eq!(log.assumed(Tick(3), &player), Input { aim: Turn(7 << 6), ..Input::default() });
        assert_eq!(log.assumed(Tick(40), &player), Input { aim: Turn(7 << 6), ..Input::default() });
    }
}
