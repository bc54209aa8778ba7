//! What a hostile sender can do to a running server: nothing but be dropped, counted and thrown out.
//!
//! Every test keeps an honest client playing beside the attack and checks that it loses nothing.

mod common;

use common::{Guest, Rogue, Seen, Table, guest_addr, server_addr};
use tickshot_server::net::access::SessionKey;
use tickshot_server::net::lanes::CONTROL_CHANNEL;
use tickshot_shared::limits::{DATAGRAMS_PER_TICK_MAX, QUERIES_PER_TICK_MAX, STRANGER_QUEUE_MAX};
use tickshot_shared::protocol::query::{Query, encode_query};
use tickshot_shared::rng::Rng;

#[test]
fn a_slice_index_out_of_range_throws_its_sender_out() {
    for kind in [2, 3] {
        thrown_out_for(&[slice(kind, 1, 9, 2)]);
    }
}

#[test]
fn a_changing_number_of_slices_throws_its_sender_out() {
    thrown_out_for(&[slice(2, 1, 0, 2), slice(2, 2, 1, 12)]);
}

#[test]
fn messages_without_bytes_which_renet_would_hoard_throw_their_sender_out() {
    let mut packet = vec![0, 1, 0, 0, 60];
    for number in 1..=60 {
        packet.extend_from_slice(&[number, 0]);
    }
    thrown_out_for(&[packet]);
}

#[test]
fn a_huge_sequence_from_a_connected_address_changes_nothing() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    for kind in [4u8, 5, 6] {
        let mut bytes = vec![0x80 | kind];
        bytes.extend_from_slice(&u64::MAX.to_le_bytes());
        bytes.resize(60, 0xAB);
        table.net.forge(guest_addr(1), server_addr(), &bytes);
        table.net.forge(server_addr(), guest_addr(1), &bytes);
    }
    plays_undisturbed(&mut table, &mut guest, |_, _| {});
    assert_eq!(table.host.drops("sequence"), 3);
    assert_eq!(guest.transport.counters().drops.get("sequence"), Some(&3));
}

#[test]
fn a_flood_of_100_000_strangers_is_bounded_and_costs_nobody_a_datagram() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut rng = Rng::new(77);
    let mut bytes = [0u8; 64];
    let before = table.host.transport.counters().datagrams_in;
    let mut most = 0;
    plays_undisturbed(&mut table, &mut guest, |table, tick| {
        // Ten ticks of 10,000: real first bytes, forged senders.
        if tick < 10 {
            for _ in 0..10_000 {
                let from = guest_addr(2 + rng.below(60_000) as u16);
                bytes[0] = rng.below(256) as u8;
                table.net.forge(from, server_addr(), &bytes);
            }
        }
        let handled = table.host.transport.counters().datagrams_in - before - most;
        most += handled;
        assert!(handled <= (STRANGER_QUEUE_MAX + 8) as u64, "{handled} in one tick");
    });
    assert_eq!(table.net.lost(), 0, "the flood reached the server");
    assert!(table.host.drops("queue") > 90_000);
    // And whoever comes after the flood is let in.
    let mut late = table.guest(65_000, None);
    table.ticks(64, &mut [&mut guest, &mut late]);
    assert!(late.is_connected());
}

#[test]
fn a_flood_of_openings_leaves_the_players_alone() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut opening = vec![0u8; 1078];
    opening[1..14].copy_from_slice(b"NETCODE 1.02\0");
    plays_undisturbed(&mut table, &mut guest, |table, tick| {
        for number in 0..50 {
            table.net.forge(guest_addr(100 + tick as u16 * 50 + number), server_addr(), &opening);
        }
    });
    assert!(table.host.drops("stranger_budget") > 1000);
}

#[test]
fn a_flood_of_questions_is_answered_a_few_times_a_tick_and_hurts_nobody() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let query = encode_query(&Query { nonce: 7, key_check: None });
    let (mut most, mut before) = (0, None);
    plays_undisturbed(&mut table, &mut guest, |table, tick| {
        let sent = table.host.transport.counters().datagrams_out;
        most = most.max(sent - before.replace(sent).unwrap_or(sent));
        for number in 0..500u16 {
            table.net.forge(guest_addr(100 + tick as u16 * 50 + number), server_addr(), &query);
        }
    });
    assert!(
        most >= u64::from(QUERIES_PER_TICK_MAX) && most <= u64::from(QUERIES_PER_TICK_MAX) + 4,
        "{most} answers in a tick"
    );
    assert!(table.host.drops("stranger_budget") > 1000);
}

#[test]
fn a_connected_client_that_floods_hurts_only_itself() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut rogue = Rogue::new(&table.net, 2, &SessionKey::open(), 99, 5);
    rogue.connect(&mut table, &mut [&mut guest]);
    plays_undisturbed(&mut table, &mut guest, |table, _| {
        for _ in 0..2_000 {
            rogue.send(&[0xA0, 0xFF]);
        }
        rogue.tick(table.now);
    });
    assert!(table.host.drops("address_budget") > 0);
    let handled = table.host.hot().iter().filter(|bytes| bytes[1] == 0xFF).count();
    assert!(handled <= 64 * 32, "{handled} in 64 ticks");
}

#[test]
fn a_token_that_never_times_out_is_timed_out() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut rogue = Rogue::new(&table.net, 2, &SessionKey::open(), 99, -1);
    rogue.connect(&mut table, &mut [&mut guest]);
    assert_eq!(table.host.ids().len(), 2);
    table.ticks(64 * 6, &mut [&mut guest]);
    assert_eq!(table.host.reasons(), ["timed out"]);
}

#[test]
fn a_forged_opening_does_not_end_a_live_session() {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut rogue = Rogue::new(&table.net, 2, &SessionKey::open(), 99, 5);
    let opening = rogue.netcode.update(std::time::Duration::ZERO).expect("an opening").0.to_vec();
    plays_undisturbed(&mut table, &mut guest, |table, _| {
        table.net.forge(guest_addr(1), server_addr(), &opening);
    });
    assert_eq!(table.host.drops("occupied"), 64);
}

#[test]
fn garbage_of_every_kind_neither_panics_nor_disturbs() {
    for seed in 0..4u64 {
        let mut table = Table::new(8, None);
        let mut guest = table.connected_guest(1);
        let mut rogue = Rogue::new(&table.net, 2, &SessionKey::open(), 99, 5);
        rogue.connect(&mut table, &mut [&mut guest]);
        let mut rng = Rng::new(seed);
        plays_undisturbed(&mut table, &mut guest, |table, tick| {
            for _ in 0..20 {
                let bytes = garbage(&mut rng);
                table.net.forge(guest_addr(3), server_addr(), &bytes);
                table.net.forge(guest_addr(2), server_addr(), &bytes);
                table.net.forge(server_addr(), guest_addr(1), &bytes);
            }
            // Sealed garbage, from somebody with the key. Thrown out, it comes back under another id.
            rogue.tick(table.now);
            if rogue.netcode.is_connected() {
                let bytes = garbage(&mut rng);
                rogue.send(&bytes[..bytes.len().min(1300)]);
            } else if tick % 8 == 0 {
                rogue = Rogue::new(&table.net, 10 + tick as u16, &SessionKey::open(), 100 + u64::from(tick), 5);
            }
        });
        println!("seed {seed}: {:?}", table.host.transport.counters().drops);
    }
}

/// A slice packet as renet writes it: type, sequence, channel, message, slice index, number of slices, length, bytes. Full
/// length, because renet refuses a shorter one before it looks at the index.
fn slice(kind: u8, sequence: u8, index: u8, slices: u8) -> Vec<u8> {
    let mut packet = vec![kind, sequence, 0, 0, index, slices, 0x44, 0xB0];
    packet.resize(8 + 1200, 7);
    packet
}

/// Random bytes with likely beginnings, so that they get further than the first check.
fn garbage(rng: &mut Rng) -> Vec<u8> {
    let length = [0, 1, 17, 18, 40, 112, 324, 1078, 1400, 1401][rng.below(10) as usize] + rng.below(3) as usize;
    let mut bytes: Vec<u8> = (0..length).map(|_| rng.below(256) as u8).collect();
    if let Some(first) = bytes.first_mut() {
        let likely = [0x00, 0x01, 0x03, 0x04, 0x14, 0x15, 0x85, 0x16, 0x02, 0xA0, 0xFF, *first];
        *first = likely[rng.below(likely.len() as u32) as usize];
    }
    if bytes.len() == 1078 && rng.chance(1, 2) {
        bytes[1..14].copy_from_slice(b"NETCODE 1.02\0");
    }
    bytes
}

/// A client with a real session sends `packets`: it is disconnected and counted, the server goes on.
fn thrown_out_for(packets: &[Vec<u8>]) {
    let mut table = Table::new(8, None);
    let mut guest = table.connected_guest(1);
    let mut rogue = Rogue::new(&table.net, 2, &SessionKey::open(), 99, 5);
    rogue.connect(&mut table, &mut [&mut guest]);
    for packet in packets {
        rogue.send(packet);
    }
    plays_undisturbed(&mut table, &mut guest, |table, _| rogue.tick(table.now));
    assert_eq!(table.host.reasons(), ["sent a forbidden packet"]);
    assert!(table.host.drops("forbidden") >= 1);
    assert!(!rogue.netcode.is_connected(), "it was told");
}

/// Lets `guest` play for a second while `attack` does what it likes: every input arrives, in order, and so does what the
/// server says back.
fn plays_undisturbed(table: &mut Table, guest: &mut Guest, mut attack: impl FnMut(&mut Table, u32)) {
    table.host.seen.clear();
    guest.hot.clear();
    let id = *table.host.ids().iter().find(|id| **id != 99).expect("the guest is connected");
    for tick in 0..64u32 {
        guest.transport.send_hot(&[0xA0, tick as u8]);
        guest.renet.send_message(CONTROL_CHANNEL, vec![tick as u8]);
        attack(table, tick);
        table.host.transport.send_hot(id, &[0xA1, tick as u8]);
        table.tick(&mut [guest]);
    }
    table.ticks(3, &mut [guest]);
    let inputs: Vec<u8> = table
        .host
        .seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Hot { id: from, bytes, .. } if *from == id => Some(bytes[1]),
            _ => None,
        })
        .collect();
    assert_eq!(inputs, (0..64).collect::<Vec<u8>>(), "every input of the honest client, once, in order");
    assert_eq!(guest.hot.iter().map(|bytes| bytes[1]).collect::<Vec<u8>>(), (0..64).collect::<Vec<u8>>());
    for tick in 0..64u8 {
        assert_eq!(table.host.renet.receive_message(id, CONTROL_CHANNEL).as_deref(), Some([tick].as_slice()));
    }
    assert!(guest.is_connected());
    assert!(table.host.transport.counters().datagrams_in < u64::from(70 * DATAGRAMS_PER_TICK_MAX as u32));
}
