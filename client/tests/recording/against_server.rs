//! A client's trace against the server's: what one sent and the other used, and the other way round.

use crate::bench::Bench;
use crate::{LINKS, join_on, short_matches, sorted};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tickshot_client::lab::universe::UniverseConfig;
use tickshot_trace::model::{ClientTrace, ServerTrace, Trace};
use tickshot_trace::proto;
use tickshot_trace::replay::stamp_of;

/// The server's trace and those of the clients.
fn traces(bench: &mut Bench) -> (ServerTrace, Vec<ClientTrace>) {
    let mut traces = bench.universe.take_traces().into_iter().map(sorted);
    let Some(Trace::Server(server)) = traces.next() else { panic!("the server's trace comes first") };
    let client = |trace| match trace {
        Trace::Client(client) => *client,
        Trace::Server(_) => panic!("a second server"),
    };
    (*server, traces.map(client).collect())
}

#[test]
fn every_input_that_the_server_used_and_every_snapshot_that_it_sent_is_in_the_clients_trace() {
    let mut bench = Bench::with(UniverseConfig { record: true, ..short_matches(33) });
    join_on(&mut bench, &LINKS, true);
    bench.run_for(Duration::from_secs(23));
    let (server, clients) = traces(&mut bench);
    assert!(server.matches.len() > 2, "{} matches", server.matches.len());
    for (client, trace) in clients.iter().enumerate() {
        let slot = trace.welcomes[0].it.slot;
        assert_eq!(trace.welcomes.len(), server.matches.len(), "client {client}: a welcome to each match");
        assert_eq!(trace.client_id(), bench.universe.client(client).id);
        assert_eq!(used_inputs_missing(&server, trace, slot), Vec::<u32>::new(), "client {client}");
        check_snapshots(&bench, client, &server, trace, slot);
        assert_eq!(trace.inputs.len() as u64, bench.stats(client).inputs, "client {client}");
        check_packets(&server, trace, slot);
    }
}

/// Ticks in which the server used an input that the client did not sample, or another one.
fn used_inputs_missing(server: &ServerTrace, trace: &ClientTrace, slot: u32) -> Vec<u32> {
    let inputs: BTreeMap<u32, &proto::InputSampled> = trace.inputs.iter().map(|input| (input.tick, input)).collect();
    let mut missing = Vec::new();
    let mut used = 0;
    for tick in &server.ticks {
        for i in (0..tick.input_slots.len()).filter(|i| tick.input_slots[*i] == slot && tick.input_uses[*i] == 0) {
            used += 1;
            let there = inputs.get(&tick.tick).is_some_and(|input| {
                (input.heading, input.aim, input.buttons, input.weapon)
                    == (tick.headings[i], tick.aims[i], tick.buttons[i], tick.weapons[i])
                    && input.stamp == stamp_of(tick, slot)
            });
            if !there {
                missing.push(tick.tick);
            }
        }
    }
    assert!(used > 500, "only {used} inputs used");
    missing
}

/// Each snapshot that was sent was received, with all its bytes, or the link swallowed it, or it is still on its way.
fn check_snapshots(bench: &Bench, client: usize, server: &ServerTrace, trace: &ClientTrace, slot: u32) {
    let received: BTreeMap<u32, &proto::SnapshotReceived> =
        trace.snapshots.iter().map(|snapshot| (snapshot.tick, snapshot)).collect();
    let (mut sent, mut lost) = (BTreeSet::new(), 0);
    let last = server.ticks.last().map_or(0, |tick| tick.tick);
    for tick in &server.ticks {
        for i in (0..tick.snapshot_slots.len()).filter(|i| tick.snapshot_slots[*i] == slot) {
            sent.insert(tick.tick);
            match received.get(&tick.tick) {
                Some(snapshot) => {
                    assert_eq!(snapshot.bytes, tick.snapshot_bytes[i], "client {client}, tick {}", tick.tick);
                    assert_eq!(
                        snapshot.baseline_age, tick.snapshot_baselines[i],
                        "client {client}, tick {}",
                        tick.tick
                    );
                }
                None => lost += u64::from(tick.tick + ON_ITS_WAY_TICKS < last),
            }
        }
    }
    assert!(received.keys().all(|tick| sent.contains(tick)), "client {client} heard what nobody said");
    let (_, down) = bench.universe.client(client).wires();
    let swallowed = down.counts().lost + down.counts().over_queue + down.datagrams_cut();
    eprintln!("client {client}: {} snapshots sent, {lost} lost; the link swallowed {swallowed} datagrams", sent.len());
    assert!(lost <= swallowed, "client {client}: {lost} are missing, {swallowed} datagrams were lost");
    let used = trace.snapshots.iter().filter(|snapshot| snapshot.dropped.is_empty()).count() as u64;
    assert_eq!(used, bench.stats(client).snapshots, "client {client}");
    let mut drops: BTreeMap<&str, u64> = BTreeMap::new();
    trace
        .snapshots
        .iter()
        .filter(|it| !it.dropped.is_empty())
        .for_each(|it| *drops.entry(&it.dropped).or_default() += 1);
    let counted = bench.stats(client).drops.iter().map(|(reason, count)| (*reason, *count));
    assert_eq!(drops, counted.collect(), "client {client}: nothing but snapshots is dropped here");
}

/// Every packet that arrived at the server was sent, as it arrived: at most once per copy that the link made of it.
fn check_packets(server: &ServerTrace, trace: &ClientTrace, slot: u32) {
    let sent: BTreeSet<(u32, u32)> = trace.packets.iter().map(|packet| (packet.newest, packet.inputs)).collect();
    let mut arrived = 0;
    for tick in &server.ticks {
        for i in (0..tick.packet_slots.len()).filter(|i| tick.packet_slots[*i] == slot) {
            let newest = tick.tick.saturating_add_signed(tick.packet_newest[i]);
            assert!(sent.contains(&(newest, tick.packet_inputs[i])), "a packet of {newest} that nobody sent");
            arrived += 1;
        }
    }
    assert!(arrived > 500, "only {arrived} packets arrived");
    let fresh: u32 = trace.packets.iter().map(|packet| packet.fresh).sum();
    let never_sent = trace.inputs.len().checked_sub(fresh as usize).expect("an input is fresh in one packet at most");
    // One whose tick was over when it was made (the clock had just jumped) stays at home.
    assert!(never_sent <= 8, "{never_sent} inputs were never sent");
}

/// A snapshot can be on its way for as long as the worst link here holds it.
const ON_ITS_WAY_TICKS: u32 = 32;
