//! The hash of a world: its canonical bytes, in one written order, and nothing that depends on the machine.
//!
//! Stands alone because the order of these bytes is a promise: traces and replays compare hashes across builds.

use super::world::{Player, World};

impl World {
    /// First 8 bytes (little-endian) of BLAKE3 over every field of the state: equal worlds, equal hash, on any machine.
    pub fn hash(&self) -> u64 {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.players.len() * (1 + PLAYER_BYTES));
        bytes.extend(self.tick.0.to_le_bytes());
        bytes.extend(self.rate.hz().to_le_bytes());
        bytes.extend(self.rng.0.to_le_bytes());
        bytes.extend((self.players.len() as u32).to_le_bytes());
        for player in &self.players {
            bytes.push(u8::from(player.is_some()));
            if let Some(player) = player {
                append_player(&mut bytes, player);
            }
        }
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(&bytes).as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

fn append_player(bytes: &mut Vec<u8>, player: &Player) {
    // Taken apart by name: a new field does not compile until it is hashed.
    let Player {
        pos,
        aim,
        heading,
        alive,
        weapon,
        shot_seq,
        shot_range,
        vel,
        health,
        armour,
        fire_cooldown,
        magazines,
        reserves,
        reload_ticks,
        dash_ticks,
        dash_cooldown,
        frozen_ticks,
        respawn_ticks,
        hits,
        hurt_seq,
        hurt_from,
        pickup_seq,
        team,
        kills,
        deaths,
    } = *player;
    for number in [pos.x, pos.y, vel.x, vel.y] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [aim, respawn_ticks, reload_ticks, dash_cooldown, frozen_ticks, kills, deaths] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([
        heading.value(),
        u8::from(alive),
        weapon as u8,
        team.map_or(0, |team| 1 + team as u8),
        shot_seq,
        shot_range,
        health,
        armour,
        fire_cooldown,
        dash_ticks,
        hits,
        hurt_seq,
        hurt_from,
        pickup_seq,
    ]);
    bytes.extend(magazines);
    bytes.extend(reserves);
}

const HEAD_BYTES: usize = 20;
const PLAYER_BYTES: usize = 50;
