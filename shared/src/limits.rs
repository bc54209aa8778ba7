//! Every bound of the program in one place: what it limits, its unit, why this value, what grows with it.
//!
//! Relations between limits are asserted at compile time at the end of this file.

/// Simulation ticks per second unless a server is told otherwise. 1/64 s is exact in binary.
pub const TICK_RATE_DEFAULT: u32 = 64;
/// Slowest tick rate (Hz). Below it a player at full speed moves more than a body radius in one tick.
pub const TICK_RATE_MIN: u32 = 20;
/// Fastest tick rate (Hz). Above it the per-tick budget is under 8 ms and speeds lose precision to rounding.
pub const TICK_RATE_MAX: u32 = 128;

/// Player slots a server opens unless told otherwise.
pub const PLAYERS_DEFAULT: usize = 64;
/// Most player slots: renetcode refuses more sessions. World states and masks on the wire grow with it.
pub const PLAYERS_MAX: usize = 1024;
/// Sessions a server accepts beyond its player slots, only to tell them politely why they cannot play.
pub const SESSIONS_SPARE: usize = 8;

/// World grid steps per metre. One step is "a millimetre" on every read-out (0.977 mm exactly).
pub const UNITS_PER_METRE: i32 = 1024;
/// Edge of one map tile, in world units: one metre.
pub const TILE_UNITS: i32 = UNITS_PER_METRE;
/// Bits of one coordinate on the wire: positions lie in `0 .. 2^18` units, 256 m.
pub const POS_BITS: u32 = 18;
/// Longest edge of a map, in tiles.
pub const MAP_TILES_MAX: u32 = 256;
/// Largest map file a server loads or sends and a client accepts, in bytes.
pub const MAP_BYTES_MAX: usize = 256 * 1024;

/// Past world states kept, in ticks (a power of two): baselines and rewinds reach no further. 2 s at 128 Hz: the longest
/// rewind and the state that a snapshot of that time told, which may be a baseline's age older.
pub const HISTORY_TICKS: usize = 256;
/// Oldest baseline a snapshot may be coded against, in ticks: 7 bits of every snapshot, and 1.9 s at 64 Hz is enough.
pub const BASELINE_AGE_TICKS_MAX: u32 = 120;
/// Largest snapshot datagram payload, in bytes: under every common MTU and never sliced.
pub const SNAPSHOT_BYTES_MAX: usize = 1150;
/// Rockets one snapshot tells of at most: half its bytes, if all are new and burst. More wait; those known go on being told.
pub const ROCKETS_PER_SNAPSHOT_MAX: usize = 48;
/// Inputs one packet repeats at most, newest included. Survives 7 lost packets in a row.
pub const INPUTS_PER_PACKET_MAX: usize = 8;
/// Largest input packet, in bytes.
pub const INPUT_PACKET_BYTES_MAX: usize = 192;
/// How far ahead of the server's tick an input may lie and still be filed, in ticks.
pub const INPUT_AHEAD_TICKS_MAX: u32 = 128;
/// How often in a row a missing input is replaced by the one before it; then the player stands still. A quarter second at
/// 64 Hz: longer would walk a player whose cable is out into the open.
pub const INPUT_REPEATS_MAX: u32 = 16;
/// How far back a shot may be tested unless a server is told otherwise, in milliseconds: above it, being shot behind cover
/// costs more than the shooter's lag.
pub const REWIND_MS_DEFAULT: u16 = 250;
/// The furthest a server can be told to let shots reach back, in milliseconds.
pub const REWIND_MS_CAP_MAX: u16 = 1000;

/// Largest control message, in bytes: one renet message that is never sliced.
pub const CONTROL_BYTES_MAX: usize = 1100;
/// Bytes of a map carried by one control message.
pub const MAP_CHUNK_BYTES: usize = 1000;
/// Longest player or server name, in UTF-8 bytes.
pub const NAME_BYTES_MAX: usize = 24;
/// Longest line of chat, in UTF-8 bytes.
pub const CHAT_BYTES_MAX: usize = 160;
/// Lines of chat a server remembers for late joiners.
pub const CHAT_LINES_MAX: usize = 50;
/// Choices of one vote.
pub const VOTE_OPTIONS_MAX: usize = 6;

/// Silence that ends a session, in milliseconds, on either end: a partition of 30 s (a router that restarts, a laptop that
/// looks for its access point) is survived with room to spare. A place held so long is not lost to others: a full server
/// gives a silent player's place away after 2 s.
pub const SESSION_TIMEOUT_MS: u64 = 40_000;
/// Shortest datagram worth a look: a renetcode prefix byte, a sequence byte and a 16-byte tag.
pub const DATAGRAM_BYTES_MIN: usize = 18;
/// Longest datagram accepted from the network, in bytes (renetcode's own limit).
pub const DATAGRAM_BYTES_MAX: usize = 1400;
/// Received datagrams waiting for a tick, per process. At 64 clients x 64 Hz this is one second.
pub const RECEIVE_QUEUE_MAX: usize = 4096;
/// Datagrams one address may have handled in one server tick; the rest are dropped and counted.
pub const DATAGRAMS_PER_ADDRESS_PER_TICK_MAX: u32 = 32;
/// Size asked of the system for socket buffers, in bytes. The default holds only 256 small datagrams.
pub const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Smallest share of the receive queue one connected peer keeps, however many are connected, in datagrams: a quarter
/// second at 64 Hz. With few peers each gets `RECEIVE_QUEUE_MAX / peers`.
pub const RECEIVE_SHARE_MIN: usize = 16;
/// Received datagrams of all unconnected addresses together that wait for a tick. Small: a flood must not fill memory.
pub const STRANGER_QUEUE_MAX: usize = 256;
/// System calls one poll of a socket makes at most, each for up to `RECEIVE_BATCH` datagrams: twice the queue.
pub const RECEIVE_CALLS_PER_POLL_MAX: usize = 2 * RECEIVE_QUEUE_MAX / RECEIVE_BATCH;
/// Datagrams one receive system call takes over where the system can batch them.
pub const RECEIVE_BATCH: usize = 32;
/// Datagrams one tick looks at, whoever sent them: every player's share and more. The rest waits for the next tick.
pub const DATAGRAMS_PER_TICK_MAX: usize = 2 * RECEIVE_QUEUE_MAX;
/// Session openings (each 1 KiB to decrypt, about 8 us) of all unconnected addresses one tick handles together.
pub const HANDSHAKES_PER_TICK_MAX: u32 = 16;
/// Queries one tick answers, whoever asks.
pub const QUERIES_PER_TICK_MAX: u32 = 16;
/// Queries or openings one unconnected address may have handled in one tick: a whole opening needs three.
pub const STRANGER_DATAGRAMS_PER_ADDRESS_PER_TICK_MAX: u32 = 4;
/// Addresses remembered to be half way through an opening. More at once are told nothing and try again.
pub const PENDING_SESSIONS_MAX: usize = 1024;
/// Datagrams a link condition may hold back per wire and direction: 64 clients at 64 Hz for a second.
pub const HELD_DATAGRAMS_MAX: usize = 4096;
/// Longest delay, and widest jitter, of a simulated link, in microseconds: far beyond what anyone can play on. With it grows
/// what a link holds.
pub const LINK_DELAY_US_MAX: u32 = 10_000_000;
/// Slowest rate of a simulated link, in bits per second: one datagram takes ten seconds.
pub const LINK_RATE_BPS_MIN: u64 = 1_000;
/// Fastest rate of a simulated link, in bits per second; above it no limit is felt, and times stay exact in 64 bits.
pub const LINK_RATE_BPS_MAX: u64 = 100_000_000_000;
/// Longest time a full queue of a rate-limited simulated link may take to empty, in milliseconds.
pub const LINK_QUEUE_MS_MAX: u64 = 60_000;
/// Longest freeze of a simulated link, in milliseconds: longer than any session survives.
pub const LINK_FREEZE_MS_MAX: u32 = 60_000;
/// Longest time from one freeze of a simulated link to the next, in milliseconds.
pub const LINK_FREEZE_EVERY_MS_MAX: u32 = 3_600_000;
/// Longest text of a link's settings, in bytes: every word of both directions, twice over.
pub const LINK_TEXT_BYTES_MAX: usize = 512;
/// Datagrams under way at once in an in-memory network.
pub const MEMORY_NET_DATAGRAMS_MAX: usize = 65_536;
/// Sessions renetcode can hold, players and spare together; asking it for more panics.
pub const SESSIONS_MAX: usize = 1024;
/// Control-lane bytes a server may have under way to one client: a whole map and the roster.
pub const CONTROL_MEMORY_TO_CLIENT: usize = 1024 * 1024;
/// Control-lane bytes a client may have under way to the server. Also bounds the messages a hostile client can leave
/// out of order (each takes at least one byte of it).
pub const CONTROL_MEMORY_TO_SERVER: usize = 16 * 1024;
/// Control-lane bytes one tick may send to one client: 20 datagrams, well under what one tick receives from an address.
pub const CONTROL_BYTES_PER_TICK: u64 = 24 * 1024;

const _: () = assert!(HISTORY_TICKS.is_power_of_two());
const _: () = assert!((MAP_TILES_MAX as i32) * TILE_UNITS <= 1 << POS_BITS);
// The oldest snapshot that a rewind can reach, told at the oldest state that it can tell, is still held; and the present.
const REWIND_TICKS_CAP_MAX: u32 = (REWIND_MS_CAP_MAX as u32 * TICK_RATE_MAX).div_ceil(1000);
const _: () = assert!((REWIND_TICKS_CAP_MAX + BASELINE_AGE_TICKS_MAX) < HISTORY_TICKS as u32);
const _: () = assert!(REWIND_MS_DEFAULT <= REWIND_MS_CAP_MAX);
const _: () = assert!(MAP_CHUNK_BYTES < CONTROL_BYTES_MAX && CONTROL_BYTES_MAX < 1199);
const _: () = assert!(SNAPSHOT_BYTES_MAX + 20 <= DATAGRAM_BYTES_MAX);
const _: () = assert!(PLAYERS_DEFAULT <= PLAYERS_MAX && PLAYERS_MAX + SESSIONS_SPARE > PLAYERS_MAX);
const _: () = assert!(LINK_FREEZE_MS_MAX as u64 > SESSION_TIMEOUT_MS);
const _: () = assert!(DATAGRAMS_PER_TICK_MAX > RECEIVE_QUEUE_MAX + STRANGER_QUEUE_MAX);
const _: () = assert!(CONTROL_BYTES_PER_TICK / 1200 < DATAGRAMS_PER_ADDRESS_PER_TICK_MAX as u64);
