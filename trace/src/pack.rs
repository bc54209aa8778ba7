//! The record of a tick as bytes, exactly as prost writes it but several times faster: nearly all of its columns hold numbers
//! below 128, whose packed form is one byte each, and that is checked and copied for a whole column at once.
//!
//! Stands alone because a server writes one of these per tick, and they are most of what recording costs it.

use crate::proto::ServerTick;
use prost::encoding::{self, WireType, encode_key, encode_varint, encoded_len_varint};

/// Appends `record` to `bytes`.
pub(crate) fn encode_tick(record: &ServerTick, bytes: &mut Vec<u8>) {
    // Taken apart by name: a new field does not compile until it is written.
    let ServerTick {
        tick,
        deadline_ns,
        late_us,
        receive_us,
        control_us,
        step_us,
        snapshots_us,
        flush_us,
        lost_ticks,
        changes,
        state_hash,
        input_sums,
        player_checks,
        field_checks,
        input_slots,
        input_uses,
        headings,
        aims,
        buttons,
        weapons,
        margins_us,
        packet_slots,
        packet_arrivals_us,
        packet_newest,
        packet_inputs,
        packet_kept,
        packet_late,
        packet_acks,
        packet_ack_gaps,
        packet_display_delays,
        snapshot_slots,
        snapshot_sent_us,
        snapshot_bytes,
        snapshot_baselines,
        snapshot_entities,
        snapshot_deferred,
        snapshot_header_bits,
        snapshot_own_bits,
        snapshot_scene_bits,
        snapshot_set_bits,
        field_bits,
        stamp_slots,
        stamp_a_ages,
        stamp_b_ages,
        stamp_fractions,
        stamp_own_ages,
        stamp_own_fractions,
        stamp_based_on_ages,
        stamp_checks,
    } = record;
    unsigned(1, *tick, bytes);
    if *deadline_ns != 0 {
        encoding::sint64::encode(2, deadline_ns, bytes);
    }
    if *late_us != 0 {
        encoding::sint32::encode(3, late_us, bytes);
    }
    for (tag, value) in [receive_us, control_us, step_us, snapshots_us, flush_us, lost_ticks].into_iter().enumerate() {
        unsigned(4 + tag as u32, *value, bytes);
    }
    encoding::message::encode_repeated(10, changes, bytes);
    if *state_hash != 0 {
        encoding::fixed64::encode(11, state_hash, bytes);
    }
    for (tag, checks) in [(13, player_checks), (14, field_checks)] {
        if !checks.is_empty() {
            encoding::bytes::encode(tag, checks, bytes);
        }
    }
    encoding::fixed32::encode_packed(15, input_sums, bytes);
    for (tag, column) in [input_slots, input_uses, headings, aims, buttons, weapons].into_iter().enumerate() {
        packed(20 + tag as u32, column, bytes);
    }
    packed_signed(26, margins_us, bytes);
    packed(30, packet_slots, bytes);
    packed_signed(31, packet_arrivals_us, bytes);
    packed_signed(32, packet_newest, bytes);
    for (tag, column) in [packet_inputs, packet_kept, packet_late, packet_acks, packet_ack_gaps].into_iter().enumerate()
    {
        packed(33 + tag as u32, column, bytes);
    }
    packed_signed(38, packet_display_delays, bytes);
    packed(40, snapshot_slots, bytes);
    packed_signed(41, snapshot_sent_us, bytes);
    let of_snapshots = [
        snapshot_bytes,
        snapshot_baselines,
        snapshot_entities,
        snapshot_deferred,
        snapshot_header_bits,
        snapshot_own_bits,
        snapshot_scene_bits,
        snapshot_set_bits,
        field_bits,
    ];
    for (tag, column) in of_snapshots.into_iter().enumerate() {
        packed(42 + tag as u32, column, bytes);
    }
    let of_stamps = [
        stamp_slots,
        stamp_a_ages,
        stamp_b_ages,
        stamp_fractions,
        stamp_own_ages,
        stamp_own_fractions,
        stamp_based_on_ages,
        stamp_checks,
    ];
    for (tag, column) in of_stamps.into_iter().enumerate() {
        packed(60 + tag as u32, column, bytes);
    }
}

fn unsigned(tag: u32, value: u32, bytes: &mut Vec<u8>) {
    if value != 0 {
        encoding::uint32::encode(tag, &value, bytes);
    }
}

/// Zigzag: small numbers of either sign become small ones without.
fn packed_signed(tag: u32, column: &[i32], bytes: &mut Vec<u8>) {
    let zigzag = |value: &i32| ((value << 1) ^ (value >> 31)) as u32;
    packed_with(tag, column, zigzag, bytes);
}

fn packed(tag: u32, column: &[u32], bytes: &mut Vec<u8>) {
    packed_with(tag, column, |value| *value, bytes);
}

#[inline]
fn packed_with<T>(tag: u32, column: &[T], number: impl Fn(&T) -> u32, bytes: &mut Vec<u8>) {
    if column.is_empty() {
        return;
    }
    encode_key(tag, WireType::LengthDelimited, bytes);
    let all = column.iter().fold(0, |all, value| all | number(value));
    if all < 1 << 7 {
        encode_varint(column.len() as u64, bytes);
        bytes.extend(column.iter().map(|value| number(value) as u8));
        return;
    }
    let length: usize = column.iter().map(|value| encoded_len_varint(number(value).into())).sum();
    encode_varint(length as u64, bytes);
    // Each number takes eight bytes, without a branch, and the next is written over those of them that do not count.
    let mut at = bytes.len();
    bytes.resize(at + length + 8, 0);
    for value in column {
        let value = u64::from(number(value));
        let size = encoded_len_varint(value);
        let sevens = value & 0x7f
            | value << 1 & 0x7f00
            | value << 2 & 0x7f_0000
            | value << 3 & 0x7f00_0000
            | value << 4 & 0x7f_0000_0000;
        let goes_on = 0x80_8080_8080 & ((1 << (8 * (size - 1))) - 1);
        bytes[at..at + 8].copy_from_slice(&(sevens | goes_on).to_le_bytes());
        at += size;
    }
    bytes.truncate(at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Change;
    use prost::Message;
    use tickshot_shared::rng::Rng;

    /// Columns of any lengths with small and large numbers of either sign; some fields as they are left out.
    fn random_tick(rng: &mut Rng) -> ServerTick {
        let number = |rng: &mut Rng| {
            let bits = rng.below(33);
            if bits == 0 { 0 } else { (rng.next_u64() >> (64 - bits)) as u32 }
        };
        let mut column = || {
            let most = [7, 14, 16, 21, 22, 31][rng.below(6) as usize];
            (0..rng.below(70)).map(|_| (rng.next_u64() >> (64 - most)) as u32).collect::<Vec<u32>>()
        };
        let columns: [Vec<u32>; 27] = std::array::from_fn(|_| column());
        let signed = |values: &[u32]| values.iter().map(|value| *value as i32 - 60).collect::<Vec<i32>>();
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, zz] = columns;
        ServerTick {
            tick: number(rng),
            deadline_ns: rng.next_u64() as i64 >> rng.below(64),
            late_us: number(rng) as i32,
            receive_us: number(rng),
            control_us: number(rng),
            step_us: number(rng),
            snapshots_us: number(rng),
            flush_us: number(rng),
            lost_ticks: number(rng),
            changes: vec![Change { kind: 1, slot: number(rng), team: 2 }; rng.below(3) as usize],
            state_hash: rng.next_u64(),
            input_sums: vec![number(rng), 0, number(rng)],
            player_checks: a.iter().map(|value| *value as u8).collect(),
            field_checks: b.iter().map(|value| *value as u8).collect(),
            margins_us: signed(&c),
            packet_arrivals_us: signed(&d),
            packet_newest: signed(&e),
            packet_display_delays: signed(&f),
            snapshot_sent_us: signed(&g),
            input_slots: a,
            input_uses: b,
            headings: c,
            aims: d,
            buttons: e,
            weapons: f,
            packet_slots: g,
            packet_inputs: h,
            packet_kept: i,
            packet_late: j,
            packet_acks: k,
            packet_ack_gaps: l,
            snapshot_slots: m,
            snapshot_bytes: n,
            snapshot_baselines: o,
            snapshot_entities: p,
            snapshot_deferred: q,
            snapshot_header_bits: r.clone(),
            snapshot_own_bits: s.clone(),
            snapshot_scene_bits: r.iter().rev().copied().collect(),
            snapshot_set_bits: s.iter().rev().copied().collect(),
            stamp_slots: t,
            stamp_a_ages: u,
            stamp_b_ages: v,
            stamp_fractions: w,
            stamp_own_ages: x,
            stamp_own_fractions: y,
            stamp_based_on_ages: z,
            stamp_checks: zz,
            field_bits: r.iter().chain(&s).copied().collect(),
        }
    }

    #[test]
    fn a_tick_is_written_byte_for_byte_as_prost_would() {
        let mut rng = Rng::new(7);
        let ticks = (0..500).map(|_| random_tick(&mut rng)).chain([ServerTick::default()]).collect::<Vec<_>>();
        for tick in ticks {
            let mut bytes = Vec::new();
            encode_tick(&tick, &mut bytes);
            assert_eq!(bytes, tick.encode_to_vec(), "{tick:?}");
        }
    }
}
