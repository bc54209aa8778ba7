//! One path, from a key to a picture: the moments on it, each found in a record and put on the server's clock.
//!
//! The parts lie between neighbouring moments, so they add up to the whole, to the nanosecond. Must not know distributions.

use super::Part;
use crate::analysis::merge::{Merged, MergedClient, after, departure};
use crate::model::ServerTrace;
use crate::proto::{Frame, ServerTick};

/// From a key of one client to the picture of another: nine moments, server's local time, nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    pub moments_ns: [i64; 9],
}

impl Path {
    /// Of each part in [`Part::ALL`].
    pub fn parts_ns(&self) -> [i64; 8] {
        std::array::from_fn(|part| self.moments_ns[part + 1].saturating_sub(self.moments_ns[part]))
    }

    pub fn whole_ns(&self) -> i64 {
        self.moments_ns[8].saturating_sub(self.moments_ns[0])
    }
}

/// What one client did with the inputs of its ticks, and when it saw what; by place of the tick in the server's trace.
pub(super) struct Track<'m, 't> {
    pub(super) client: &'m MergedClient<'t>,
    inputs: Vec<Option<Made>>,
    told: Vec<Told>,
    /// First frame that draws the others at that tick or later: when, and its place in the trace.
    shown: Vec<Option<(i64, u32)>>,
    /// First frame that draws the own predicted body at that tick or later.
    own: Vec<Option<i64>>,
}

/// An input: keys read, input made, first packet with it left; and how far the clock may be off.
#[derive(Clone, Copy)]
struct Made {
    device_ns: i64,
    made_ns: i64,
    left_ns: i64,
    bound_ns: i64,
}

/// Snapshot of a tick, or of a later one: left, first at the socket and looked at; how far the clock may be off.
#[derive(Clone, Copy, Default)]
struct Told {
    left_ns: Option<i64>,
    came: Option<Came>,
}

#[derive(Clone, Copy)]
struct Came {
    arrived_ns: i64,
    handled_ns: i64,
    bound_ns: i64,
}

/// A path, and what else belongs to it.
pub(super) struct Found {
    pub(super) path: Path,
    /// When the sender's own frame first drew what the key did; `None` = it was not predicted.
    pub(super) own_ns: Option<i64>,
    /// How far the clocks of sender and observer may be off.
    pub(super) bounds_ns: [i64; 2],
}

/// Fills places by tick: each tick goes to the first that has reached it.
struct Reach<'t> {
    ticks: &'t [ServerTick],
    /// Places at which something new begins: sessions of the client, matches of the server.
    begins: &'t [usize],
    reached: usize,
}

impl Reach<'_> {
    /// The places that have been reached now that `tick` is. What was before the first of a session or a match was never to
    /// be seen: nobody waited for it.
    fn advance(&mut self, tick: u32) -> std::ops::Range<usize> {
        let until = self.ticks.partition_point(|it| it.tick <= tick);
        let began = |place: usize| self.begins.partition_point(|begin| *begin <= place);
        let Some(last) = until.checked_sub(1).filter(|last| *last >= self.reached) else { return 0..0 };
        let goes_on = self.reached > 0 && began(self.reached - 1) == began(last);
        let from = if goes_on { self.reached } else { last };
        self.reached = until;
        from..until
    }
}

impl<'m, 't> Track<'m, 't> {
    pub(super) fn of(merged: &Merged<'t>, client: &'m MergedClient<'t>) -> Track<'m, 't> {
        let ticks = &merged.server.ticks;
        let sessions = client.sessions.iter().map(|session| session.first_tick);
        let matches = merged.server.matches.iter().map(|it| it.tick.saturating_add(1));
        let mut begins: Vec<usize> =
            sessions.chain(matches).map(|first| ticks.partition_point(|it| it.tick < first)).collect();
        begins.sort_unstable();
        let mut track = Track {
            client,
            inputs: vec![None; ticks.len()],
            told: vec![Told::default(); ticks.len()],
            shown: vec![None; ticks.len()],
            own: vec![None; ticks.len()],
        };
        let reach = || Reach { ticks, begins: &begins, reached: 0 };
        track.note_inputs(merged.server);
        track.note_departures(ticks);
        track.note_arrivals(reach());
        track.note_frames(reach(), reach());
        track
    }

    fn note_inputs(&mut self, server: &ServerTrace) {
        let (client, clock) = (self.client, &self.client.clock);
        let mut left: Vec<Option<i64>> = vec![None; self.inputs.len()];
        for packet in client.trace.packets.iter().filter(|packet| !packet.probe) {
            // More inputs than fit into a packet are a broken record.
            for age in 0..packet.inputs.min(INPUTS_MAX) {
                let index = packet.newest.checked_sub(age).and_then(|tick| place(&server.ticks, tick));
                if let Some(index) = index.filter(|index| left[*index].is_none()) {
                    left[index] = Some(packet.sent_ns);
                }
            }
        }
        for input in &client.trace.inputs {
            let Some(index) = place(&server.ticks, input.tick) else { continue };
            let Some(sent_ns) = left[index].filter(|_| self.inputs[index].is_none()) else { continue };
            // Before anything was read for the first time, what was pressed is nothing, and as old as the input.
            let device_ns = if input.device_ns == 0 { input.made_ns } else { input.device_ns };
            self.inputs[index] = Some(Made {
                device_ns: clock.to_server_ns(device_ns),
                made_ns: clock.to_server_ns(input.made_ns),
                left_ns: clock.to_server_ns(sent_ns),
                bound_ns: clock.error_bound_ns(sent_ns),
            });
        }
    }

    /// From the last tick back: what leaves next for this client, in the same session.
    fn note_departures(&mut self, ticks: &[ServerTick]) {
        let mut next = None;
        for (told, tick) in self.told.iter_mut().zip(ticks).rev() {
            let slot = self.client.session_at(tick.tick).map(|session| session.slot);
            next = slot.and_then(|slot| departure(tick, slot).or(next));
            told.left_ns = next;
        }
    }

    fn note_arrivals(&mut self, mut reach: Reach<'_>) {
        let (client, clock) = (self.client, &self.client.clock);
        let mut come: Vec<_> = client.trace.snapshots.iter().filter(|snapshot| snapshot.dropped.is_empty()).collect();
        come.sort_by_key(|snapshot| snapshot.arrived_ns);
        for snapshot in come {
            let came = Came {
                arrived_ns: clock.to_server_ns(snapshot.arrived_ns),
                handled_ns: clock.to_server_ns(snapshot.handled_ns),
                bound_ns: clock.error_bound_ns(snapshot.arrived_ns),
            };
            self.told[reach.advance(snapshot.tick)].iter_mut().for_each(|told| told.came = Some(came));
        }
    }

    fn note_frames(&mut self, mut others: Reach<'_>, mut own: Reach<'_>) {
        for (index, frame) in self.client.trace.frames.iter().enumerate() {
            let at = self.client.clock.to_server_ns(frame.at_ns);
            if let Some(shown) = shown_tick(frame) {
                self.shown[others.advance(shown)].fill(Some((at, index as u32)));
            }
            // It is drawn between this state and the next: this one has been reached.
            if let Some(from) = frame.own_from {
                self.own[own.advance(from)].fill(Some(at));
            }
        }
    }

    /// Keys read, input made, own predicted body drawn with what it did: of the tick at `index`.
    pub(super) fn own(&self, index: usize) -> Option<[i64; 3]> {
        let Made { device_ns, made_ns, .. } = self.inputs[index]?;
        Some([device_ns, made_ns, self.own[index]?])
    }

    /// The path of this client's input of the tick at `index` to the picture of `observer`; `None` unless all of it is recorded,
    /// the input was used, and the observer's picture shows this client.
    pub(super) fn path_to(&self, observer: &Track<'_, '_>, tick: &ServerTick, index: usize) -> Option<Found> {
        let made = self.inputs[index]?;
        let slot = self.client.session_at(tick.tick)?.slot;
        let here = arrival(tick, slot)?;
        let Told { left_ns, came } = observer.told[index];
        let came = came?;
        let (drawn, frame) = observer.shown[index]?;
        let frame = &observer.client.trace.frames[frame as usize];
        let is_own = std::ptr::eq(self.client, observer.client);
        if !is_own && !frame.slots.contains(&slot) {
            return None;
        }
        let began = after(tick.deadline_ns, tick.late_us);
        let Made { device_ns, made_ns, left_ns: sent_ns, .. } = made;
        let Came { arrived_ns, handled_ns, .. } = came;
        Some(Found {
            path: Path {
                moments_ns: [device_ns, made_ns, sent_ns, here, began, left_ns?, arrived_ns, handled_ns, drawn],
            },
            own_ns: self.own[index],
            bounds_ns: [made.bound_ns, came.bound_ns],
        })
    }
}

/// The newest tick that a frame has reached in drawing the others, told and not guessed.
fn shown_tick(frame: &Frame) -> Option<u32> {
    let a = frame.a?;
    let span = frame.b.saturating_sub(a);
    let done = u64::from(span) * u64::from(frame.fraction_256ths) / 256;
    Some(a.saturating_add(u32::try_from(done).unwrap_or(u32::MAX)).min(frame.b.max(a)))
}

/// When the first copy of the input that this tick used for `slot` was at the server: its local time.
fn arrival(tick: &ServerTick, slot: u32) -> Option<i64> {
    let index = tick.input_slots.iter().position(|of| *of == slot)?;
    let margin = *tick.margins_us.get(index).filter(|_| tick.input_uses.get(index) == Some(&0))?;
    Some(after(tick.deadline_ns, margin.saturating_neg()))
}

fn place(ticks: &[ServerTick], tick: u32) -> Option<usize> {
    ticks.binary_search_by_key(&tick, |it| it.tick).ok()
}

impl Part {
    /// In order.
    pub const ALL: [Part; 8] =
        [Part::Sample, Part::Send, Part::WireUp, Part::Queue, Part::Tick, Part::WireDown, Part::Handle, Part::Display];
}

/// Inputs of one packet at most.
const INPUTS_MAX: u32 = tickshot_shared::limits::INPUTS_PER_PACKET_MAX as u32;
