//! Tables of what a server wrote: its ticks, what came in and went out, how it judged shots.

use super::{Name, Word};
use crate::export::parquet::table::rows;

rows! {
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
}
