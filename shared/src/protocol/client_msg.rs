//! Input packets: the newest inputs of one client, its acks and its ping.

use super::bits::{BitReader, BitWriter};
use super::fields::{fits, mask, signed};
use super::stamp::CodedStamp;
use super::{DecodeError, lane};
use crate::limits::{INPUT_PACKET_BYTES_MAX, INPUTS_PER_PACKET_MAX};
use crate::sim::angle::Turn;
use crate::sim::input::{Buttons, Heading, Input};
use crate::sim::weapon::Weapon;
use crate::tick::Tick;

/// Largest display delay that can be declared, in 1/4 tick; the smallest is one below its negative.
pub const DISPLAY_DELAY_MAX: i16 = 511;

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
    /// How far behind the freshest snapshot it can expect the sender draws the others now, in 1/4 tick; negative when it
    /// draws them beyond. Within +-128 ticks ([`DISPLAY_DELAY_MAX`]); the encoder clamps.
    pub display_delay: i16,
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

/// Append the bytes of `packet` to `out`, lane byte first. At most [`INPUT_PACKET_BYTES_MAX`] bytes.
///
/// A stamp on an input without the trigger, or one that is not [possible](super::stamp::stamp_is_possible), is left out; so are
/// inputs of ticks before 0.
pub fn encode_inputs(packet: &InputPacket, out: &mut Vec<u8>) {
    out.push(lane::INPUTS);
    let mut bits = BitWriter::new(out);
    let ticks_so_far = usize::try_from(packet.newest.0).unwrap_or(usize::MAX).saturating_add(1);
    let inputs = &packet.inputs[packet.inputs.len().saturating_sub(ticks_so_far)..];
    bits.write(packet.newest.0.into(), 32);
    bits.write(inputs.len() as u64 - 1, COUNT_BITS);
    encode_ack(packet, &mut bits);
    let delay = packet.display_delay.clamp(-DISPLAY_DELAY_MAX - 1, DISPLAY_DELAY_MAX);
    bits.write((delay as u32 & mask(DISPLAY_DELAY_BITS)).into(), DISPLAY_DELAY_BITS);
    bits.write_bool(packet.ping.is_some());
    if let Some(ping) = packet.ping {
        bits.write(ping.into(), 32);
    }
    let mut before = Coded::default();
    for (i, input) in inputs.iter().enumerate() {
        let tick = Tick(packet.newest.0 - (inputs.len() - 1 - i) as u32);
        let now = Coded::of(input, tick);
        now.encode(&before, &mut bits);
        before = now.after(&before);
    }
    bits.finish();
}

/// Read an input packet, lane byte included.
pub fn decode_inputs(bytes: &[u8]) -> Result<InputPacket, DecodeError> {
    if bytes.len() > INPUT_PACKET_BYTES_MAX {
        return Err(DecodeError::TooLong);
    }
    let (&lane::INPUTS, payload) = bytes.split_first().ok_or(DecodeError::Truncated)? else {
        return Err(DecodeError::WrongKind);
    };
    let mut bits = BitReader::new(payload);
    let newest = Tick(bits.read(32)?);
    let len = bits.read(COUNT_BITS)? + 1;
    let oldest = newest.checked_minus(len - 1).ok_or(DecodeError::Value("input tick"))?;
    let (ack, ack_mask) = decode_ack(newest, &mut bits)?;
    let display_delay = signed(bits.read(DISPLAY_DELAY_BITS)?, DISPLAY_DELAY_BITS) as i16;
    let ping = if bits.read_bool()? { Some(bits.read(32)?) } else { None };
    let mut inputs = InputRun { len: len as u8, inputs: Default::default() };
    let mut before = Coded::default();
    for (i, input) in inputs.inputs.iter_mut().take(len as usize).enumerate() {
        let now = Coded::decode(&before, &mut bits)?;
        *input = now.input(oldest.plus(i as u32))?;
        before = now.after(&before);
    }
    bits.finish()?;
    Ok(InputPacket { newest, inputs, ack, ack_mask, display_delay, ping })
}

/// An input as it travels: relative to its own tick, so that a held view costs nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Coded {
    heading: u8,
    buttons: u8,
    weapon: u8,
    aim: u16,
    stamp: Option<CodedStamp>,
    /// The latest stamp up to this input, which the next one is coded against.
    last_stamp: CodedStamp,
}

impl Coded {
    fn of(input: &Input, tick: Tick) -> Coded {
        let fires = input.buttons.contains(Buttons::FIRE);
        let stamp = input.view.filter(|_| fires).and_then(|stamp| CodedStamp::of(&stamp, tick));
        Coded {
            heading: input.heading.value(),
            buttons: input.buttons.0 & Buttons::KNOWN,
            weapon: input.weapon as u8,
            aim: input.aim.0,
            stamp,
            last_stamp: CodedStamp::default(),
        }
    }

    /// What the next input is coded against.
    fn after(mut self, before: &Coded) -> Coded {
        self.last_stamp = self.stamp.unwrap_or(before.last_stamp);
        self
    }

    /// What changes when a key is pressed or let go.
    fn keys(&self) -> (u8, u8, u8) {
        (self.heading, self.buttons, self.weapon)
    }

    fn encode(&self, before: &Coded, bits: &mut BitWriter<'_>) {
        let keys = self.keys() != before.keys();
        bits.write_bool(keys);
        if keys {
            bits.write(self.heading.into(), HEADING_BITS);
            bits.write(self.buttons.into(), BUTTON_BITS);
            bits.write(self.weapon.into(), WEAPON_BITS);
        }
        let turned = signed(u32::from(self.aim.wrapping_sub(before.aim)), 16);
        let class = AIM_CLASSES.iter().position(|&width| fits_or_zero(turned, width)).unwrap_or(AIM_CLASSES.len() - 1);
        let last = AIM_CLASSES.len() - 1;
        // Unary: as many ones as the class, closed by a zero unless it is the last.
        bits.write(mask(class as u32).into(), (class + usize::from(class < last)) as u32);
        bits.write((turned as u32 & mask(AIM_CLASSES[class])).into(), AIM_CLASSES[class]);
        if !Buttons(self.buttons).contains(Buttons::FIRE) {
            return;
        }
        bits.write_bool(self.stamp.is_some());
        if let Some(stamp) = self.stamp {
            stamp.encode(&before.last_stamp, bits);
        }
    }

    fn decode(before: &Coded, bits: &mut BitReader<'_>) -> Result<Coded, DecodeError> {
        let mut now = Coded { stamp: None, ..*before };
        if bits.read_bool()? {
            now.heading = bits.read(HEADING_BITS)? as u8;
            now.buttons = bits.read(BUTTON_BITS)? as u8;
            now.weapon = bits.read(WEAPON_BITS)? as u8;
            if now.keys() == before.keys() {
                return Err(DecodeError::NotCanonical("keys"));
            }
        }
        let mut class = 0;
        while class + 1 < AIM_CLASSES.len() && bits.read_bool()? {
            class += 1;
        }
        let turned = if class == 0 { 0 } else { signed(bits.read(AIM_CLASSES[class])?, AIM_CLASSES[class]) };
        if class > 0 && fits_or_zero(turned, AIM_CLASSES[class - 1]) {
            return Err(DecodeError::NotCanonical("aim"));
        }
        now.aim = before.aim.wrapping_add(turned as u16);
        if Buttons(now.buttons).contains(Buttons::FIRE) && bits.read_bool()? {
            now.stamp = Some(CodedStamp::decode(&before.last_stamp, bits)?);
        }
        Ok(now)
    }

    fn input(&self, tick: Tick) -> Result<Input, DecodeError> {
        if self.buttons & !Buttons::KNOWN != 0 {
            return Err(DecodeError::Value("buttons"));
        }
        let view = self.stamp.map(|stamp| stamp.view(tick)).transpose()?;
        let heading = Heading::new(self.heading).ok_or(DecodeError::Value("heading"))?;
        let weapon = Weapon::new(self.weapon).ok_or(DecodeError::Value("weapon"))?;
        Ok(Input { heading, aim: Turn(self.aim), buttons: Buttons(self.buttons), weapon, view })
    }
}

/// An ack is usually a little older than the newest input: 8 bits; else the whole tick.
fn encode_ack(packet: &InputPacket, bits: &mut BitWriter<'_>) {
    bits.write_bool(packet.ack.is_some());
    let Some(ack) = packet.ack else { return };
    match packet.newest.since(ack).filter(|&age| age < 1 << ACK_AGE_BITS) {
        Some(age) => {
            bits.write_bool(false);
            bits.write(age.into(), ACK_AGE_BITS);
        }
        None => {
            bits.write_bool(true);
            bits.write(ack.0.into(), 32);
        }
    }
    let full = packet.ack_mask == u32::MAX;
    bits.write_bool(full);
    if !full {
        bits.write(packet.ack_mask.into(), 32);
    }
}

fn decode_ack(newest: Tick, bits: &mut BitReader<'_>) -> Result<(Option<Tick>, u32), DecodeError> {
    if !bits.read_bool()? {
        return Ok((None, 0));
    }
    let far = bits.read_bool()?;
    let ack = if far {
        Tick(bits.read(32)?)
    } else {
        newest.checked_minus(bits.read(ACK_AGE_BITS)?).ok_or(DecodeError::Value("ack"))?
    };
    if far && newest.since(ack).is_some_and(|age| age < 1 << ACK_AGE_BITS) {
        return Err(DecodeError::NotCanonical("ack"));
    }
    let mask = if bits.read_bool()? { u32::MAX } else { bits.read(32)? };
    Ok((Some(ack), mask))
}

/// Does `value` fit a class of `bits` signed bits? Zero bits hold zero.
fn fits_or_zero(value: i32, bits: u32) -> bool {
    if bits == 0 { value == 0 } else { fits(value, bits) }
}

/// Widths of the turn since the input before, in 1/65,536 turn: none, a slow mouse, a fast one, anything.
const AIM_CLASSES: [u32; 4] = [0, 8, 12, 16];
const COUNT_BITS: u32 = 3;
const HEADING_BITS: u32 = 4;
const BUTTON_BITS: u32 = Buttons::KNOWN.count_ones();
const WEAPON_BITS: u32 = 2;
const ACK_AGE_BITS: u32 = 8;
const DISPLAY_DELAY_BITS: u32 = 10;

const _: () = assert!(INPUTS_PER_PACKET_MAX == 1 << COUNT_BITS);
const _: () = assert!(DISPLAY_DELAY_MAX as u32 == mask(DISPLAY_DELAY_BITS - 1));
// The known buttons are the lowest bits.
const _: () = assert!((Buttons::KNOWN as u32) == (1 << BUTTON_BITS) - 1);
// Everything at its longest: packet fields, then keys, aim and stamp of every input; the lane byte comes on top.
const BITS_MAX: usize =
    32 + 3 + 1 + 33 + 33 + 10 + 33 + INPUTS_PER_PACKET_MAX * (1 + 4 + 3 + 2 + 3 + 16 + 1 + CodedStamp::BITS_MAX);
const _: () = assert!(BITS_MAX.div_ceil(8) < INPUT_PACKET_BYTES_MAX);
