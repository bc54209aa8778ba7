//! Tables for SQL: one Parquet file per table, for DuckDB, Polars and their kind.
//!
//! Time line: [`Sources`] are walked once per table, in order of time within each process. Must not know how a table is
//! stored ([`super::table`]).

use super::rows::{Clock, Correction, Drawn, FieldBits, Frame, Input, InputSampled, Mode, PacketArrived, PacketSent};
use super::rows::{Process, Session, Shot, ShotSeen, SnapshotReceived, SnapshotSent, Tick, Total};
use super::table::{Row, Table};
use super::text::{CHECKS, CLAMPS, FATES, USES, WEAPONS, id, mm, slot_of, word};
use super::{ExportError, Progress, Sources};
use crate::model::ServerTrace;
use crate::proto;
use crate::report::{ClientSource, SERVER};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is written beside what the traces hold.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Make every tick again and write players' states.
    pub states: bool,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableSummary {
    pub name: &'static str,
    pub path: PathBuf,
    pub rows: u64,
}

/// Writes every table to `dir`, which is made if it is not there.
pub fn write(
    sources: &Sources<'_>,
    dir: &Path,
    _options: Options,
    progress: Progress<'_>,
) -> Result<Vec<TableSummary>, ExportError> {
    std::fs::create_dir_all(dir).map_err(|error| ExportError::at(dir, error))?;
    let mut tables = Tables { dir, progress, done: Vec::new() };
    tables.write(processes(sources))?;
    if let Some(server) = sources.server {
        server_tables(&mut tables, sources, server)?;
    }
    tables.write(sessions(sources))?;
    tables.write(totals(sources))?;
    if !sources.clients.is_empty() {
        client_tables(&mut tables, sources)?;
    }
    Ok(tables.done)
}

fn server_tables(tables: &mut Tables<'_>, sources: &Sources<'_>, server: &ServerTrace) -> Result<(), ExportError> {
    let me: Arc<str> = SERVER.into();
    tables.write(server.ticks.iter().map(|tick| tick_row(&me, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| input_rows(&me, sources, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| packet_rows(&me, sources, tick)))?;
    tables.write(server.ticks.iter().flat_map(|tick| snapshot_rows(&me, sources, tick)))?;
    let fields: Vec<Arc<str>> = server.fields.names.iter().map(|name| name.as_str().into()).collect();
    tables.write(server.ticks.iter().flat_map(|tick| field_rows(&me, &fields, tick)))?;
    tables.write(server.shots.iter().map(|shot| shot_row(&me, sources, server, shot)))
}

fn client_tables(tables: &mut Tables<'_>, sources: &Sources<'_>) -> Result<(), ExportError> {
    tables.write(of_clients(sources, |of| of.from.trace.frames.iter().map(move |frame| frame_row(&of, frame))))?;
    tables
        .write(of_clients(sources, |of| of.from.trace.frames.iter().flat_map(move |frame| drawn_rows(&of, frame))))?;
    tables.write(of_clients(sources, |of| of.from.trace.inputs.iter().map(move |input| sampled_row(&of, input))))?;
    tables.write(of_clients(sources, |of| of.from.trace.packets.iter().map(move |packet| sent_row(&of, packet))))?;
    tables.write(of_clients(sources, |of| of.from.trace.snapshots.iter().map(move |it| received_row(&of, it))))?;
    tables
        .write(of_clients(sources, |of| of.from.trace.clocks.iter().map(move |at| clock_row(&of, at.at_ns, &at.it))))?;
    tables.write(of_clients(sources, |of| {
        of.from.trace.corrections.iter().map(move |at| correction_row(&of, at.at_ns, &at.it))
    }))?;
    tables.write(of_clients(sources, |of| {
        of.from.trace.switches.iter().map(move |at| Mode {
            process: of.name(),
            t_ns: of.common_ns(at.at_ns),
            local_ns: at.at_ns,
            modes: at.it.modes.clone(),
            link: at.it.link.clone(),
            imposed_link: at.it.imposed_link.clone(),
        })
    }))?;
    tables.write(of_clients(sources, |of| of.from.trace.shots.iter().map(move |shot| seen_row(&of, shot))))
}

/// The files, one after the other.
struct Tables<'a> {
    dir: &'a Path,
    progress: Progress<'a>,
    done: Vec<TableSummary>,
}

impl Tables<'_> {
    fn write<R: Row>(&mut self, rows: impl Iterator<Item = R>) -> Result<(), ExportError> {
        (self.progress)(R::TABLE);
        let mut table = Table::create(self.dir)?;
        for row in rows {
            table.push(row)?;
        }
        let (path, rows) = table.finish()?;
        self.done.push(TableSummary { name: R::TABLE, path, rows });
        Ok(())
    }
}

/// A client of some sources.
#[derive(Clone, Copy)]
struct Of<'a, 't> {
    sources: &'a Sources<'t>,
    from: &'a ClientSource<'t>,
    index: usize,
}

impl Of<'_, '_> {
    fn name(&self) -> Arc<str> {
        self.from.name.clone()
    }

    fn common_ns(&self, local_ns: i64) -> i64 {
        self.sources.common_ns(self.index, local_ns)
    }
}

fn of_clients<'a, 't, R, I: Iterator<Item = R> + 'a>(
    sources: &'a Sources<'t>,
    rows: impl Fn(Of<'a, 't>) -> I + 'a,
) -> impl Iterator<Item = R> + 'a {
    sources.clients.iter().enumerate().flat_map(move |(index, from)| rows(Of { sources, from, index }))
}

fn processes(sources: &Sources<'_>) -> impl Iterator<Item = Process> {
    let row = |process: &str, header: &proto::Header, health: &crate::file::Health| Process {
        process: process.into(),
        role: "server",
        name: header.name.clone(),
        build: header.build.clone(),
        system: header.system.clone(),
        slot: None,
        unix_ns_at_zero: header.unix_ns_at_zero,
        tick_rate_hz: sources.tick_rate_hz(),
        merged: true,
        offset_ns: Some(0),
        offset_bound_ns: Some(0),
        drift_ppm: Some(0.0),
        records_lost: health.lost,
        finished: health.finished,
    };
    let server = sources.server.map(|server| row(SERVER, &server.header, &server.health));
    let client = |(index, client): (usize, &ClientSource<'_>)| {
        let clock = sources.clock(index);
        let middle_ns = middle_ns(client);
        Process {
            role: "client",
            slot: client.slot,
            merged: clock.is_some(),
            offset_ns: clock.map(|clock| clock.to_server_ns(middle_ns) - middle_ns),
            offset_bound_ns: clock.map(|clock| clock.error_bound_ns(middle_ns)),
            drift_ppm: clock.map(|clock| clock.last().drift_ppm()),
            ..row(&client.name, &client.trace.header, &client.trace.health)
        }
    };
    server.into_iter().chain(sources.clients.iter().enumerate().map(client)).collect::<Vec<_>>().into_iter()
}

fn middle_ns(client: &ClientSource<'_>) -> i64 {
    let frames = &client.trace.frames;
    frames.get(frames.len() / 2).map_or(0, |frame| frame.at_ns)
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

/// When a tick began, local time.
pub(super) fn began_ns(tick: &proto::ServerTick) -> i64 {
    tick.deadline_ns + i64::from(tick.late_us) * 1_000
}

/// All stages of a tick.
pub(super) fn busy_us(it: &proto::ServerTick) -> u32 {
    [it.receive_us, it.control_us, it.step_us, it.snapshots_us, it.flush_us].into_iter().fold(0, u32::saturating_add)
}

/// An entry of a column: 0 where a file has fewer than it should.
fn entry<T: Copy + Default>(column: &[T], index: usize) -> T {
    column.get(index).copied().unwrap_or_default()
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

fn sessions<'a>(sources: &'a Sources<'_>) -> impl Iterator<Item = Session> + 'a {
    let of_server = sources.server.into_iter().flat_map(|server| &server.sessions).map(|at| Session {
        process: SERVER.into(),
        t_ns: at.at_ns,
        local_ns: at.at_ns,
        state: at.it.kind().as_str_name().to_lowercase(),
        tick: Some(at.it.tick),
        slot: Some(at.it.slot),
        name: at.it.name.as_str().into(),
        bot: at.it.bot,
        client_id: format!("{:016x}", at.it.client_id),
        reason: at.it.reason.clone(),
    });
    let clients = of_clients(sources, |of| {
        of.from.trace.sessions.iter().map(move |at| Session {
            process: of.name(),
            t_ns: of.common_ns(at.at_ns),
            local_ns: at.at_ns,
            state: at.it.state.clone(),
            tick: None,
            slot: None,
            name: of.name(),
            bot: false,
            client_id: format!("{:016x}", of.from.trace.client_id()),
            reason: at.it.reason.clone(),
        })
    });
    of_server.chain(clients)
}

fn totals<'a>(sources: &'a Sources<'_>) -> impl Iterator<Item = Total> + 'a {
    let of_server = sources.server.into_iter().flat_map(|server| &server.totals).map(|at| Total {
        process: SERVER.into(),
        t_ns: at.at_ns,
        local_ns: at.at_ns,
        bytes_in: at.it.bytes_in,
        bytes_out: at.it.bytes_out,
        players: Some(at.it.players),
        cpu_us: Some(at.it.cpu_us),
        drops: Some(at.it.drops.iter().fold(0, |sum: u64, drop| sum.saturating_add(drop.count))),
        frames: None,
        frames_starved: None,
        inputs: None,
        server_ticks: None,
        server_starved_ticks: None,
        corrections_unexplained: None,
    });
    let clients = of_clients(sources, |of| {
        of.from.trace.totals.iter().map(move |at| Total {
            process: of.name(),
            t_ns: of.common_ns(at.at_ns),
            local_ns: at.at_ns,
            bytes_in: at.it.bytes_in,
            bytes_out: at.it.bytes_out,
            players: None,
            cpu_us: None,
            drops: None,
            frames: Some(at.it.frames),
            frames_starved: Some(at.it.frames_starved),
            inputs: Some(at.it.inputs),
            server_ticks: Some(at.it.server_ticks),
            server_starved_ticks: Some(at.it.server_starved_ticks),
            corrections_unexplained: Some(at.it.corrections_unexplained),
        })
    });
    of_server.chain(clients)
}

fn frame_row(of: &Of<'_, '_>, it: &proto::Frame) -> Frame {
    Frame {
        process: of.name(),
        t_ns: of.common_ns(it.at_ns),
        local_ns: it.at_ns,
        input_tick_ns: it.input_tick_ns,
        server_tick_ns: it.server_tick_ns,
        display_tick_ns: it.display_tick_ns,
        display_delay_us: it.display_delay_us,
        starved: it.starved,
        a: it.a,
        b: it.a.map(|_| it.b),
        fraction_256ths: it.a.map(|_| it.fraction_256ths),
        own_x: it.own_x,
        own_y: it.own_x.map(|_| it.own_y),
        smoothing_mm: mm(it.smoothing_x).hypot(mm(it.smoothing_y)),
        drawn: it.slots.len() as u32,
    }
}

fn drawn_rows<'a>(of: &Of<'a, 'a>, it: &'a proto::Frame) -> impl Iterator<Item = Drawn> + 'a + use<'a> {
    let (of, t_ns) = (*of, of.common_ns(it.at_ns));
    it.slots.iter().enumerate().map(move |(i, &slot)| Drawn {
        process: of.name(),
        t_ns,
        local_ns: it.at_ns,
        slot,
        name: of.sources.who(slot, it.b),
        x: entry(&it.xs, i),
        y: entry(&it.ys, i),
        aim_1024ths: entry(&it.aims_1024ths, i),
        alive: entry(&it.alive, i) != 0,
    })
}

fn sampled_row(of: &Of<'_, '_>, it: &proto::InputSampled) -> InputSampled {
    InputSampled {
        process: of.name(),
        t_ns: of.common_ns(it.device_ns),
        local_ns: it.device_ns,
        tick: it.tick,
        made_after_us: it.made_ns.saturating_sub(it.device_ns) / 1_000,
        heading: it.heading,
        aim: it.aim,
        buttons: it.buttons,
        weapon: word(WEAPONS, it.weapon),
    }
}

fn sent_row(of: &Of<'_, '_>, it: &proto::PacketSent) -> PacketSent {
    PacketSent {
        process: of.name(),
        t_ns: of.common_ns(it.sent_ns),
        local_ns: it.sent_ns,
        newest_tick: it.newest,
        inputs: it.inputs,
        fresh: it.fresh,
        ack_tick: it.ack,
        bytes: it.bytes,
        ping: it.ping,
        probe: it.probe,
    }
}

fn received_row(of: &Of<'_, '_>, it: &proto::SnapshotReceived) -> SnapshotReceived {
    let tick_ms = of.sources.tick_ns() as f64 / 1e6;
    SnapshotReceived {
        process: of.name(),
        t_ns: of.common_ns(it.arrived_ns),
        local_ns: it.arrived_ns,
        tick: it.tick,
        handled_after_us: it.handled_ns.saturating_sub(it.arrived_ns) / 1_000,
        bytes: it.bytes,
        baseline_age: (it.baseline_age != 0).then_some(it.baseline_age),
        entities: it.entities,
        input_use: word(USES, it.input_use),
        margin_ms: it.margin_16ths.map(|margin| f64::from(margin) / 16.0 * tick_ms),
        dropped: it.dropped.clone(),
    }
}

fn clock_row(of: &Of<'_, '_>, at_ns: i64, it: &proto::ClockEstimate) -> Clock {
    Clock {
        process: of.name(),
        t_ns: of.common_ns(at_ns),
        local_ns: at_ns,
        tick: it.tick,
        rtt_us: it.rtt_us,
        jitter_us: it.jitter_us,
        input_lead_us: it.input_lead_us,
        display_lag_us: it.display_lag_us,
        loss_up_pct: f64::from(it.loss_up_pct),
        loss_down_pct: f64::from(it.loss_down_pct),
        dilation_pct: f64::from(it.dilation_pct),
        input_margin_ms: it.input_margin_ms.map(f64::from),
        clock_steps: it.clock_steps,
    }
}

fn correction_row(of: &Of<'_, '_>, at_ns: i64, it: &proto::Correction) -> Correction {
    Correction {
        process: of.name(),
        t_ns: of.common_ns(at_ns),
        local_ns: at_ns,
        tick: it.tick,
        reason: it.reason.clone(),
        units: it.units,
        mm: f64::from(it.units) * mm(1),
        predicted_x: it.predicted_x,
        predicted_y: it.predicted_y,
        true_x: it.true_x,
        true_y: it.true_y,
    }
}

fn seen_row(of: &Of<'_, '_>, it: &proto::ShotSeen) -> ShotSeen {
    ShotSeen {
        process: of.name(),
        t_ns: of.common_ns(it.at_ns),
        local_ns: it.at_ns,
        tick: it.tick,
        aim: it.aim,
        weapon: word(WEAPONS, it.weapon),
        muzzle_x: it.muzzle_x,
        muzzle_y: it.muzzle_y,
        claimed: slot_of(it.claimed),
        drawn: it.slots.len() as u32,
    }
}
