//! A client's tracks: frames, inputs, packets, snapshots, shots, and what it believes of time.

use super::Flows;
use super::writer::{About, Track, Value, Writer};
use crate::export::Sources;
use crate::model::ClientTrace;
use crate::proto::{Frame, PacketSent};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

pub(super) fn write<W: Write>(
    sources: &Sources<'_>,
    index: usize,
    flows: &Flows,
    to: &mut Writer<W>,
) -> io::Result<()> {
    let client = &sources.clients[index];
    let one = Client { trace: client.trace, sources, index, flows, process: to.process(&client.name)? };
    let frames = to.line(one.process, "frames")?;
    one.inputs(to)?;
    one.packets(to)?;
    one.snapshots(to)?;
    // A snapshot is handled at the very time of its frame; of what happens at one time, the order in the file counts.
    one.frames(frames, to)?;
    one.instants(to)?;
    one.counters(to)
}

struct Client<'a> {
    trace: &'a ClientTrace,
    sources: &'a Sources<'a>,
    index: usize,
    flows: &'a Flows,
    process: Track,
}

impl Client<'_> {
    fn ns(&self, local_ns: i64) -> i64 {
        self.sources.common_ns(self.index, local_ns)
    }

    /// A frame lasts until the next one; after the last one, and across a gap, as long as frames are meant to.
    fn frames<W: Write>(&self, track: Track, to: &mut Writer<W>) -> io::Result<()> {
        let mut handled_ns: BTreeMap<u32, i64> = BTreeMap::new();
        for snapshot in &self.trace.snapshots {
            handled_ns.entry(snapshot.tick).or_insert(snapshot.handled_ns);
        }
        let mut drawn_to = None;
        for (i, frame) in self.trace.frames.iter().enumerate() {
            let next_ns = self.trace.frames.get(i + 1).map_or(i64::MAX, |next| next.at_ns);
            let until_ns = next_ns.min(frame.at_ns.saturating_add(FRAME_NS_MAX));
            let reached = self.newest_drawn(frame);
            let first = drawn_to.map_or(reached, |drawn: Option<u32>| drawn.map(|tick| tick.saturating_add(1)));
            let flows: Vec<u64> = match (first, reached) {
                (Some(first), Some(reached)) if first <= reached => handled_ns
                    .range(first.max(reached.saturating_sub(TICKS_PER_FRAME_MAX))..=reached)
                    // Without it the picture went on by guessing.
                    .filter(|(_, handled_ns)| **handled_ns <= frame.at_ns)
                    .filter_map(|(tick, _)| self.flows.down(self.index, *tick))
                    .collect(),
                _ => Vec::new(),
            };
            if reached.is_some() && drawn_to.flatten() < reached {
                drawn_to = Some(reached);
            }
            let name = if frame.starved { "frame, starved" } else { "frame" };
            let about = About { arguments: &frame_arguments(frame), flows: &flows };
            to.slice(track, name, (self.ns(frame.at_ns), self.ns(until_ns)), &[], &about)?;
        }
        Ok(())
    }

    /// The newest tick whose state has been reached on screen.
    fn newest_drawn(&self, frame: &Frame) -> Option<u32> {
        let display_ns = frame.display_tick_ns.filter(|_| frame.a.is_some())?;
        u32::try_from(display_ns / self.sources.tick_ns()).ok()
    }

    fn inputs<W: Write>(&self, to: &mut Writer<W>) -> io::Result<()> {
        let track = to.line(self.process, "inputs")?;
        let mut seen = BTreeSet::new();
        for input in &self.trace.inputs {
            // After a jump of the input clock a tick may be sampled twice: the first copy is the one that is used.
            let flow = self.flows.up(self.index, input.tick).filter(|_| seen.insert(input.tick));
            let flows: Vec<u64> = flow.into_iter().collect();
            let arguments = [("tick", input.tick.into()), ("buttons", input.buttons.into()), ("aim", input.aim.into())];
            let about = About { arguments: &arguments, flows: &flows };
            to.slice(track, "input", (self.ns(input.device_ns), self.ns(input.made_ns)), &[], &about)?;
        }
        Ok(())
    }

    fn packets<W: Write>(&self, to: &mut Writer<W>) -> io::Result<()> {
        let track = to.line(self.process, "packets sent")?;
        let mut seen = BTreeSet::new();
        for packet in &self.trace.packets {
            let first = fresh(packet).filter(|tick| seen.insert(*tick));
            let flows: Vec<u64> = first.filter_map(|tick| self.flows.up(self.index, tick)).collect();
            let arguments =
                [("newest", packet.newest.into()), ("inputs", packet.inputs.into()), ("bytes", packet.bytes.into())];
            let name = if packet.probe { "probe" } else { "packet" };
            to.instant(track, name, self.ns(packet.sent_ns), &About { arguments: &arguments, flows: &flows })?;
        }
        Ok(())
    }

    fn snapshots<W: Write>(&self, to: &mut Writer<W>) -> io::Result<()> {
        let track = to.line(self.process, "snapshots received")?;
        let mut seen = BTreeSet::new();
        for snapshot in &self.trace.snapshots {
            // A copy that came again explains nothing.
            let flow = self.flows.down(self.index, snapshot.tick).filter(|_| seen.insert(snapshot.tick));
            let arguments = [
                ("tick", snapshot.tick.into()),
                ("bytes", snapshot.bytes.into()),
                ("entities", snapshot.entities.into()),
                ("dropped", snapshot.dropped.as_str().into()),
            ];
            let flows: Vec<u64> = flow.into_iter().collect();
            let name = if snapshot.dropped.is_empty() { "snapshot" } else { "snapshot, dropped" };
            let times = (self.ns(snapshot.arrived_ns), self.ns(snapshot.handled_ns));
            to.slice(track, name, times, &[], &About { arguments: &arguments, flows: &flows })?;
        }
        Ok(())
    }

    fn instants<W: Write>(&self, to: &mut Writer<W>) -> io::Result<()> {
        let corrections = to.line(self.process, "corrections")?;
        for at in &self.trace.corrections {
            let arguments = [("tick", at.it.tick.into()), ("units", at.it.units.into())];
            let about = About { arguments: &arguments, ..About::default() };
            to.instant(corrections, &at.it.reason, self.ns(at.at_ns), &about)?;
        }
        let shots = to.line(self.process, "trigger")?;
        for shot in &self.trace.shots {
            let claimed = shot.claimed.checked_sub(1).map_or(-1, i64::from);
            let arguments = [("tick", shot.tick.into()), ("claimed_slot", claimed.into())];
            let about = About { arguments: &arguments, ..About::default() };
            to.instant(shots, "trigger", self.ns(shot.at_ns), &about)?;
        }
        Ok(())
    }

    fn counters<W: Write>(&self, to: &mut Writer<W>) -> io::Result<()> {
        let tick_ms = self.sources.tick_ns() as f64 / 1e6;
        let margin = to.counter(self.process, "input margin", "ms")?;
        for snapshot in &self.trace.snapshots {
            if let Some(margin_16ths) = snapshot.margin_16ths {
                to.value(margin, self.ns(snapshot.arrived_ns), f64::from(margin_16ths) / 16.0 * tick_ms)?;
            }
        }
        let bytes = to.counter(self.process, "snapshot bytes", "bytes")?;
        for snapshot in &self.trace.snapshots {
            to.value(bytes, self.ns(snapshot.arrived_ns), snapshot.bytes.into())?;
        }
        let delay = to.counter(self.process, "display delay", "ms")?;
        for frame in self.trace.frames.iter().filter(|frame| frame.display_tick_ns.is_some()) {
            to.value(delay, self.ns(frame.at_ns), f64::from(frame.display_delay_us) / 1e3)?;
        }
        let rtt = to.counter(self.process, "round trip", "ms")?;
        for at in &self.trace.clocks {
            to.value(rtt, self.ns(at.at_ns), f64::from(at.it.rtt_us) / 1e3)?;
        }
        Ok(())
    }
}

fn frame_arguments(frame: &Frame) -> Vec<(&'static str, Value)> {
    let clocks = [
        ("input_tick_ns", frame.input_tick_ns),
        ("server_tick_ns", frame.server_tick_ns),
        ("display_tick_ns", frame.display_tick_ns),
    ];
    let known = clocks.into_iter().filter_map(|(name, ns)| Some((name, ns?.into())));
    known.chain([("drawn", (frame.slots.len() as u32).into())]).collect()
}

/// Ticks of the inputs that a packet carries for the first time.
fn fresh(packet: &PacketSent) -> impl Iterator<Item = u32> {
    let fresh = packet.fresh.min(INPUTS_PER_PACKET_MAX);
    (0..fresh).filter_map(|back| packet.newest.checked_sub(back)).collect::<Vec<_>>().into_iter()
}

/// Longer than this nobody calls it one frame.
const FRAME_NS_MAX: i64 = 100_000_000;
/// More ticks than that in one frame are a jump, not a picture's motion.
const TICKS_PER_FRAME_MAX: u32 = 64;
const INPUTS_PER_PACKET_MAX: u32 = 64;
