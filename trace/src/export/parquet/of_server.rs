//! The server's tables: ticks, inputs, packets, snapshots, bits by field, shots.

use super::rows::server::{FieldBits, Input, PacketArrived, Shot, SnapshotSent, Tick};
use super::{Tables, entry};
use crate::export::text::{CHECKS, CLAMPS, FATES, USES, WEAPONS, id, mm, slot_of, word};
use crate::export::{ExportError, Sources, began_ns, busy_us};
use crate::model::ServerTrace;
use crate::proto;
use crate::report::SERVER;
use std::sync::Arc;

pub(super) fn write(tables: &mut Tables<'_>, sources: &Sources<'_>, server: &ServerTrace) -> Result<(), ExportError> {
    let me: Arc<str> = SERVER.into();
    tables.write(server.ticks.iter().map(|tick| tick_row(&me, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| input_rows(&me, sources, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| packet_rows(&me, sources, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| snapshot_rows(&me, sources, tick)))?;
    let fields: Vec<Arc<str>> = server.fields.names.iter().map(|name| name.as_str().into()).collect();
    tables.write(server.ticks.iter().flat_map(|tick| field_rows(&me, &fields, tick)))?;
    tables.write(server.shots.iter().map(|shot| shot_row(&me, sources, server, shot)))
}

fn tick_row(me: &Arc<str>, it: &proto::ServerTick) -> Tick {
    let began_ns = began_ns(it);
    Tick {
        process: me.clone(),
        t_ns: began_ns,
        local_ns: began_ns,
        tick: it.tick,
        deadline_ns: it.deadline_ns,
        late_us: it.late_us,
        receive_us: it.receive_us,
        control_us: it.control_us,
        step_us: it.step_us,
        snapshots_us: it.snapshots_us,
        flush_us: it.flush_us,
        busy_us: busy_us(it),
        lost_ticks: it.lost_ticks,
        players: it.input_slots.len() as u32,
        inputs_missing: it.input_uses.iter().filter(|use_| **use_ != 0).count() as u32,
        packets: it.packet_slots.len() as u32,
        snapshots: it.snapshot_slots.len() as u32,
        snapshot_bytes: it.snapshot_bytes.iter().sum(),
        state_hash: it.state_hash,
    }
}

fn input_rows<'a>(
    me: &'a Arc<str>,
    sources: &'a Sources<'_>,
    it: &'a proto::ServerTick,
) -> impl Iterator<Item = Input> + 'a {
    let began_ns = began_ns(it);
    it.input_slots.iter().enumerate().map(move |(i, &slot)| {
        let use_ = entry(&it.input_uses, i);
        Input {
            process: me.clone(),
            t_ns: began_ns,
            local_ns: began_ns,
            tick: it.tick,
            slot,
            name: sources.who(slot, it.tick),
            used_as: word(USES, use_),
            margin_us: (use_ == 0 && !sources.is_bot(slot)).then(|| entry(&it.margins_us, i)),
            heading: entry(&it.headings, i),
            aim: entry(&it.aims, i),
            buttons: entry(&it.buttons, i),
            weapon: word(WEAPONS, entry(&it.weapons, i)),
        }
    })
}

fn packet_rows<'a>(
    me: &'a Arc<str>,
    sources: &'a Sources<'_>,
    it: &'a proto::ServerTick,
) -> impl Iterator<Item = PacketArrived> + 'a {
    it.packet_slots.iter().enumerate().map(move |(i, &slot)| {
        let arrived_ns = it.deadline_ns + i64::from(entry(&it.packet_arrivals_us, i)) * 1_000;
        PacketArrived {
            process: me.clone(),
            t_ns: arrived_ns,
            local_ns: arrived_ns,
            tick: it.tick,
            slot,
            name: sources.who(slot, it.tick),
            newest_tick: i64::from(it.tick) + i64::from(entry(&it.packet_newest, i)),
            inputs: entry(&it.packet_inputs, i),
            kept: entry(&it.packet_kept, i),
            late: entry(&it.packet_late, i),
            ack_tick: entry(&it.packet_acks, i).checked_sub(1).map(|age| i64::from(it.tick) - i64::from(age)),
            display_delay_quarter_ticks: entry(&it.packet_display_delays, i),
        }
    })
}

fn snapshot_rows<'a>(
    me: &'a Arc<str>,
    sources: &'a Sources<'_>,
    it: &'a proto::ServerTick,
) -> impl Iterator<Item = SnapshotSent> + 'a {
    it.snapshot_slots.iter().enumerate().map(move |(i, &slot)| {
        let sent_ns = it.deadline_ns + i64::from(entry(&it.snapshot_sent_us, i)) * 1_000;
        let bytes = entry(&it.snapshot_bytes, i);
        let parts = [&it.snapshot_header_bits, &it.snapshot_own_bits, &it.snapshot_scene_bits, &it.snapshot_set_bits];
        let [header_bits, own_bits, scene_bits, set_bits] = parts.map(|column| entry(column, i));
        let told = [header_bits, own_bits, scene_bits, set_bits].into_iter().fold(0, u32::saturating_add);
        let baseline = entry(&it.snapshot_baselines, i);
        SnapshotSent {
            process: me.clone(),
            t_ns: sent_ns,
            local_ns: sent_ns,
            tick: it.tick,
            slot,
            name: sources.who(slot, it.tick),
            bytes,
            baseline_age: (baseline != 0).then_some(baseline),
            entities: entry(&it.snapshot_entities, i),
            deferred: entry(&it.snapshot_deferred, i),
            header_bits,
            own_bits,
            scene_bits,
            set_bits,
            entity_bits: bytes.saturating_mul(8).saturating_sub(told),
        }
    })
}

fn field_rows<'a>(
    me: &'a Arc<str>,
    fields: &'a [Arc<str>],
    it: &'a proto::ServerTick,
) -> impl Iterator<Item = FieldBits> + 'a {
    let began_ns = began_ns(it);
    it.field_bits.iter().enumerate().map(move |(i, &bits)| FieldBits {
        process: me.clone(),
        t_ns: began_ns,
        local_ns: began_ns,
        tick: it.tick,
        field: fields.get(i).cloned().unwrap_or_else(|| format!("field {i}").into()),
        bits,
    })
}

fn shot_row(me: &Arc<str>, sources: &Sources<'_>, server: &ServerTrace, shot: &proto::Shot) -> Shot {
    let began = server.tick(shot.tick).map(began_ns);
    let ms = |age_256ths: f64| age_256ths / 256.0 * sources.tick_ns() as f64 / 1e6;
    let who = |slot: Option<u32>| slot.map(|slot| sources.who(slot, shot.tick));
    let verdict = |check: usize| shot.verdicts.get(check).copied().and_then(slot_of);
    let target = shot.target.as_ref();
    let drawn = target.filter(|target| target.was_drawn);
    let rewound = target.filter(|target| target.fate == 0);
    let apart = |ax: i32, ay: i32, bx: i32, by: i32| mm(ax.wrapping_sub(bx)).hypot(mm(ay.wrapping_sub(by)));
    Shot {
        process: me.clone(),
        t_ns: began,
        local_ns: began,
        id: id(&shot.id),
        tick: shot.tick,
        shooter: shot.shooter,
        shooter_name: sources.who(shot.shooter, shot.tick),
        weapon: word(WEAPONS, shot.weapon),
        aim: shot.aim,
        hit: slot_of(shot.hit),
        hit_name: who(slot_of(shot.hit)),
        policy: word(CHECKS, shot.policy),
        hit_none: verdict(0),
        hit_whole_tick: verdict(1),
        hit_exact: verdict(2),
        clamp: word(CLAMPS, shot.clamp),
        claimed_age_ms: ms(f64::from(shot.claimed_age_256ths)),
        used_age_ms: ms(f64::from(shot.used_age_256ths)),
        muzzle_x: shot.muzzle_x,
        muzzle_y: shot.muzzle_y,
        range_mm: mm(shot.range_units),
        target: target.map(|target| target.slot),
        target_name: who(target.map(|target| target.slot)),
        target_fate: target.map(|target| word(FATES, target.fate)),
        drawn_x: drawn.map(|target| target.drawn_x),
        drawn_y: drawn.map(|target| target.drawn_y),
        tested_x: rewound.map(|target| target.tested_x),
        tested_y: rewound.map(|target| target.tested_y),
        present_x: target.map(|target| target.present_x),
        present_y: target.map(|target| target.present_y),
        drawn_to_tested_mm: rewound
            .filter(|it| it.was_drawn)
            .map(|it| apart(it.drawn_x, it.drawn_y, it.tested_x, it.tested_y)),
        tested_to_present_mm: rewound.map(|it| apart(it.tested_x, it.tested_y, it.present_x, it.present_y)),
    }
}
