//! Every table: what a row is, and what each column means. Nothing here computes.
//!
//! Every row has `process` (`server`, or a client's name), `local_ns` (its monotonic clock) and `t_ns`: the same moment on the
//! common time line, which is the server's local time if traces of both were given, or else the process's own.

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

    /// A tick of the server.
    Tick in "ticks" {
        /// server.
        process: Name,
        /// When it began, common time.
        t_ns: i64,
        /// When it began, local time.
        local_ns: i64,
        /// Number of the tick.
        tick: u32,
        /// When it was due, local time.
        deadline_ns: i64,
        /// It began so long after that.
        late_us: i32,
        /// Stage: read what arrived.
        receive_us: u32,
        /// Stage: control lane.
        control_us: u32,
        /// Stage: the world's step.
        step_us: u32,
        /// Stage: encode snapshots.
        snapshots_us: u32,
        /// Stage: hand them to the socket.
        flush_us: u32,
        /// All stages together.
        busy_us: u32,
        /// Ticks given up before this one.
        lost_ticks: u32,
        /// Players in the world.
        players: u32,
        /// Inputs that were missing and repeated or idle.
        inputs_missing: u32,
        /// Input packets handled.
        packets: u32,
        /// Snapshots sent.
        snapshots: u32,
        /// Bytes of those.
        snapshot_bytes: u32,
        /// World::hash of the state made.
        state_hash: u64,
    }

    /// The input that one player's tick was made with.
    Input in "inputs" {
        /// server.
        process: Name,
        /// When the tick began, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// Slot of the player.
        slot: u32,
        /// Its name.
        name: Name,
        /// used, repeated (missing) or idle (nothing to go by).
        used_as: Word,
        /// How long before its deadline the first copy arrived; null unless used and over the wire.
        margin_us: Option<i32>,
        /// Direction it walks in, as on the wire.
        heading: u32,
        /// Angle, 1/65536 turn clockwise from +x.
        aim: u32,
        /// Bits: 1 fire, 2 dash, 4 reload.
        buttons: u32,
        /// Weapon it wants.
        weapon: Word,
    }

    /// An input packet that arrived at the server.
    PacketArrived in "packets_received" {
        /// server.
        process: Name,
        /// Arrival at the socket, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// The first tick made after it.
        tick: u32,
        /// Slot of its sender.
        slot: u32,
        /// Name of its sender.
        name: Name,
        /// Newest input in it.
        newest_tick: i64,
        /// Inputs in it.
        inputs: u32,
        /// Inputs kept as the first of their tick.
        kept: u32,
        /// Inputs that came after their tick.
        late: u32,
        /// Newest snapshot it acks; null = none.
        ack_tick: Option<i64>,
        /// Display delay it declares, quarter ticks.
        display_delay_quarter_ticks: i32,
    }

    /// A snapshot that the server sent.
    SnapshotSent in "snapshots_sent" {
        /// server.
        process: Name,
        /// Leaving, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick of its state.
        tick: u32,
        /// Slot of its receiver.
        slot: u32,
        /// Name of its receiver.
        name: Name,
        /// Size without transport.
        bytes: u32,
        /// Age of its baseline in ticks; null = sent whole.
        baseline_age: Option<u32>,
        /// Players told of, beside the own one.
        entities: u32,
        /// Players put off for lack of room.
        deferred: u32,
        /// Header and padding.
        header_bits: u32,
        /// The receiver's own player.
        own_bits: u32,
        /// Pickups and rockets.
        scene_bits: u32,
        /// Who is visible.
        set_bits: u32,
        /// Other players: all the rest.
        entity_bits: u32,
    }

    /// Bits that one field group of other players took in all snapshots of a tick.
    FieldBits in "field_bits" {
        /// server.
        process: Name,
        /// When the tick began, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// Field group.
        field: Name,
        /// Bits.
        bits: u32,
    }

    /// A shot as the server judged it.
    Shot in "shots" {
        /// server.
        process: Name,
        /// When its tick began, common time; null = that tick is not in the trace.
        t_ns: Option<i64>,
        /// The same, local time.
        local_ns: Option<i64>,
        /// Its id.
        id: String,
        /// Tick.
        tick: u32,
        /// Slot of the shooter.
        shooter: u32,
        /// Name of the shooter.
        shooter_name: Name,
        /// Weapon.
        weapon: Word,
        /// Angle, 1/65536 turn clockwise from +x.
        aim: u32,
        /// Slot hit; null = nobody.
        hit: Option<u32>,
        /// Name of who was hit.
        hit_name: Option<Name>,
        /// Hit check that decided: none, whole_tick, exact.
        policy: Word,
        /// Slot hit without rewinding.
        hit_none: Option<u32>,
        /// Slot hit when rewinding to a whole tick.
        hit_whole_tick: Option<u32>,
        /// Slot hit when rewinding to the exact view.
        hit_exact: Option<u32>,
        /// Why the claim was not taken as it is: none, cap, ahead, early, late, unknown.
        clamp: Word,
        /// Age of the view claimed, ms.
        claimed_age_ms: f64,
        /// Age of the view used, ms.
        used_age_ms: f64,
        /// Where it began, units (1/1024 m).
        muzzle_x: i32,
        /// Where it began, units.
        muzzle_y: i32,
        /// How far it flew, mm.
        range_mm: f64,
        /// Slot of the body nearest to the ray that was looked at; null = none.
        target: Option<u32>,
        /// Name of it.
        target_name: Option<Name>,
        /// What became of it: rewound, dead, respawned, not_told.
        target_fate: Option<Word>,
        /// Where the shooter had it on screen, by its claim, units.
        drawn_x: Option<i32>,
        /// The same.
        drawn_y: Option<i32>,
        /// Where it was tested, units.
        tested_x: Option<i32>,
        /// The same.
        tested_y: Option<i32>,
        /// Where it was at the tick, units.
        present_x: Option<i32>,
        /// The same.
        present_y: Option<i32>,
        /// Between drawn and tested, mm.
        drawn_to_tested_mm: Option<f64>,
        /// Between tested and present, mm: how far the past reached.
        tested_to_present_mm: Option<f64>,
    }

    /// A player's state after a tick, made again.
    PlayerState in "players" {
        /// server.
        process: Name,
        /// When the tick began, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// Slot.
        slot: u32,
        /// Name.
        name: Name,
        /// Centre of the body, units (1/1024 m).
        x: i32,
        /// The same.
        y: i32,
        /// Units per tick.
        vel_x: i32,
        /// The same.
        vel_y: i32,
        /// 1/1024 turn clockwise from +x.
        aim_1024ths: u32,
        /// Lives.
        alive: bool,
        /// 0 to 100.
        health: u32,
        /// 0 to 100.
        armour: u32,
        /// Weapon held.
        weapon: Word,
        /// amber, azure; null = no sides.
        team: Option<Word>,
        /// Kills so far.
        kills: u32,
        /// Deaths so far.
        deaths: u32,
    }

    /// Something that happened in a tick, made again.
    Event in "events" {
        /// server.
        process: Name,
        /// When the tick began, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// shot, hurt, killed, respawned, burst, picked_up, phase_began.
        kind: Word,
        /// Whom it concerns; null = everybody.
        slot: Option<u32>,
        /// Its name.
        name: Option<Name>,
        /// Shot: who was hit. Hurt, killed: by whom.
        other: Option<u32>,
        /// Its name.
        other_name: Option<Name>,
        /// Shot: range in units. Hurt: damage. Picked up: number of the pickup. Phase: which.
        amount: Option<i32>,
    }

    /// Somebody was killed, made again.
    Kill in "kills" {
        /// server.
        process: Name,
        /// When the tick began, common time.
        t_ns: i64,
        /// The same, local time.
        local_ns: i64,
        /// Tick.
        tick: u32,
        /// Slot of the killer; the victim's own, if its rocket did it.
        killer: u32,
        /// Its name.
        killer_name: Name,
        /// Slot of the victim.
        victim: u32,
        /// Its name.
        victim_name: Name,
        /// Weapon.
        weapon: Word,
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
