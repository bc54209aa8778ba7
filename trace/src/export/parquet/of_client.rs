//! Clients' tables: frames and what they drew, inputs, packets, snapshots, clocks, corrections, modes, shots.

use super::rows::client::{
    Clock, Correction, Drawn, Frame, InputSampled, Mode, PacketSent, ShotSeen, SnapshotReceived,
};
use super::{Of, Tables, entry, of_clients};
use crate::export::text::{USES, WEAPONS, mm, slot_of, word};
use crate::export::{ExportError, Sources};
use crate::proto;

pub(super) fn write(tables: &mut Tables<'_>, sources: &Sources<'_>) -> Result<(), ExportError> {
    tables.write(of_clients(sources, |of| of.from.trace.frames.iter().map(move |frame| frame_row(&of, frame))))?;
    tables
        .write(of_clients(sources, |of| of.from.trace.frames.iter().flat_map(move |frame| drawn_rows(&of, frame))))?;
    tables.write(of_clients(sources, |of| of.from.trace.inputs.iter().map(move |input| sampled_row(&of, input))))?;
    tables.write(of_clients(sources, |of| of.from.trace.packets.iter().map(move |packet| sent_row(&of, packet))))?;
    tables.write(of_clients(sources, |of| of.from.trace.snapshots.iter().map(move |it| received_row(&of, it))))?;
    tables
        .write(of_clients(sources, |of| of.from.trace.clocks.iter().map(move |at| clock_row(&of, at.at_ns, &at.it))))?;
    tables.write(of_clients(sources, |of| {
        of.from.trace.corrections.iter().map(move |at| correction_row(&of, at.at_ns, &at.it))
    }))?;
    tables.write(of_clients(sources, |of| {
        of.from.trace.switches.iter().map(move |at| Mode {
            process: of.name(),
            t_ns: of.common_ns(at.at_ns),
            local_ns: at.at_ns,
            modes: at.it.modes.clone(),
            link: at.it.link.clone(),
            imposed_link: at.it.imposed_link.clone(),
        })
    }))?;
    tables.write(of_clients(sources, |of| of.from.trace.shots.iter().map(move |shot| seen_row(&of, shot))))
}

fn frame_row(of: &Of<'_, '_>, it: &proto::Frame) -> Frame {
    Frame {
        process: of.name(),
        t_ns: of.common_ns(it.at_ns),
        local_ns: it.at_ns,
        input_tick_ns: it.input_tick_ns,
        server_tick_ns: it.server_tick_ns,
        display_tick_ns: it.display_tick_ns,
        display_delay_us: it.display_delay_us,
        starved: it.starved,
        a: it.a,
        b: it.a.map(|_| it.b),
        fraction_256ths: it.a.map(|_| it.fraction_256ths),
        own_x: it.own_x,
        own_y: it.own_x.map(|_| it.own_y),
        smoothing_mm: mm(it.smoothing_x).hypot(mm(it.smoothing_y)),
        drawn: it.slots.len() as u32,
    }
}

fn drawn_rows<'a>(of: &Of<'a, 'a>, it: &'a proto::Frame) -> impl Iterator<Item = Drawn> + 'a + use<'a> {
    let (of, t_ns) = (*of, of.common_ns(it.at_ns));
    it.slots.iter().enumerate().map(move |(i, &slot)| Drawn {
        process: of.name(),
        t_ns,
        local_ns: it.at_ns,
        slot,
        name: of.sources.who(slot, it.b),
        x: entry(&it.xs, i),
        y: entry(&it.ys, i),
        aim_1024ths: entry(&it.aims_1024ths, i),
        alive: entry(&it.alive, i) != 0,
    })
}

fn sampled_row(of: &Of<'_, '_>, it: &proto::InputSampled) -> InputSampled {
    InputSampled {
        process: of.name(),
        t_ns: of.common_ns(it.device_ns),
        local_ns: it.device_ns,
        tick: it.tick,
        made_after_us: it.made_ns.saturating_sub(it.device_ns) / 1_000,
        heading: it.heading,
        aim: it.aim,
        buttons: it.buttons,
        weapon: word(WEAPONS, it.weapon),
    }
}

fn sent_row(of: &Of<'_, '_>, it: &proto::PacketSent) -> PacketSent {
    PacketSent {
        process: of.name(),
        t_ns: of.common_ns(it.sent_ns),
        local_ns: it.sent_ns,
        newest_tick: it.newest,
        inputs: it.inputs,
        fresh: it.fresh,
        ack_tick: it.ack,
        bytes: it.bytes,
        ping: it.ping,
        probe: it.probe,
    }
}

fn received_row(of: &Of<'_, '_>, it: &proto::SnapshotReceived) -> SnapshotReceived {
    let tick_ms = of.sources.tick_ns() as f64 / 1e6;
    SnapshotReceived {
        process: of.name(),
        t_ns: of.common_ns(it.arrived_ns),
        local_ns: it.arrived_ns,
        tick: it.tick,
        handled_after_us: it.handled_ns.saturating_sub(it.arrived_ns) / 1_000,
        bytes: it.bytes,
        baseline_age: (it.baseline_age != 0).then_some(it.baseline_age),
        entities: it.entities,
        input_use: word(USES, it.input_use),
        margin_ms: it.margin_16ths.map(|margin| f64::from(margin) / 16.0 * tick_ms),
        dropped: it.dropped.clone(),
    }
}

fn clock_row(of: &Of<'_, '_>, at_ns: i64, it: &proto::ClockEstimate) -> Clock {
    Clock {
        process: of.name(),
        t_ns: of.common_ns(at_ns),
        local_ns: at_ns,
        tick: it.tick,
        rtt_us: it.rtt_us,
        jitter_us: it.jitter_us,
        input_lead_us: it.input_lead_us,
        display_lag_us: it.display_lag_us,
        loss_up_pct: f64::from(it.loss_up_pct),
        loss_down_pct: f64::from(it.loss_down_pct),
        dilation_pct: f64::from(it.dilation_pct),
        input_margin_ms: it.input_margin_ms.map(f64::from),
        clock_steps: it.clock_steps,
    }
}

fn correction_row(of: &Of<'_, '_>, at_ns: i64, it: &proto::Correction) -> Correction {
    Correction {
        process: of.name(),
        t_ns: of.common_ns(at_ns),
        local_ns: at_ns,
        tick: it.tick,
        reason: it.reason.clone(),
        units: it.units,
        mm: f64::from(it.units) * mm(1),
        predicted_x: it.predicted_x,
        predicted_y: it.predicted_y,
        true_x: it.true_x,
        true_y: it.true_y,
    }
}

fn seen_row(of: &Of<'_, '_>, it: &proto::ShotSeen) -> ShotSeen {
    ShotSeen {
        process: of.name(),
        t_ns: of.common_ns(it.at_ns),
        local_ns: it.at_ns,
        tick: it.tick,
        aim: it.aim,
        weapon: word(WEAPONS, it.weapon),
        muzzle_x: it.muzzle_x,
        muzzle_y: it.muzzle_y,
        claimed: slot_of(it.claimed),
        drawn: it.slots.len() as u32,
    }
}
