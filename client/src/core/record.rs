//! What a session says of itself for a trace, beside its match: who it is to the server, where it stands, and under which
//! switches.

use super::{ClientCore, Phase};
use tickshot_shared::ids::Id;
use tickshot_shared::sim::arena::MapHash;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::TickRate;
use tickshot_trace::proto;
use tickshot_trace::record::Batch;

impl ClientCore {
    /// Begin, or cease, to say what happens. It begins with where the session stands; what was said before stays to be
    /// taken.
    pub fn set_recording(&mut self, on: bool) {
        if self.tape.is_on() == on {
            return;
        }
        self.tape.set(on);
        self.note_state();
        self.note_welcome();
        self.note_switched(0);
    }

    /// Append what has happened since the last call. More than a frame's worth is not kept, but counted in a record.
    pub fn take_records(&mut self, out: &mut Batch) {
        self.tape.take(out);
    }

    /// The number that names our netcode session: the server's trace says it, too.
    pub fn set_client_id(&mut self, client_id: u64) {
        self.client_id = client_id;
    }

    /// What has passed the socket since the session began: datagram payload, bytes.
    pub fn set_traffic(&mut self, bytes_in: u64, bytes_out: u64) {
        self.tape.set_traffic(bytes_in, bytes_out);
    }

    pub(super) fn note_state(&mut self) {
        let (state, reason) = match &self.phase {
            Phase::Play(play) if play.has_begun() => ("playing", String::new()),
            Phase::AwaitWelcome | Phase::LoadMap { .. } | Phase::Play(_) => ("connecting", String::new()),
            Phase::Ended { ending, .. } => ("ended", ending.to_string()),
        };
        self.tape.note_state(state, reason);
    }

    pub(super) fn note_welcome(&mut self) {
        let Some(welcomed) = &self.welcomed else { return };
        let client_id = self.client_id;
        self.tape.note(self.tape.now(), || proto::Welcomed { client_id, ..welcomed.clone() });
    }

    pub(super) fn note_switched(&mut self, frozen_ms: u32) {
        let (switches, imposed) = (&self.config.switches, &self.rules.imposed_link);
        self.tape.note(self.tape.now(), || proto::Switched {
            modes: switches.modes.to_string(),
            link: if switches.link.is_clean() { String::new() } else { switches.link.to_string() },
            imposed_link: imposed.clone(),
            frozen_ms,
        });
    }
}

/// A welcome, or the next match, but for the number of the session.
pub(super) fn welcomed(
    slot: Slot,
    capacity: u16,
    rate: TickRate,
    id: Id,
    map_name: &str,
    map_hash: MapHash,
) -> proto::Welcomed {
    proto::Welcomed {
        client_id: 0,
        slot: slot.0.into(),
        capacity: capacity.into(),
        tick_rate_hz: rate.hz(),
        match_id: id.0.to_vec(),
        map_name: map_name.to_owned(),
        map_hash: map_hash.0.to_vec(),
    }
}
