//! Packets meant to break a *running* server: it keeps ticking, the offender is dropped and counted, others lose nothing.

use std::thread;
use tickshot_client::headless::swarm::SwarmReport;
use tickshot_server::metrics::ServerReport;
use tickshot_tests::probe::Probe;
use tickshot_tests::{SEED, host, server_config, swarm};

/// Run `attack` against a server with two honest bots on it; returns what both sides saw.
fn under_attack(attack: impl FnOnce(&mut Probe)) -> (ServerReport, SwarmReport) {
    let server = host(server_config());
    let report = thread::scope(|scope| {
        let bots = scope.spawn(|| swarm(&server, 2, 5).expect("honest bots can join"));
        let mut offender = Probe::playing(server.addr(), "offender", SEED);
        attack(&mut offender);
        bots.join().expect("honest bots do not panic")
    });
    let server = server.stop();
    assert!(server.ticks > 64 * 4, "the server kept ticking: {}", server.ticks);
    assert_eq!(report.clients_connected, 2);
    assert_eq!(report.clients_disconnected, 0, "others stay connected");
    assert_eq!(report.corrections.unexplained, 0, "others lose nothing: {report:?}");
    (server, report)
}

fn drops(report: &ServerReport, reason: &str) -> u64 {
    report.drops.get(reason).copied().unwrap_or(0)
}

/// renet's slice packet: type 2 or 3, then channel, sequence, message id, slice index, number of slices, payload.
fn slice_packet(kind: u8, slice_index: u8, num_slices: u8) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 1, 7, slice_index, num_slices];
    bytes.extend([0x2a; 40]);
    bytes
}

#[test]
fn a_slice_with_an_index_out_of_range_ends_only_its_sender() {
    let (server, _) = under_attack(|offender| {
        for kind in [2, 3] {
            offender.send_sealed(&slice_packet(kind, 9, 2));
        }
        assert!(offender.pump_until(3.0, |p| !p.is_connected()), "the offender is disconnected");
    });
    assert!(drops(&server, "forbidden") >= 1, "{:?}", server.drops);
}

#[test]
fn a_slice_count_that_changes_mid_message_ends_only_its_sender() {
    let (server, _) = under_attack(|offender| {
        offender.send_sealed(&slice_packet(2, 0, 4));
        offender.send_sealed(&slice_packet(2, 1, 2));
        assert!(offender.pump_until(3.0, |p| !p.is_connected()), "the offender is disconnected");
    });
    assert!(drops(&server, "forbidden") >= 1, "{:?}", server.drops);
}

#[test]
fn a_huge_sequence_from_a_connected_address_is_dropped_before_it_is_opened() {
    let (server, _) = under_attack(|offender| {
        // Prefix byte: type 5 (payload), eight bytes of sequence; sequence u64::MAX; then junk for a body.
        let mut bytes = vec![0x85];
        bytes.extend(u64::MAX.to_le_bytes());
        bytes.extend([0x11; 40]);
        offender.send_raw(&bytes);
        let before = offender.snapshots;
        // Anybody can forge the address, so the session it belongs to must not suffer.
        assert!(offender.pump_until(2.0, |p| p.snapshots > before + 32), "its session goes on");
    });
    assert!(drops(&server, "sequence") >= 1, "{:?}", server.drops);
}

#[test]
fn a_flood_of_junk_is_bounded_per_tick_and_counted() {
    let (server, _) = under_attack(|offender| {
        let junk = [0xC3; 600];
        for burst in 0..100u32 {
            for i in 0..1000u32 {
                let mut bytes = junk;
                bytes[1..5].copy_from_slice(&(burst * 1000 + i).to_le_bytes());
                // Lengths across the whole range, the impossible ones included.
                offender.send_raw(&bytes[..(i as usize * 7) % junk.len()]);
            }
            offender.pump_until(0.01, |_| false);
        }
    });
    let dropped: u64 = server.drops.values().sum();
    assert!(dropped > 10_000, "{:?}", server.drops);
}

#[test]
fn unknown_lanes_and_malformed_inputs_are_dropped_and_counted() {
    let (server, _) = under_attack(|offender| {
        for lane in [0xA1, 0xB0, 0x55] {
            offender.send_sealed(&[lane, 1, 2, 3]);
        }
        for length in 1..60usize {
            let mut bytes = vec![0xA0];
            bytes.extend((0..length).map(|i| (i * 37 + length * 11) as u8));
            offender.send_sealed(&bytes);
        }
        offender.pump_until(1.0, |_| false);
    });
    assert!(drops(&server, "input_malformed") > 0, "{:?}", server.drops);
}
