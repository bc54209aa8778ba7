//! First bytes of datagrams: which lane of a session, or which question from outside one.

/// First payload byte of an input packet, client to server.
pub const INPUTS: u8 = 0xA0;
/// First payload byte of a snapshot, server to client.
pub const SNAPSHOT: u8 = 0xA1;
/// Payloads inside a session whose first byte is at least this belong to the hot lane; below are renet's own packets.
pub const HOT_FIRST: u8 = 0xA0;
/// First byte of a datagram outside any session: a query or its reply. No renetcode packet starts with it.
pub const QUERY: u8 = 0xFF;

/// Does this session payload belong to the hot lane (ours) rather than to renet?
pub fn is_hot(payload: &[u8]) -> bool {
    payload.first().is_some_and(|&b| (HOT_FIRST..QUERY).contains(&b))
}

/// Is this datagram a query or a reply to one?
pub fn is_query(datagram: &[u8]) -> bool {
    datagram.first() == Some(&QUERY)
}
