//! What is read off one client in every frame, and the numbers that become of it. Integers only: a table of them is the
//! same on every machine.

use tickshot_client::lab::machine::Machine;
use tickshot_server::core::ServerCore;
use tickshot_shared::clock::{ServerTime, local_nanos};
use tickshot_shared::tick::Tick;

/// Microseconds unless named otherwise.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The server's true present minus display now.
    pub delay: Vec<i64>,
    /// Input now minus the server's true present.
    pub lead: Vec<i64>,
    /// Error of the client's idea of the server's present, without sign.
    pub clock_error: Vec<i64>,
    /// The client's own reading of the jitter down.
    pub jitter: Vec<i64>,
    /// How much faster than its quartz the client let input time run, without sign, parts per million.
    pub dilation_ppm: Vec<i64>,
    /// One per snapshot that was the newest in some frame.
    pub margin: Vec<i64>,
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    local: i64,
    input: ServerTime,
    newest: Tick,
}

impl Samples {
    pub fn read(&mut self, machine: &Machine, server: &ServerCore) {
        let Some(play) = machine.core.play() else { return };
        let (clocks, rate) = (play.clocks(), server.setup().rate);
        let present = true_time(machine, server);
        let us_between = |a: ServerTime, b: ServerTime| (a.0 - b.0) / 1000;
        if let Some(display) = clocks.display_now() {
            self.delay.push(us_between(present, display));
            self.jitter.push(clocks.jitter().as_micros() as i64);
        }
        if let Some(believed) = clocks.server_now() {
            self.clock_error.push(us_between(believed, present).abs());
        }
        let (Some(input), Some(newest)) = (clocks.input_now(), play.newest().map(|s| s.header)) else { return };
        self.lead.push(us_between(input, present));
        let local = local_nanos(machine.local(machine.drawn_at()));
        if let Some(last) = self.last {
            let (walked, passed) = (input.0 - last.input.0, local - last.local);
            // A jump is no dilation.
            if passed > 0 && (walked - passed).abs() <= passed / 10 {
                self.dilation_ppm.push((walked - passed).abs() * 1_000_000 / passed);
            }
        }
        if let Some(margin) = newest.margin_16ths.filter(|_| self.last.is_none_or(|last| newest.tick > last.newest)) {
            self.margin.push(i64::from(margin) * rate.tick_nanos() as i64 / 16_000);
        }
        self.last = Some(Last { local, input, newest: newest.tick });
    }

    pub fn add(&mut self, other: &Samples) {
        self.delay.extend(&other.delay);
        self.lead.extend(&other.lead);
        self.clock_error.extend(&other.clock_error);
        self.jitter.extend(&other.jitter);
        self.dilation_ppm.extend(&other.dilation_ppm);
        self.margin.extend(&other.margin);
    }
}

/// The server's present at this machine's latest frame.
pub fn true_time(machine: &Machine, server: &ServerCore) -> ServerTime {
    ServerTime(local_nanos(machine.drawn_at()) - local_nanos(server.deadline(Tick(0))))
}

/// The value that `percent` of them stay at or below (nearest rank); 0 of none.
pub fn percentile(values: &[i64], percent: usize) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or(0)
}

pub fn mean(values: &[i64]) -> i64 {
    if values.is_empty() { 0 } else { values.iter().sum::<i64>() / values.len() as i64 }
}
