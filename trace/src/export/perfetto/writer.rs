//! Packets of Perfetto's format, one after the other into a file: tracks, slices, instants, counters, arrows.
//!
//! Stands alone so that what is told and how it is spelled stay apart. Slices of one track must not overlap but may lie within
//! each other, and a clock that a recording process read may have stood still: each track remembers where it is, and a
//! slice that would begin earlier begins there. Must not know traces.

use super::PerfettoSummary;
use super::messages::{
    CounterDescriptor, DebugAnnotation, DebugAnnotationName, EventName, InternedData, ProcessDescriptor, TracePacket,
    TrackDescriptor, TrackEvent,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) use super::messages::debug_annotation::Value;

/// A file in the making.
pub(super) struct Writer<W: Write> {
    out: W,
    /// Added to every time, so that none is negative.
    shift_ns: i64,
    event_names: BTreeMap<String, u64>,
    argument_names: BTreeMap<&'static str, u64>,
    tracks: Vec<TrackState>,
    /// Slices that each flow touches.
    flows: BTreeMap<u64, u64>,
    summary: PerfettoSummary,
    bytes: Vec<u8>,
}

/// A line of the picture; its number plus 1 is its uuid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Track(usize);

#[derive(Default)]
struct TrackState {
    /// End of the last slice.
    until_ns: i64,
}

/// What is said of a slice or an instant beside its name.
#[derive(Default)]
pub(super) struct About<'a> {
    pub(super) arguments: &'a [(&'static str, Value)],
    pub(super) flows: &'a [u64],
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W, shift_ns: i64) -> Writer<W> {
        Writer {
            out,
            shift_ns,
            event_names: BTreeMap::new(),
            argument_names: BTreeMap::new(),
            tracks: Vec::new(),
            flows: BTreeMap::new(),
            summary: PerfettoSummary::default(),
            bytes: Vec::new(),
        }
    }

    /// A machine: the parent of its tracks.
    pub(super) fn process(&mut self, name: &str) -> io::Result<Track> {
        let pid = self.tracks.len() as i32 + 1;
        let process = ProcessDescriptor { pid, process_name: name.to_owned() };
        self.track(TrackDescriptor {
            process: Some(process),
            child_ordering: Some(AS_RANKED),
            ..TrackDescriptor::default()
        })
    }

    /// A line with slices or instants.
    pub(super) fn line(&mut self, parent: Track, name: &str) -> io::Result<Track> {
        self.track(TrackDescriptor { name: Some(name.to_owned()), parent_uuid: Some(parent.uuid()), ..self.ranked() })
    }

    /// A line with a number.
    pub(super) fn counter(&mut self, parent: Track, name: &str, unit: &str) -> io::Result<Track> {
        let counter = CounterDescriptor { unit: None, unit_name: Some(unit.to_owned()) };
        let name = Some(name.to_owned());
        self.track(TrackDescriptor { name, parent_uuid: Some(parent.uuid()), counter: Some(counter), ..self.ranked() })
    }

    fn ranked(&self) -> TrackDescriptor {
        TrackDescriptor { sibling_order_rank: Some(self.tracks.len() as i32), ..TrackDescriptor::default() }
    }

    fn track(&mut self, descriptor: TrackDescriptor) -> io::Result<Track> {
        let track = Track(self.tracks.len());
        self.tracks.push(TrackState { until_ns: i64::MIN });
        self.summary.tracks += 1;
        let descriptor = TrackDescriptor { uuid: track.uuid(), ..descriptor };
        self.packet(TracePacket { track_descriptor: Some(descriptor), ..TracePacket::default() })?;
        Ok(track)
    }

    /// Something that lasted; `within` are its parts in their order: name and length.
    pub(super) fn slice(
        &mut self,
        track: Track,
        name: &str,
        (from_ns, to_ns): (i64, i64),
        within: &[(&'static str, i64)],
        about: &About<'_>,
    ) -> io::Result<()> {
        let from_ns = from_ns.max(self.tracks[track.0].until_ns);
        let to_ns = to_ns.max(from_ns);
        self.tracks[track.0].until_ns = to_ns;
        self.begin(track, name, from_ns, about)?;
        let mut at_ns = from_ns;
        for (name, length_ns) in within.iter().filter(|(_, length_ns)| *length_ns > 0) {
            let end_ns = (at_ns + length_ns).min(to_ns);
            self.begin(track, name, at_ns, &About::default())?;
            self.end(track, end_ns)?;
            at_ns = end_ns;
        }
        self.end(track, to_ns)
    }

    pub(super) fn instant(&mut self, track: Track, name: &str, at_ns: i64, about: &About<'_>) -> io::Result<()> {
        self.summary.instants += 1;
        self.event(track, INSTANT, Some(name), at_ns, about)
    }

    pub(super) fn value(&mut self, track: Track, at_ns: i64, value: f64) -> io::Result<()> {
        self.summary.counter_values += 1;
        let event = TrackEvent {
            r#type: COUNTER,
            track_uuid: track.uuid(),
            double_counter_value: Some(value),
            ..TrackEvent::default()
        };
        self.timed(at_ns, event, None)
    }

    /// Everything handed to the file; what it holds.
    pub(super) fn finish(mut self) -> io::Result<PerfettoSummary> {
        self.out.flush()?;
        // An arrow joins a slice of a flow to the one before it.
        self.summary.flow_arrows = self.flows.values().map(|slices| slices - 1).sum();
        Ok(self.summary)
    }

    fn begin(&mut self, track: Track, name: &str, at_ns: i64, about: &About<'_>) -> io::Result<()> {
        self.summary.slices += 1;
        self.event(track, SLICE_BEGIN, Some(name), at_ns, about)
    }

    fn end(&mut self, track: Track, at_ns: i64) -> io::Result<()> {
        self.event(track, SLICE_END, None, at_ns, &About::default())
    }

    fn event(
        &mut self,
        track: Track,
        r#type: u32,
        name: Option<&str>,
        at_ns: i64,
        about: &About<'_>,
    ) -> io::Result<()> {
        let mut interned = InternedData::default();
        let name_iid = name.map(|name| self.intern_event(name, &mut interned));
        let mut debug_annotations = Vec::with_capacity(about.arguments.len());
        for (name, value) in about.arguments {
            let name_iid = Some(self.intern_argument(name, &mut interned));
            debug_annotations.push(DebugAnnotation { name_iid, value: Some(value.clone()) });
        }
        for flow in about.flows {
            *self.flows.entry(*flow).or_default() += 1;
        }
        let event = TrackEvent {
            debug_annotations,
            r#type,
            name_iid,
            track_uuid: track.uuid(),
            flow_ids: about.flows.to_vec(),
            ..TrackEvent::default()
        };
        let new = !interned.event_names.is_empty() || !interned.debug_annotation_names.is_empty();
        self.timed(at_ns, event, new.then_some(interned))
    }

    fn intern_event(&mut self, name: &str, interned: &mut InternedData) -> u64 {
        if let Some(iid) = self.event_names.get(name) {
            return *iid;
        }
        let iid = self.event_names.len() as u64 + 1;
        self.event_names.insert(name.to_owned(), iid);
        interned.event_names.push(EventName { iid, name: name.to_owned() });
        iid
    }

    fn intern_argument(&mut self, name: &'static str, interned: &mut InternedData) -> u64 {
        if let Some(iid) = self.argument_names.get(name) {
            return *iid;
        }
        let iid = self.argument_names.len() as u64 + 1;
        self.argument_names.insert(name, iid);
        interned.debug_annotation_names.push(DebugAnnotationName { iid, name: name.to_owned() });
        iid
    }

    fn timed(&mut self, at_ns: i64, event: TrackEvent, interned_data: Option<InternedData>) -> io::Result<()> {
        let timestamp = at_ns.saturating_add(self.shift_ns).max(0) as u64;
        self.packet(TracePacket {
            timestamp: Some(timestamp),
            track_event: Some(event),
            interned_data,
            sequence_flags: USES_INTERNED,
            ..TracePacket::default()
        })
    }

    /// A whole file is one message whose only field is repeated: packets can be appended.
    fn packet(&mut self, packet: TracePacket) -> io::Result<()> {
        let first = self.summary.tracks == 1 && packet.track_descriptor.is_some();
        let sequence_flags = if first { FORGETS_INTERNED } else { packet.sequence_flags };
        let packet = TracePacket { trusted_packet_sequence_id: SEQUENCE, sequence_flags, ..packet };
        self.bytes.clear();
        prost::encoding::message::encode(1, &packet, &mut self.bytes);
        self.out.write_all(&self.bytes)
    }
}

impl Track {
    fn uuid(self) -> u64 {
        self.0 as u64 + 1
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::IntValue(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::UintValue(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::StringValue(text.to_owned())
    }
}

const SLICE_BEGIN: u32 = 1;
const SLICE_END: u32 = 2;
const INSTANT: u32 = 3;
const COUNTER: u32 = 4;
const FORGETS_INTERNED: u32 = 1;
const USES_INTERNED: u32 = 2;
const AS_RANKED: u32 = 3;
const SEQUENCE: u32 = 1;
