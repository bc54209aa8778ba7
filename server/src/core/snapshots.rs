//! Snapshots: what each client may know of the state just made, as bytes, at once.
//!
//! Time line of state *P*: it is made, and before anything else happens everyone whose turn it is is told. What a client may
//! know is for [`crate::interest`] to say, how it is written for the encoder; here they meet, with what the server has to say
//! about that client's inputs and pings. Must not know how bytes travel.

use super::{ServerCore, Wanted};
use crate::metrics::ratio;
use crate::sessions::SessionState;
use std::collections::BTreeMap;
use std::time::Duration;
use tickshot_shared::protocol::scene::Scene;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::protocol::snapshot::SnapshotRequest;
use tickshot_shared::tick::TickRate;

impl ServerCore {
    /// Encode state `world.tick` for every playing client whose turn it is; `send` gets (client id, bytes).
    pub fn encode_snapshots(&mut self, clock: &dyn Fn() -> Duration, send: &mut dyn FnMut(u64, &[u8])) {
        let tick = self.world.tick;
        let deadline = self.deadline(tick);
        let rules = self.setup.rules;
        self.encoder.begin(tick);
        self.sent_at.record(tick, clock());
        for (client_id, session) in self.sessions.iter_mut() {
            let SessionState::Playing(slot) = session.state else { continue };
            // Those who want fewer snapshots get them in turns, so that no tick has to make them all.
            let every = u32::from(Wanted::granted(rules, session).snapshot_every.max(1));
            if !tick.plus(slot.0.into()).0.is_multiple_of(every) {
                continue;
            }
            let in_sight = &mut self.scratch.in_sight;
            self.interest.look(&self.arena, &self.world, slot, every, in_sight);
            let inputs = self.seats[slot.index()].as_ref().map(|seat| &seat.inputs);
            let header = SnapshotHeader {
                tick,
                // The encoder fills in the baseline it really used.
                baseline: None,
                input_use: self.scratch.uses[slot.index()],
                margin_16ths: inputs
                    .and_then(|i| i.arrived(tick))
                    .map(|arrived| margin_16ths(deadline, arrived, self.setup.rate)),
                received: session.received,
                starved: inputs.map_or(0, |inputs| inputs.counts.missing as u8),
                pong: session.take_pong(clock(), deadline),
            };
            let (told, baseline) = session.told.begin(tick);
            self.scratch.snapshot.clear();
            let request = SnapshotRequest {
                header,
                history: &self.history,
                own: Some(slot),
                baseline,
                visible: &in_sight.players,
                scene: Scene { pickups: in_sight.pickups, rockets: &in_sight.rockets },
                priority: &mut session.priority,
            };
            let stats = self.encoder.encode(request, told, &mut self.scratch.snapshot);
            self.metrics.record_snapshot(self.scratch.snapshot.len());
            self.metrics.entity_bits += u64::from(stats.entity_bits);
            self.metrics.entities_sent += u64::from(stats.sent);
            self.metrics.entities_deferred += u64::from(stats.deferred);
            self.metrics.rockets_deferred += u64::from(stats.rockets_deferred);
            if let Some(recording) = &mut self.recording {
                recording.note_snapshot(slot, clock(), &stats);
            }
            send(client_id, &self.scratch.snapshot);
        }
    }

    /// Bits per field of an entity, averaged over all entities sent.
    pub fn field_bits(&self) -> BTreeMap<&'static str, f64> {
        self.encoder
            .field_bits()
            .into_iter()
            .map(|(name, bits)| (name, ratio(bits, self.metrics.entities_sent)))
            .collect()
    }
}

/// How long before `deadline` something `arrived`, in 1/16 tick, rounded down; negative = after it.
fn margin_16ths(deadline: Duration, arrived: Duration, rate: TickRate) -> i16 {
    let nanos = deadline.as_nanos() as i128 - arrived.as_nanos() as i128;
    let sixteenths = (nanos * 16).div_euclid(i128::from(rate.tick_nanos()));
    sixteenths.clamp(i128::from(i16::MIN), i128::from(i16::MAX)) as i16
}
