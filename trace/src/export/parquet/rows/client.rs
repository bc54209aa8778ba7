//! Tables of what a client wrote: what it drew, made, sent, got and believed.

use super::{Name, Word};
use crate::export::parquet::table::rows;

rows! {
    /// A frame of a client.
    Frame in "frames" {
        /// Client.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// Input now, server time since tick 0; null = not known yet.
        input_tick_ns: Option<i64>,
        /// Server now, likewise.
        server_tick_ns: Option<i64>,
        /// Display now, likewise.
        display_tick_ns: Option<i64>,
        /// How far display now lies behind what a quick way would have brought.
        display_delay_us: u32,
        /// There was no snapshot to interpolate to.
        starved: bool,
        /// Others are drawn from this snapshot.
        a: Option<u32>,
        /// To this one.
        b: Option<u32>,
        /// At this fraction, 1/256.
        fraction_256ths: Option<u32>,
        /// Own body as drawn, units.
        own_x: Option<i32>,
        /// The same.
        own_y: Option<i32>,
        /// Smoothing in it, mm.
        smoothing_mm: f64,
        /// Others drawn.
        drawn: u32,
    }

    /// One other player as drawn in one frame.
    Drawn in "drawn" {
        /// Client.
        process: Name,
        /// Common time of the frame.
        t_ns: i64,
        /// Local time of the frame.
        local_ns: i64,
        /// Slot of the player drawn.
        slot: u32,
        /// Its name.
        name: Name,
        /// Units.
        x: i32,
        /// Units.
        y: i32,
        /// 1/1024 turn.
        aim_1024ths: u32,
        /// Drawn as one who lives.
        alive: bool,
    }

    /// An input as its player's client made it.
    InputSampled in "inputs_sampled" {
        /// Client.
        process: Name,
        /// When keys and mouse were read, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Its tick.
        tick: u32,
        /// From reading the keys to the input, us.
        made_after_us: i64,
        /// Direction, as on the wire.
        heading: u32,
        /// 1/65536 turn.
        aim: u32,
        /// Bits: 1 fire, 2 dash, 4 reload.
        buttons: u32,
        /// Weapon wanted.
        weapon: Word,
    }

    /// An input packet that a client sent.
    PacketSent in "packets_sent" {
        /// Client.
        process: Name,
        /// Leaving, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Newest input in it.
        newest_tick: u32,
        /// Inputs in it.
        inputs: u32,
        /// Inputs in it for the first time.
        fresh: u32,
        /// Newest snapshot it acks.
        ack_tick: Option<u32>,
        /// Size without transport.
        bytes: u32,
        /// Number of its ping.
        ping: u32,
        /// Only asks for the time.
        probe: bool,
    }

    /// A snapshot that reached a client.
    SnapshotReceived in "snapshots_received" {
        /// Client.
        process: Name,
        /// Arrival at the socket, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick of its state.
        tick: u32,
        /// From the socket to being looked at, us.
        handled_after_us: i64,
        /// Size without transport.
        bytes: u32,
        /// Age of its baseline; null = whole.
        baseline_age: Option<u32>,
        /// Other players in it.
        entities: u32,
        /// What became of the own input: used, repeated, idle.
        input_use: Word,
        /// Margin of the own input, ms.
        margin_ms: Option<f64>,
        /// Why it was not used; empty = it was.
        dropped: String,
    }

    /// What a client believed of its connection, when an answer to a ping came.
    Clock in "clocks" {
        /// Client.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// Round trip, less the server's hold.
        rtt_us: u32,
        /// Jitter.
        jitter_us: u32,
        /// Input now minus server now.
        input_lead_us: i32,
        /// Server now minus display now.
        display_lag_us: i32,
        /// Packets lost up, percent.
        loss_up_pct: f64,
        /// Packets lost down, percent.
        loss_down_pct: f64,
        /// How much quicker its ticks run than the server's, percent.
        dilation_pct: f64,
        /// Input margin, ms.
        input_margin_ms: Option<f64>,
        /// Clock steps found so far.
        clock_steps: u32,
    }

    /// Prediction met truth and was replaced.
    Correction in "corrections" {
        /// Client.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// Tick that differed.
        tick: u32,
        /// Why: join, respawn, death, knock_back, late_input, pickup, unexplained.
        reason: String,
        /// By how much, units.
        units: u32,
        /// By how much, mm.
        mm: f64,
        /// Predicted, units.
        predicted_x: i32,
        /// The same.
        predicted_y: i32,
        /// True, units.
        true_x: i32,
        /// The same.
        true_y: i32,
    }

    /// Modes and links of a client from now on.
    Mode in "modes" {
        /// Client.
        process: Name,
        /// Common time.
        t_ns: i64,
        /// Local time.
        local_ns: i64,
        /// Modes.
        modes: String,
        /// The link it conditions itself.
        link: String,
        /// The link that the server imposes.
        imposed_link: String,
    }

    /// A shot as its shooter's screen had it.
    ShotSeen in "shots_seen" {
        /// Client.
        process: Name,
        /// When the finger came down, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick of the input that carries it.
        tick: u32,
        /// Angle, 1/65536 turn.
        aim: u32,
        /// Weapon.
        weapon: Word,
        /// Muzzle, units.
        muzzle_x: i32,
        /// The same.
        muzzle_y: i32,
        /// Slot under the crosshair; null = nobody.
        claimed: Option<u32>,
        /// Enemies drawn.
        drawn: u32,
    }
}
