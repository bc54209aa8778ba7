//! What a match says for a trace: its frames, inputs, packets, clocks, corrections and shots as messages.
//!
//! Everything here reads; what is recorded is what was drawn, sent and believed, not a computation of its own. Must not
//! know who asked, or where it goes.

use super::Play;
use crate::reconcile;
use crate::record::{slot_plus_one, stamp};
use crate::shots::Sight;
use crate::view::Controls;
use std::time::Duration;
use tickshot_shared::clock::{ServerTime, local_nanos};
use tickshot_shared::protocol::client_msg::{DISPLAY_DELAY_MAX, InputPacket};
use tickshot_shared::sim::input::{Input, OwnView};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;
use tickshot_trace::proto;

impl Play {
    /// The frame that was settled last, at `now`.
    pub(super) fn frame_record(&self, now: Duration) -> proto::Frame {
        let clocks = &self.clocks;
        let nanos = |time: Option<ServerTime>| time.map(|time| time.0);
        let cursor = self.cursor;
        let (own_from, own_fraction) = match self.own_drawn.map(|own| own.view) {
            Some(OwnView::Between { from, fraction, .. }) => (Some(from.0), fraction),
            Some(OwnView::WithOthers) | None => (None, 0),
        };
        let smoothing = if self.own_drawn.is_some() { self.own_offset().round().as_ivec2() } else { glam::IVec2::ZERO };
        let own = self.own_drawn.map(|own| own.pose.pos + smoothing);
        let others = self.others.iter();
        proto::Frame {
            at_ns: local_nanos(now),
            input_tick_ns: nanos(clocks.input_now()),
            server_tick_ns: nanos(clocks.server_now()),
            display_tick_ns: nanos(clocks.display_now()),
            display_delay_us: (clocks.display_delay_ms().max(0.0) * 1000.0).round() as u32,
            starved: cursor.is_some_and(|cursor| cursor.starved),
            a: cursor.map(|cursor| cursor.a.0),
            b: cursor.map_or(0, |cursor| cursor.b.0),
            fraction_256ths: cursor.map_or(0, |cursor| cursor.fraction.into()),
            own_x: own.map(|pos| pos.x),
            own_y: own.map_or(0, |pos| pos.y),
            smoothing_x: smoothing.x,
            smoothing_y: smoothing.y,
            own_from,
            own_fraction_256ths: own_fraction.into(),
            slots: others.clone().map(|(slot, _)| slot.0.into()).collect(),
            xs: others.clone().map(|(_, pose)| pose.pos.x).collect(),
            ys: others.clone().map(|(_, pose)| pose.pos.y).collect(),
            aims_1024ths: others.clone().map(|(_, pose)| pose.aim.into()).collect(),
            alive: others.map(|(_, pose)| pose.alive.into()).collect(),
        }
    }

    /// What is believed of the connection once snapshot `tick` was heard.
    pub(super) fn clock_record(&self, tick: Tick) -> proto::ClockEstimate {
        let clocks = &self.clocks;
        let micros = |time: Duration| u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        let between = |a: Option<ServerTime>, b: Option<ServerTime>| {
            let nanos = a.zip(b).map_or(0, |(a, b)| a.0.saturating_sub(b.0));
            (nanos / 1000).clamp(i32::MIN.into(), i32::MAX.into()) as i32
        };
        let tick_ms = 1000.0 / self.rate.hz() as f32;
        proto::ClockEstimate {
            tick: tick.0,
            rtt_us: clocks.rtt().map_or(0, micros),
            jitter_us: micros(clocks.jitter()),
            input_lead_us: between(clocks.input_now(), clocks.server_now()),
            display_lag_us: between(clocks.server_now(), clocks.display_now()),
            loss_up_pct: clocks.loss_up_pct(),
            loss_down_pct: clocks.loss_down_pct(),
            dilation_pct: clocks.dilation_pct(),
            input_margin_ms: clocks.input_margin_ticks().map(|ticks| ticks * tick_ms),
            clock_steps: clocks.clock_steps() as u32,
        }
    }

    /// The shot that input `tick` carries, as it was aimed.
    pub(super) fn shot_record(
        &self,
        tick: Tick,
        weapon: Weapon,
        sight: &Sight,
        claimed: Option<Slot>,
    ) -> proto::ShotSeen {
        let living = sight.others.iter().filter(|(_, pose)| pose.alive);
        proto::ShotSeen {
            tick: tick.0,
            at_ns: local_nanos(sight.at),
            aim: sight.aim.0.into(),
            weapon: weapon.index() as u32,
            muzzle_x: sight.muzzle.x,
            muzzle_y: sight.muzzle.y,
            stamp: stamp(self.slot, tick, &sight.stamp(self.modes.hits)),
            claimed: slot_plus_one(claimed),
            slots: living.clone().map(|(slot, _)| slot.0.into()).collect(),
            xs: living.clone().map(|(_, pose)| pose.pos.x).collect(),
            ys: living.map(|(_, pose)| pose.pos.y).collect(),
        }
    }
}

/// The input of `tick`, made at `now` of what was pressed.
pub(super) fn input(slot: Slot, tick: Tick, input: &Input, now: Duration, controls: &Controls) -> proto::InputSampled {
    proto::InputSampled {
        tick: tick.0,
        device_ns: local_nanos(controls.read_at.min(now)),
        made_ns: local_nanos(now),
        heading: input.heading.value().into(),
        aim: input.aim.0.into(),
        buttons: input.buttons.0.into(),
        weapon: input.weapon.index() as u32,
        stamp: input.view.and_then(|view| stamp(slot, tick, &view)),
    }
}

/// A packet that leaves at `now`; one without anything fresh is a probe.
pub(super) fn packet(packet: &InputPacket, fresh: u32, now: Duration, bytes: usize) -> proto::PacketSent {
    proto::PacketSent {
        sent_ns: local_nanos(now),
        newest: packet.newest.0,
        inputs: packet.inputs.len() as u32,
        fresh,
        ack: packet.ack.map(|ack| ack.0),
        ack_gaps: packet.ack.map_or(0, |_| !packet.ack_mask),
        display_delay: packet.display_delay.clamp(-DISPLAY_DELAY_MAX - 1, DISPLAY_DELAY_MAX).into(),
        ping: packet.ping.unwrap_or(0),
        bytes: bytes as u32,
        probe: fresh == 0,
    }
}

pub(super) fn correction(correction: &reconcile::Correction) -> proto::Correction {
    proto::Correction {
        tick: correction.tick.0,
        reason: correction.reason.name().to_owned(),
        units: correction.units,
        predicted_x: correction.predicted.x,
        predicted_y: correction.predicted.y,
        true_x: correction.truth.x,
        true_y: correction.truth.y,
    }
}
