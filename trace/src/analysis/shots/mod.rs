//! All judged shots of a server's trace, and the card of one: what the shooter drew, what the server tested, where the target
//! really was, what the victim saw.
//!
//! Time line of a shot: see [`tickshot_shared::lagcomp`]. Only shots of rays by players who sent a view stamp leave evidence:
//! rockets fly in the present, and the server's own bots see it. Must not judge: what other rules would have said is
//! [`super::judge`]'s business.

mod card;
mod plan;
mod players;
pub(super) mod round_trip;
pub(super) mod words;

#[cfg(test)]
mod tests;

pub use self::card::{Moment, Place, ShotCard, card};
pub use self::players::{Players, Stay, Who};

use self::round_trip::RoundTrips;
use self::words::{handle, mm_between, ms_of_256ths, number, short};
use super::columns::{Columns, wrapped};
use super::merge::Merged;
use crate::model::{ClientTrace, ServerTrace};
use crate::proto::{Shot, ShotSeen, ShotTarget};
use glam::IVec2;
use serde::Serialize;
use tickshot_shared::modes::HitCheck;

/// All judged shots of a trace.
#[derive(Clone, Debug, Serialize)]
pub struct ShotTable {
    pub tick_rate_hz: u32,
    pub counts: Counts,
    /// In the order in which they were judged.
    pub shots: Vec<ShotRow>,
}

/// What they add up to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    pub shots: usize,
    pub hits: usize,
    /// Tested at another time than claimed.
    pub clamped: usize,
    /// Shots that the present, the nearest whole tick, the exact view would have hit somebody with.
    pub hits_by_check: [usize; 3],
    /// Shots whose shooter's own trace was given.
    pub seen: usize,
}

/// One judged shot.
#[derive(Clone, Debug, Serialize)]
pub struct ShotRow {
    /// `slot@tick`: what the card is asked for with.
    pub shot: String,
    pub id: String,
    pub tick: u32,
    /// Since the server's tick 0 was due.
    pub time_s: f64,
    pub shooter: Who,
    pub weapon: String,
    /// Whom most of its rays hit.
    pub hit: Option<Who>,
    pub rays_hit: u32,
    /// The hit check that decided, and why it was tested at another time than claimed.
    pub policy: String,
    pub clamp: String,
    /// How old the picture was that the shooter says it drew, when the shot was judged; and how far back it was tested.
    pub picture_age_ms: f64,
    pub tested_age_ms: f64,
    /// The shooter's, see `round_trip`.
    pub round_trip_ms: Option<f64>,
    /// The body it is about: the one hit, else the living enemy nearest to the line of aim.
    pub target: Option<Who>,
    pub fate: Option<String>,
    /// How far from where the claim has it the target was tested.
    pub drawn_to_tested_mm: Option<f64>,
    /// How far from there it was at present.
    pub tested_to_present_mm: Option<f64>,
    /// Whom the present, the nearest whole tick, the exact view would have hit.
    pub verdicts: [Option<Who>; 3],
    /// What the shooter's own trace says; `None` without it.
    pub saw: Option<Saw>,
}

/// What a shooter had on its screen, by its own trace.
#[derive(Clone, Debug, Serialize)]
pub struct Saw {
    /// The body under its crosshair.
    pub claimed: Option<Who>,
    /// What it made of the server's answer, if it asked for one.
    pub outcome: Option<String>,
    /// How far from where it drew the target that was tested.
    pub drawn_to_tested_mm: Option<f64>,
}

/// Why there is no card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShotError {
    #[error(
        "no shot '{wanted}' among {shots}: give SLOT@TICK or the beginning of an id, as the table or --json lists them"
    )]
    Unknown { wanted: String, shots: usize },
    #[error("'{wanted}' is the beginning of {count} shots' ids ({}): give more of it, or SLOT@TICK", first.join(", "))]
    Ambiguous { wanted: String, count: usize, first: Vec<String> },
}

/// The one shot that `wanted` names: `slot@tick`, or the beginning of its id in any case, with or without hyphens.
pub fn find<'t>(trace: &'t ServerTrace, wanted: &str) -> Result<&'t Shot, ShotError> {
    let unknown = || ShotError::Unknown { wanted: wanted.to_owned(), shots: trace.shots.len() };
    if wanted.contains('@') {
        return trace.shots.iter().find(|shot| handle(shot) == wanted.trim()).ok_or_else(unknown);
    }
    let plain = |id: &str| id.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    let prefix = plain(wanted.trim());
    let begins = |shot: &&Shot| !prefix.is_empty() && plain(&words::id(&shot.id)).starts_with(&prefix);
    let found: Vec<&Shot> = trace.shots.iter().filter(begins).collect();
    match found.as_slice() {
        [] => Err(unknown()),
        [shot] => Ok(shot),
        many => {
            let first = many.iter().take(3).map(|shot| words::id(&shot.id)).collect();
            Err(ShotError::Ambiguous { wanted: wanted.to_owned(), count: many.len(), first })
        }
    }
}

/// All shots of `server`; with what their shooters say of them, as far as `merged` has their traces.
pub fn table(server: &ServerTrace, merged: Option<&Merged<'_>>) -> ShotTable {
    let (players, trips) = (Players::of(server), RoundTrips::of(server));
    let shots: Vec<ShotRow> = server.shots.iter().map(|shot| row(server, &players, &trips, merged, shot)).collect();
    let by_check = |check: usize| shots.iter().filter(|shot| shot.verdicts[check].is_some()).count();
    let counts = Counts {
        shots: shots.len(),
        hits: shots.iter().filter(|shot| shot.hit.is_some()).count(),
        clamped: shots.iter().filter(|shot| shot.clamp != words::clamp(0)).count(),
        hits_by_check: [0, 1, 2].map(by_check),
        seen: shots.iter().filter(|shot| shot.saw.is_some()).count(),
    };
    ShotTable { tick_rate_hz: server.header.tick_rate_hz, counts, shots }
}

fn row(
    server: &ServerTrace,
    players: &Players,
    trips: &RoundTrips,
    merged: Option<&Merged<'_>>,
    shot: &Shot,
) -> ShotRow {
    let hz = server.header.tick_rate_hz;
    let who = |slot_plus_one: u32| players.who_plus_one(slot_plus_one, shot.tick);
    let target = shot.target.as_ref();
    ShotRow {
        shot: handle(shot),
        id: words::id(&shot.id),
        tick: shot.tick,
        time_s: f64::from(shot.tick) / f64::from(hz.max(1)),
        shooter: players.who(shot.shooter, shot.tick),
        weapon: words::weapon(shot.weapon),
        hit: who(shot.hit),
        rays_hit: shot.rays_hit.get(shot.policy as usize).copied().unwrap_or(0),
        policy: words::check(shot.policy),
        clamp: words::clamp(shot.clamp),
        picture_age_ms: ms_of_256ths(shot.claimed_age_256ths.into(), hz),
        tested_age_ms: ms_of_256ths(shot.used_age_256ths.into(), hz),
        round_trip_ms: trips.ms(shot.shooter, shot.tick, hz),
        target: target.map(|target| players.who(target.slot, shot.tick)),
        fate: target.map(|target| words::fate(target.fate)),
        drawn_to_tested_mm: target.and_then(|target| Some(mm_between(drawn(target)?, tested(target)))),
        tested_to_present_mm: target.map(|target| mm_between(tested(target), present(target))),
        verdicts: [0, 1, 2].map(|check| shot.verdicts.get(check).and_then(|verdict| who(*verdict))),
        saw: merged.and_then(|merged| saw(merged, players, shot)),
    }
}

fn saw(merged: &Merged<'_>, players: &Players, shot: &Shot) -> Option<Saw> {
    let shooter = merged.clients[merged.client_at(shot.shooter, shot.tick)?].trace;
    let seen = seen(shooter, shot)?;
    let answer = shooter.answers.iter().find(|answer| answer.it.id == shot.id);
    let error = |target: &ShotTarget| Some(mm_between(drawn_by(seen, target.slot)?, tested(target)));
    Some(Saw {
        claimed: players.who_plus_one(seen.claimed, shot.tick),
        outcome: answer.map(|answer| answer.it.outcome.clone()),
        drawn_to_tested_mm: shot.target.as_ref().and_then(error),
    })
}

/// What the shooter noted of this shot.
fn seen<'t>(shooter: &'t ClientTrace, shot: &Shot) -> Option<&'t ShotSeen> {
    // A client that comes again may fire in the same tick of another session: of the same slot there is one.
    shooter
        .shots
        .iter()
        .find(|seen| seen.tick == shot.tick && seen.stamp.as_ref().is_none_or(|stamp| stamp.slot == shot.shooter))
}

/// Where it drew `slot`.
fn drawn_by(seen: &ShotSeen, slot: u32) -> Option<IVec2> {
    let i = seen.slots.iter().position(|drawn| *drawn == slot)?;
    Some(IVec2::new(*seen.xs.get(i)?, *seen.ys.get(i)?))
}

fn drawn(target: &ShotTarget) -> Option<IVec2> {
    target.was_drawn.then_some(IVec2::new(target.drawn_x, target.drawn_y))
}

fn tested(target: &ShotTarget) -> IVec2 {
    IVec2::new(target.tested_x, target.tested_y)
}

fn present(target: &ShotTarget) -> IVec2 {
    IVec2::new(target.present_x, target.present_y)
}

impl ShotTable {
    /// For a terminal.
    pub fn text(&self) -> String {
        let mut columns = Columns::new(&[
            "<shot", "time", "<shooter", "<weapon", "<verdict", "drawn", "tested", "trip", "off", "moved", "<rule",
            "<differs", "<saw",
        ]);
        for shot in &self.shots {
            columns.push([
                shot.shot.clone(),
                format!("{:.2}", shot.time_s),
                short(&shot.shooter.name, NAME_CHARS),
                shot.weapon.clone(),
                verdict(shot.hit.as_ref()),
                format!("{:.0}", shot.picture_age_ms),
                format!("{:.0}", shot.tested_age_ms),
                number(shot.round_trip_ms, 0),
                number(shot.drawn_to_tested_mm, 0),
                number(shot.tested_to_present_mm, 0),
                if shot.clamp == words::clamp(0) {
                    shot.policy.clone()
                } else {
                    format!("{}!{}", shot.policy, shot.clamp)
                },
                shot.differs(),
                shot.saw.as_ref().map_or_else(|| "?".to_owned(), |saw| verdict(saw.claimed.as_ref())),
            ]);
        }
        let Counts { shots, hits, clamped, hits_by_check: [none, tick, exact], seen } = self.counts;
        let sums = format!(
            "Shots: {shots}, hits: {hits}, tested at another time than claimed (rule!why): {clamped}. Hits by the present \
             (none): {none}, by the nearest whole tick (tick): {tick}, by the exact view (exact): {exact}. In the traces of \
             their shooters: {seen}."
        );
        format!("{}\n{}\n{}\n", columns.text(), wrapped(&sums), wrapped(LEGEND))
    }
}

impl ShotRow {
    /// Which hit checks would have decided otherwise.
    fn differs(&self) -> String {
        let others = HitCheck::ALL.iter().zip(&self.verdicts).filter(|(_, verdict)| **verdict != self.hit);
        others.map(|(check, _)| check.name()).collect::<Vec<_>>().join(",")
    }
}

fn verdict(hit: Option<&Who>) -> String {
    hit.map_or_else(|| "miss".to_owned(), |who| short(&who.name, NAME_CHARS))
}

const LEGEND: &str = "time: s since the server's tick 0. drawn, tested: how old the picture was that the shooter claims, and the \
one that was tested, ms. trip: the shooter's round trip, ms. off: from where the claim has the target to where it was tested, mm. \
moved: from there to the server's present, mm. differs: rules that would have said otherwise. saw: under the crosshair, by the \
shooter's own trace. Rockets and shots of the server's own bots leave no evidence and are not here.";
/// Of a name in a table.
const NAME_CHARS: usize = 8;
