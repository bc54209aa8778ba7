//! What may pass: cheap checks before netcode, and before renet.
//!
//! It stands alone because it is the list of what the layers above cannot survive. Pure functions and counters over
//! bytes: renetcode adds 256 to a sequence before it knows who wrote it; renet indexes slices by a number from the wire
//! and keeps messages without bytes for nothing. It must not know sockets, sessions or what a message means.

use std::net::SocketAddr;

use tickshot_shared::limits::{
    CONTROL_BYTES_MAX, DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MIN, STRANGER_DATAGRAMS_PER_ADDRESS_PER_TICK_MAX,
};

/// Why a datagram was dropped. The name is what counters and summaries show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drop {
    /// Shorter than any sealed datagram, or longer than any.
    Length,
    /// A first byte, or the first byte of what was sealed, that means nothing here.
    Type,
    /// A netcode sequence of 2^63 or more, or a length of one that cannot be.
    Sequence,
    /// More datagrams from one address than a tick handles.
    AddressBudget,
    /// More openings or queries of strangers than a tick handles.
    StrangerBudget,
    /// Neither a query nor the opening of a session, from an address without a session.
    Stranger,
    /// An opening from an address that has a live session: a repeat, or somebody's joke.
    Occupied,
    /// Not sealed with the key of the session it claims, or seen before.
    Unsealed,
    /// A sealed packet no honest program sends: its sender is disconnected.
    Forbidden,
    /// A query that cannot be read.
    Query,
    /// A datagram to a client that has not yet shown that it is there.
    Unconfirmed,
}

impl Drop {
    /// Every reason, in the order of the list above.
    pub const ALL: [Drop; 11] = [
        Drop::Length,
        Drop::Type,
        Drop::Sequence,
        Drop::AddressBudget,
        Drop::StrangerBudget,
        Drop::Stranger,
        Drop::Occupied,
        Drop::Unsealed,
        Drop::Forbidden,
        Drop::Query,
        Drop::Unconfirmed,
    ];

    /// The counter's name.
    pub const fn name(self) -> &'static str {
        match self {
            Drop::Length => "length",
            Drop::Type => "type",
            Drop::Sequence => "sequence",
            Drop::AddressBudget => "address_budget",
            Drop::StrangerBudget => "stranger_budget",
            Drop::Stranger => "stranger",
            Drop::Occupied => "occupied",
            Drop::Unsealed => "unsealed",
            Drop::Forbidden => "forbidden",
            Drop::Query => "query",
            Drop::Unconfirmed => "unconfirmed",
        }
    }
}

/// What a datagram from the network claims to be, judged by its header alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outer {
    /// A question or answer outside any session.
    Query,
    /// A netcode packet.
    Netcode(Kind),
}

/// Netcode 1.02 packet types. Source: the netcode standard, and renetcode's `packet.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Request,
    Denied,
    Challenge,
    Response,
    KeepAlive,
    Payload,
    Disconnect,
}

/// Judges a datagram before anything else touches it.
///
/// # Errors
/// [`Drop::Length`], [`Drop::Type`] or [`Drop::Sequence`].
pub fn outer(bytes: &[u8]) -> Result<Outer, Drop> {
    if !(DATAGRAM_BYTES_MIN..=DATAGRAM_BYTES_MAX).contains(&bytes.len()) {
        return Err(Drop::Length);
    }
    if bytes[0] == QUERY_BYTE {
        return Ok(Outer::Query);
    }
    // Low nibble: the type. High nibble: how many bytes of sequence follow, least significant first.
    let kind = match bytes[0] & 0x0F {
        0 => Kind::Request,
        1 => Kind::Denied,
        2 => Kind::Challenge,
        3 => Kind::Response,
        4 => Kind::KeepAlive,
        5 => Kind::Payload,
        6 => Kind::Disconnect,
        _ => return Err(Drop::Type),
    };
    let sequence_bytes = usize::from(bytes[0] >> 4);
    if kind == Kind::Request {
        // An opening has no sequence and one length.
        return match (sequence_bytes, bytes.len()) {
            (0, REQUEST_BYTES) => Ok(Outer::Netcode(kind)),
            (0, _) => Err(Drop::Length),
            _ => Err(Drop::Sequence),
        };
    }
    if sequence_bytes > 8 {
        return Err(Drop::Sequence);
    }
    if bytes.len() < 1 + sequence_bytes + SEAL_BYTES {
        return Err(Drop::Length);
    }
    if sequence_bytes == 8 && bytes[8] & 0x80 != 0 {
        return Err(Drop::Sequence);
    }
    Ok(Outer::Netcode(kind))
}

/// What was sealed in a session's payload packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// For the owner of the transport.
    Hot,
    /// For renet, and safe for it. True if it carries messages, so that the sender waits for an ack.
    Control { messages: bool },
}

/// Judges an opened payload before renet or a decoder sees it. `hot` is the first byte of the hot lane in this direction.
///
/// # Errors
/// [`Drop::Forbidden`] for what no honest program sends (slices, malformed control packets), [`Drop::Type`] for a first
/// byte of no meaning, which a later release might send.
pub fn inner(payload: &[u8], hot: u8) -> Result<Inner, Drop> {
    match payload.first() {
        Some(&first) if first == hot => Ok(Inner::Hot),
        Some(0 | 1) => check_messages(payload).map(|()| Inner::Control { messages: true }).ok_or(Drop::Forbidden),
        Some(4) => Ok(Inner::Control { messages: false }),
        Some(2 | 3) => Err(Drop::Forbidden),
        _ => Err(Drop::Type),
    }
}

/// Reads a renet packet of small messages: type, sequence, channel, count, then each message with its length (and, if
/// reliable, its number before). Messages must have bytes, because renet's memory bound counts nothing else; the packet
/// must end with the last of them.
fn check_messages(payload: &[u8]) -> Option<()> {
    let reliable = payload[0] == 0;
    let (_sequence, rest) = varint(&payload[1..])?;
    let (head, mut rest) = rest.split_at_checked(3)?;
    for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
        if reliable {
            rest = varint(rest)?.1;
        }
        let (length, after) = varint(rest)?;
        let length = usize::try_from(length).ok().filter(|length| (1..=CONTROL_BYTES_MAX).contains(length))?;
        rest = after.get(length..)?;
    }
    rest.is_empty().then_some(())
}

/// A QUIC variable-length integer (RFC 9000, section 16), which renet's `octets` uses.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = 1 << (bytes.first()? >> 6);
    let (number, rest) = bytes.split_at_checked(length)?;
    let first = u64::from(number[0] & 0x3F);
    Some((number[1..].iter().fold(first, |value, &byte| value << 8 | u64::from(byte)), rest))
}

/// How much of a tick strangers have used up.
#[derive(Debug)]
pub struct StrangerBudget {
    left: u32,
    /// Small, because `left` bounds its length.
    used: Vec<(SocketAddr, u32)>,
}

impl StrangerBudget {
    /// A budget of `total` datagrams, all strangers together.
    pub fn new(total: u32) -> Self {
        Self { left: total, used: Vec::new() }
    }

    /// A new tick begins.
    pub fn refill(&mut self, total: u32) {
        self.left = total;
        self.used.clear();
    }

    /// Spends one datagram of `from`.
    ///
    /// # Errors
    /// [`Drop::StrangerBudget`] if all strangers, or this one, have had their share of the tick.
    pub fn spend(&mut self, from: SocketAddr) -> Result<(), Drop> {
        if self.left == 0 {
            return Err(Drop::StrangerBudget);
        }
        match self.used.iter_mut().find(|(addr, _)| *addr == from) {
            Some((_, used)) if *used >= STRANGER_DATAGRAMS_PER_ADDRESS_PER_TICK_MAX => {
                return Err(Drop::StrangerBudget);
            }
            Some((_, used)) => *used += 1,
            None => self.used.push((from, 1)),
        }
        self.left -= 1;
        Ok(())
    }
}

/// First byte of queries and replies. No netcode packet has it: there is no type 15.
pub const QUERY_BYTE: u8 = 0xFF;
/// First byte of the hot lane, client to server.
pub const HOT_TO_SERVER: u8 = 0xA0;
/// First byte of the hot lane, server to client.
pub const HOT_TO_CLIENT: u8 = 0xA1;
/// Prefix, version text, protocol id, expiry, nonce, sealed token.
const REQUEST_BYTES: usize = 1 + 13 + 8 + 8 + 24 + 1024;
/// The authentication tag at the end of every sealed packet.
const SEAL_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8, sequence: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        bytes.extend_from_slice(sequence);
        bytes.resize(64, 0);
        bytes
    }

    #[test]
    fn lengths_outside_18_to_1400_are_dropped() {
        assert_eq!(outer(&[0x15; 17]), Err(Drop::Length));
        assert_eq!(outer(&[0x15; 18]), Ok(Outer::Netcode(Kind::Payload)));
        assert_eq!(outer(&[0x15; 1400]), Ok(Outer::Netcode(Kind::Payload)));
        assert_eq!(outer(&[0x15; 1401]), Err(Drop::Length));
    }

    #[test]
    fn a_sequence_of_2_to_the_63_is_dropped_and_one_less_passes() {
        assert_eq!(outer(&packet(0x85, &[0, 0, 0, 0, 0, 0, 0, 0x80])), Err(Drop::Sequence));
        assert_eq!(outer(&packet(0x85, &[0xFF; 8])), Err(Drop::Sequence));
        let largest = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        assert_eq!(outer(&packet(0x85, &largest)), Ok(Outer::Netcode(Kind::Payload)));
        assert_eq!(outer(&packet(0x95, &[])), Err(Drop::Sequence), "a sequence of nine bytes");
    }

    #[test]
    fn a_sequence_that_leaves_no_room_for_the_seal_is_dropped() {
        let mut bytes = packet(0x85, &[]);
        bytes.truncate(24);
        assert_eq!(outer(&bytes), Err(Drop::Length));
    }

    #[test]
    fn an_opening_has_exactly_one_length() {
        let mut bytes = vec![0; REQUEST_BYTES];
        assert_eq!(outer(&bytes), Ok(Outer::Netcode(Kind::Request)));
        bytes.pop();
        assert_eq!(outer(&bytes), Err(Drop::Length));
    }

    #[test]
    fn slices_are_forbidden_and_hot_data_passes_in_its_own_direction_only() {
        assert_eq!(inner(&[2, 0], HOT_TO_SERVER), Err(Drop::Forbidden));
        assert_eq!(inner(&[3, 0], HOT_TO_SERVER), Err(Drop::Forbidden));
        assert_eq!(inner(&[HOT_TO_SERVER], HOT_TO_SERVER), Ok(Inner::Hot));
        assert_eq!(inner(&[HOT_TO_CLIENT], HOT_TO_SERVER), Err(Drop::Type));
        assert_eq!(inner(&[], HOT_TO_SERVER), Err(Drop::Type));
    }

    #[test]
    fn messages_without_bytes_or_beyond_the_packet_are_forbidden() {
        // Type, sequence, channel, count (big endian), message number, length, bytes.
        assert_eq!(inner(&[0, 7, 0, 0, 1, 0, 2, 9, 9], HOT_TO_SERVER), Ok(Inner::Control { messages: true }));
        assert_eq!(inner(&[0, 7, 0, 0, 1, 0, 0], HOT_TO_SERVER), Err(Drop::Forbidden));
        assert_eq!(inner(&[0, 7, 0, 0, 1, 0, 3, 9, 9], HOT_TO_SERVER), Err(Drop::Forbidden));
        assert_eq!(inner(&[0, 7, 0, 0, 1, 0, 1, 9, 9], HOT_TO_SERVER), Err(Drop::Forbidden));
        assert_eq!(inner(&[0, 7, 0, 0xFF, 0xFF], HOT_TO_SERVER), Err(Drop::Forbidden));
    }

    #[test]
    fn one_stranger_cannot_use_up_the_budget_of_all() {
        let addr = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let mut budget = StrangerBudget::new(8);
        let spent = (0..100).filter(|_| budget.spend(addr(1)).is_ok()).count();
        assert_eq!(spent, STRANGER_DATAGRAMS_PER_ADDRESS_PER_TICK_MAX as usize);
        assert_eq!(budget.spend(addr(2)), Ok(()));
    }
}
