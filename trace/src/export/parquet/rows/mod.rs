//! Every table: what a row is, and what each column means. Nothing here computes. Here stand the tables that both ends fill.
//!
//! Every row has `process` (`server`, or a client's name), `local_ns` (its monotonic clock) and `t_ns`: the same moment on the
//! common time line, which is the server's local time if traces of both were given, or else the process's own.

pub(super) mod client;
pub(super) mod replay;
pub(super) mod server;

use super::table::rows;
use std::sync::Arc;

type Name = Arc<str>;
type Word = &'static str;

rows! {
    /// A process whose trace was exported.
    Process in "processes" {
        /// Name of the process.
        process: Name,
        /// server or client.
        role: Word,
        /// Name in its header.
        name: String,
        /// Version of the program.
        build: String,
        /// Operating system and processor.
        system: String,
        /// Slot it played last; null for a server.
        slot: Option<u32>,
        /// Unix time, ns, when its local clock was zero, as its wall clock had it.
        unix_ns_at_zero: i64,
        /// Ticks per second.
        tick_rate_hz: u32,
        /// Its clock is on the common time line.
        merged: bool,
        /// Server time minus local time, ns, at the middle of its trace; null = not known.
        offset_ns: Option<i64>,
        /// The truth is no further from it than this, ns.
        offset_bound_ns: Option<i64>,
        /// Drift against the server's clock, parts per million.
        drift_ppm: Option<f64>,
        /// Records its recorder lost.
        records_lost: u64,
        /// Its file ends as a recording that was stopped does.
        finished: bool,
    }

    /// Somebody came, went or was refused.
    Session in "sessions" {
        /// Who tells.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// admitted, left, refused, present; of a client: connecting, playing, ended.
        state: String,
        /// The tick made last; null for clients.
        tick: Option<u32>,
        /// Slot; null for clients.
        slot: Option<u32>,
        /// Name.
        name: Name,
        /// Server bot.
        bot: bool,
        /// Netcode id, hexadecimal.
        client_id: String,
        /// Why.
        reason: String,
    }

    /// Counts of a process since it, or its session, began; once a second.
    Total in "totals" {
        /// Who tells.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// Bytes received.
        bytes_in: u64,
        /// Bytes sent.
        bytes_out: u64,
        /// Server: players. Null for clients.
        players: Option<u32>,
        /// Server: CPU time of the process, us.
        cpu_us: Option<u64>,
        /// Server: datagrams dropped, all reasons.
        drops: Option<u64>,
        /// Client: frames.
        frames: Option<u64>,
        /// Client: frames without a snapshot to interpolate to.
        frames_starved: Option<u64>,
        /// Client: inputs made.
        inputs: Option<u64>,
        /// Client: ticks the server made while connected.
        server_ticks: Option<u64>,
        /// Client: those without its input.
        server_starved_ticks: Option<u64>,
        /// Client: corrections without a reason.
        corrections_unexplained: Option<u64>,
    }
}
