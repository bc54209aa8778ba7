//! Tables of what a server's trace only implies: found by making its ticks again.

use super::{Name, Word};
use crate::export::parquet::table::rows;

rows! {
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
}
