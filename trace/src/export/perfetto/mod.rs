//! A `.pftrace` for Perfetto: each machine a process, each tick, frame and input a slice, and arrows along every input's way.
//!
//! Time line of an input: sampled by its client, sent in a packet, used by the server's tick; the tick's snapshot reaches each
//! observer, and a frame of it draws the tick first. The first three are one flow, of client and tick; tick, snapshot and frame
//! are one per observer and tick. Times are those of the common time line, shifted as a whole if any would be negative.

mod of_client;
mod of_server;
mod writer;

use super::{ExportError, Progress, Sources};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Perfetto's messages.
mod messages {
    #![allow(clippy::all, unreachable_pub, dead_code, reason = "generated from proto/foreign")]
    include!(concat!(env!("OUT_DIR"), "/perfetto.protos.rs"));
}

/// What a file holds, to be compared with what a reader finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PerfettoSummary {
    pub slices: u64,
    pub instants: u64,
    pub counter_values: u64,
    /// From one slice of a flow to the next.
    pub flow_arrows: u64,
    pub tracks: u64,
    /// Added to every time so that none is negative.
    pub shift_ns: i64,
}

/// Writes `file`.
pub fn write(sources: &Sources<'_>, file: &Path, progress: Progress<'_>) -> Result<PerfettoSummary, ExportError> {
    let failed = |error: std::io::Error| ExportError::at(file, error);
    let out = BufWriter::new(File::create(file).map_err(failed)?);
    let shift_ns = first_ns(sources).min(0).saturating_neg();
    let mut writer = writer::Writer::new(out, shift_ns);
    let flows = Flows::of(sources);
    if let Some(server) = sources.server {
        progress("server");
        of_server::write(sources, server, &flows, &mut writer).map_err(failed)?;
    }
    for index in 0..sources.clients.len() {
        progress("client");
        of_client::write(sources, index, &flows, &mut writer).map_err(failed)?;
    }
    let summary = writer.finish().map_err(failed)?;
    Ok(PerfettoSummary { shift_ns, ..summary })
}

/// Which arrows there are: a flow with only one end would be none.
struct Flows {
    /// (client, tick) of inputs that were sampled and used.
    up: BTreeSet<(usize, u32)>,
    /// (client, tick) of snapshots that were sent and received.
    down: BTreeSet<(usize, u32)>,
}

impl Flows {
    fn of(sources: &Sources<'_>) -> Flows {
        let mut flows = Flows { up: BTreeSet::new(), down: BTreeSet::new() };
        let Some(server) = sources.server else { return flows };
        for index in 0..sources.clients.len() {
            let Some(placed) = sources.placed(index) else { continue };
            let sampled = placed.trace.inputs.iter().map(|input| input.tick).collect::<BTreeSet<_>>();
            let received = placed.trace.snapshots.iter().map(|snapshot| snapshot.tick).collect::<BTreeSet<_>>();
            for tick in &server.ticks {
                let Some(session) = placed.session_at(tick.tick) else { continue };
                let used = tick
                    .input_slots
                    .iter()
                    .zip(&tick.input_uses)
                    .any(|(slot, used)| *slot == session.slot && *used == 0);
                if used && sampled.contains(&tick.tick) {
                    flows.up.insert((index, tick.tick));
                }
                if tick.snapshot_slots.contains(&session.slot) && received.contains(&tick.tick) {
                    flows.down.insert((index, tick.tick));
                }
            }
        }
        flows
    }

    fn up(&self, client: usize, tick: u32) -> Option<u64> {
        self.up.contains(&(client, tick)).then_some(id(client, tick, 0))
    }

    fn down(&self, client: usize, tick: u32) -> Option<u64> {
        self.down.contains(&(client, tick)).then_some(id(client, tick, 1))
    }
}

/// Unlike any other flow's, and never 0.
fn id(client: usize, tick: u32, way: u64) -> u64 {
    (client as u64 + 1) << 33 | way << 32 | u64::from(tick)
}

/// The earliest time of anything, common time.
fn first_ns(sources: &Sources<'_>) -> i64 {
    let ticks = sources.server.and_then(|server| server.ticks.first()).map(|tick| tick.deadline_ns);
    let clients = sources.clients.iter().enumerate().flat_map(|(index, client)| {
        let trace = client.trace;
        let frame = trace.frames.first().map(|frame| frame.at_ns);
        let input = trace.inputs.first().map(|input| input.device_ns);
        let packet = trace.packets.first().map(|packet| packet.sent_ns);
        let snapshot = trace.snapshots.first().map(|snapshot| snapshot.arrived_ns);
        let all = [frame, input, packet, snapshot].into_iter().flatten();
        all.map(move |local_ns| sources.common_ns(index, local_ns))
    });
    // Half a second for what lies a little before: the shutter of the first frame, packets before the first tick.
    clients.chain(ticks).min().unwrap_or(0).saturating_sub(500_000_000)
}
