//! Tables for SQL: one Parquet file per table, for DuckDB, Polars and their kind.
//!
//! Time line: [`Sources`] are walked once per table, in order of time within each process. Must not know how a table is
//! stored (`table`).

mod of_client;
mod of_replay;
mod of_server;
mod rows;
mod table;

use self::rows::{Process, Session, Total};
use self::table::{Row, Table};
use super::{ExportError, Progress, Sources};
use crate::file::Health;
use crate::proto::Header;
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

/// All tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub tables: Vec<TableSummary>,
    /// Why players' states end before the trace does.
    pub states_end: Option<String>,
}

/// Writes every table to `dir`, which is made if it is not there.
pub fn write(
    sources: &Sources<'_>,
    dir: &Path,
    options: Options,
    progress: Progress<'_>,
) -> Result<Summary, ExportError> {
    std::fs::create_dir_all(dir).map_err(|error| ExportError::at(dir, error))?;
    let mut tables = Tables { dir, progress, done: Vec::new() };
    let mut states_end = None;
    tables.write(processes(sources))?;
    if let Some(server) = sources.server {
        of_server::write(&mut tables, sources, server)?;
        if options.states {
            states_end = of_replay::write(&mut tables, sources, server)?;
        }
    }
    tables.write(sessions(sources))?;
    tables.write(totals(sources))?;
    if !sources.clients.is_empty() {
        of_client::write(&mut tables, sources)?;
    }
    Ok(Summary { tables: tables.done, states_end })
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

fn processes(sources: &Sources<'_>) -> impl Iterator<Item = Process> {
    let row = |process: &str, header: &Header, health: &Health| Process {
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

/// An entry of a column: 0 where a file has fewer than it should.
fn entry<T: Copy + Default>(column: &[T], index: usize) -> T {
    column.get(index).copied().unwrap_or_default()
}
