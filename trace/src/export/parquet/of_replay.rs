//! Tables that a trace only implies: every tick is made again, and what came of it is written down.
//!
//! Where the replay and its record part, the tables end, and the reason is told: what would follow never was.

use super::rows::replay::{Event as EventRow, Kill, PlayerState};
use super::table::{Row, Table};
use super::{TableSummary, Tables};
use crate::export::text::{TEAMS, WEAPONS, word};
use crate::export::{ExportError, Sources, began_ns};
use crate::model::ServerTrace;
use crate::proto::ServerTick;
use crate::replay::{Replay, Step};
use crate::report::SERVER;
use std::sync::Arc;
use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};

/// Returns why the tables end before the trace does.
pub(super) fn write(
    tables: &mut Tables<'_>,
    sources: &Sources<'_>,
    server: &ServerTrace,
) -> Result<Option<String>, ExportError> {
    let mut replay = match Replay::new(server) {
        Ok(replay) => replay,
        Err(error) => return Ok(Some(format!("The ticks cannot be made again: {error}."))),
    };
    (tables.progress)("making every tick again");
    let mut states = Table::<PlayerState>::create(tables.dir)?;
    let mut events = Table::<EventRow>::create(tables.dir)?;
    let mut kills = Table::<Kill>::create(tables.dir)?;
    let me = Me { name: SERVER.into(), sources };
    let stopped = loop {
        let record = match replay.step() {
            None => break None,
            Some(Err(divergence)) => {
                break Some(format!("Players' states end where the replay parts: {}.", divergence.text));
            }
            Some(Ok(Step { record, events: of_tick, .. })) => {
                for event in of_tick {
                    events.push(me.event(record, event))?;
                    if let Event::Killed { victim, killer, weapon } = *event {
                        kills.push(me.kill(record, victim, killer, weapon))?;
                    }
                }
                record.clone()
            }
        };
        for (slot, player) in replay.world().players.iter().enumerate() {
            if let Some(player) = player {
                states.push(me.state(&record, slot as u32, player))?;
            }
        }
    };
    finish(tables, states)?;
    finish(tables, events)?;
    finish(tables, kills)?;
    Ok(stopped)
}

fn finish<R: Row>(tables: &mut Tables<'_>, table: Table<R>) -> Result<(), ExportError> {
    let (path, rows) = table.finish()?;
    tables.done.push(TableSummary { name: R::TABLE, path, rows });
    Ok(())
}

/// The server, telling.
struct Me<'a> {
    name: Arc<str>,
    sources: &'a Sources<'a>,
}

impl Me<'_> {
    fn who(&self, slot: Slot, tick: u32) -> Arc<str> {
        self.sources.who(slot.0.into(), tick)
    }

    fn state(&self, record: &ServerTick, slot: u32, it: &Player) -> PlayerState {
        PlayerState {
            process: self.name.clone(),
            t_ns: began_ns(record),
            local_ns: began_ns(record),
            tick: record.tick,
            slot,
            name: self.sources.who(slot, record.tick),
            x: it.pos.x,
            y: it.pos.y,
            vel_x: it.vel.x,
            vel_y: it.vel.y,
            aim_1024ths: it.aim.into(),
            alive: it.alive,
            health: it.health.into(),
            armour: it.armour.into(),
            weapon: word(WEAPONS, it.weapon as u32),
            team: it.team.map(|team| word(TEAMS, team as u32)),
            kills: it.kills.into(),
            deaths: it.deaths.into(),
        }
    }

    fn event(&self, record: &ServerTick, event: &Event) -> EventRow {
        let (kind, slot, other, amount) = match *event {
            Event::Shot { slot, hit, range_units, .. } => ("shot", Some(slot), hit, Some(range_units)),
            Event::Hurt { slot, by, damage } => ("hurt", Some(slot), Some(by), Some(damage.into())),
            Event::Killed { victim, killer, .. } => ("killed", Some(victim), Some(killer), None),
            Event::Respawned { slot } => ("respawned", Some(slot), None, None),
            Event::Burst { owner, .. } => ("burst", Some(owner), None, None),
            Event::PickedUp { slot, pickup } => ("picked_up", Some(slot), None, Some(pickup.into())),
            Event::PhaseBegan { phase } => ("phase_began", None, None, Some(phase as i32)),
        };
        EventRow {
            process: self.name.clone(),
            t_ns: began_ns(record),
            local_ns: began_ns(record),
            tick: record.tick,
            kind,
            slot: slot.map(|slot| slot.0.into()),
            name: slot.map(|slot| self.who(slot, record.tick)),
            other: other.map(|slot| slot.0.into()),
            other_name: other.map(|slot| self.who(slot, record.tick)),
            amount,
        }
    }

    fn kill(&self, record: &ServerTick, victim: Slot, killer: Slot, weapon: Weapon) -> Kill {
        Kill {
            process: self.name.clone(),
            t_ns: began_ns(record),
            local_ns: began_ns(record),
            tick: record.tick,
            killer: killer.0.into(),
            killer_name: self.who(killer, record.tick),
            victim: victim.0.into(),
            victim_name: self.who(victim, record.tick),
            weapon: word(WEAPONS, weapon as u32),
        }
    }
}
