//! Input packets: the newest inputs of one client, its acks and its ping.

use super::DecodeError;
use crate::limits::INPUTS_PER_PACKET_MAX;
use crate::sim::input::{Input, ViewStamp};
use crate::tick::Tick;

/// One input packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputPacket {
    /// Tick of the last input in the run.
    pub newest: Tick,
    /// Inputs of ticks `newest - k + 1 ..= newest`, oldest first.
    pub inputs: InputRun,
    /// Newest snapshot received.
    pub ack: Option<Tick>,
    /// Bit *i*: snapshot `ack - 1 - i` was received too. 0 without an ack.
    pub ack_mask: u32,
    /// The sender's clock at sending, microseconds, wrapping; returned in a [`super::server_msg::Pong`].
    pub ping: Option<u32>,
}

/// 1..=[`INPUTS_PER_PACKET_MAX`] inputs of consecutive ticks, oldest first, without a heap.
#[derive(Clone, Copy, Debug)]
pub struct InputRun {
    len: u8,
    inputs: [Input; INPUTS_PER_PACKET_MAX],
}

impl InputRun {
    /// A run of these inputs; the newest [`INPUTS_PER_PACKET_MAX`] if there are more, `None` if there are none.
    pub fn of(inputs: &[Input]) -> Option<InputRun> {
        let newest = &inputs[inputs.len().saturating_sub(INPUTS_PER_PACKET_MAX)..];
        let mut run = InputRun { len: newest.len() as u8, inputs: Default::default() };
        run.inputs[..newest.len()].copy_from_slice(newest);
        (run.len > 0).then_some(run)
    }
}

impl std::ops::Deref for InputRun {
    type Target = [Input];
    fn deref(&self) -> &[Input] {
        &self.inputs[..usize::from(self.len)]
    }
}

impl PartialEq for InputRun {
    fn eq(&self, other: &InputRun) -> bool {
        **self == **other
    }
}

impl Eq for InputRun {}

impl InputPacket {
    /// The inputs with their ticks, oldest first.
    pub fn ticks(&self) -> impl Iterator<Item = (Tick, Input)> + '_ {
        let last = self.inputs.len() as u32 - 1;
        self.inputs.iter().enumerate().map(move |(i, input)| (Tick(self.newest.0 - (last - i as u32)), *input))
    }
}

/// Append the bytes of `packet` to `out`, lane byte first. At most [`crate::limits::INPUT_PACKET_BYTES_MAX`] bytes.
///
/// A stamp on an input without the trigger, or one that is not [possible](stamp_is_possible), is left out.
pub fn encode_inputs(packet: &InputPacket, out: &mut Vec<u8>) {
    let _ = (packet, out);
    todo!()
}

/// Read an input packet, lane byte included.
pub fn decode_inputs(bytes: &[u8]) -> Result<InputPacket, DecodeError> {
    let _ = bytes;
    todo!()
}

/// Can an input of tick `tick` carry this stamp? It shows the past (`a <= b <= tick`), no older than
/// [`STAMP_AGE_TICKS_MAX`], blended over at most [`STAMP_SPAN_TICKS_MAX`].
pub fn stamp_is_possible(stamp: &ViewStamp, tick: Tick) -> bool {
    tick.since(stamp.a).is_some_and(|age| age <= STAMP_AGE_TICKS_MAX)
        && stamp.b.since(stamp.a).is_some_and(|span| span <= STAMP_SPAN_TICKS_MAX)
        && stamp.b <= tick
}

/// Oldest snapshot a view stamp may name, in ticks before its input.
pub const STAMP_AGE_TICKS_MAX: u32 = 255;
/// Widest gap between the two snapshots of a view stamp, in ticks.
pub const STAMP_SPAN_TICKS_MAX: u32 = 63;
