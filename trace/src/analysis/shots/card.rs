//! The card of one shot: every moment it went through and every place its target was at, side by side.
//!
//! Times are milliseconds from the deadline of the tick that judged it; those of clients come over [`ClockMap`]s and say how
//! sure they are. What a trace does not tell is not on the card, and the card says why.
//!
//! [`ClockMap`]: super::super::merge::ClockMap

use super::plan::{self, Line, Mark};
use super::words::{self, metres, mm_between};
use super::{Players, RoundTrips, ShotError, ShotRow, drawn, drawn_by, find, present, row, seen, tested};
use crate::analysis::columns::Columns;
use crate::analysis::merge::{Merged, MergedClient};
use crate::model::ServerTrace;
use crate::proto::{Frame, MatchBegan, Rules, Shot};
use glam::IVec2;
use serde::Serialize;
use tickshot_shared::protocol::evidence::{Clamp, Fate};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::line_of_sight;

/// Everything that is known of one shot.
#[derive(Clone, Debug, Serialize)]
pub struct ShotCard {
    #[serde(flatten)]
    pub row: ShotRow,
    pub match_number: u32,
    pub map: String,
    /// The rules in force: the cap, and whether the shooter chose its hit check.
    pub rewind_ms: u32,
    pub experiments: bool,
    /// Which rule or cap decided, and what it did.
    pub decided: String,
    /// In order of time.
    pub moments: Vec<Moment>,
    /// First the muzzle, then the target at several times.
    pub places: Vec<Place>,
    /// What the traces given do not tell.
    pub missing: Vec<String>,
    /// Drawn in letters; empty without a map.
    pub plan: String,
}

/// Something that happened to this shot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    pub what: String,
    /// From the deadline of the tick that judged it.
    pub at_ms: f64,
    /// The truth is no further away; `None`: it is by the server's own clock.
    pub error_bound_ms: Option<f64>,
}

/// Somebody somewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// Its letter on the plan.
    pub letter: char,
    #[serde(skip)]
    at: IVec2,
    pub what: String,
    pub x_m: f64,
    pub y_m: f64,
    /// From where it was tested.
    pub from_tested_mm: f64,
    /// No wall stands between it and the tested muzzle; `None` without a map.
    pub in_sight: Option<bool>,
}

/// The card of the shot that `wanted` names, see [`find`].
pub fn card(server: &ServerTrace, merged: Option<&Merged<'_>>, wanted: &str) -> Result<ShotCard, ShotError> {
    let shot = find(server, wanted)?;
    let row = row(server, &Players::of(server), &RoundTrips::of(server), merged, shot);
    let began = server.matches.iter().rev().find(|began| began.tick < shot.tick);
    let mut missing = Vec::new();
    let arena = began.and_then(|began| match Arena::parse(&began.map_name, &began.map) {
        Ok(arena) => Some(arena),
        Err(error) => {
            missing.push(format!("walls: {error}"));
            None
        }
    });
    let rules = rules(server, shot.tick);
    let mut scene = Scene { server, shot, row: &row, arena, moments: Vec::new(), places: Vec::new(), missing };
    scene.tell_server();
    scene.tell_shooter(merged);
    scene.tell_victim(merged);
    let plan = scene.plan();
    let Scene { mut moments, places, missing, .. } = scene;
    moments.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
    Ok(ShotCard {
        decided: decided(shot, rules),
        match_number: began.map_or(0, |began| began.number),
        map: began.map_or_else(String::new, |began: &MatchBegan| began.map_name.clone()),
        rewind_ms: rules.map_or(0, |rules| rules.rewind_ms),
        experiments: rules.is_some_and(|rules| rules.experiments),
        row,
        moments,
        places,
        missing,
        plan,
    })
}

/// The rules for shots of `tick`.
fn rules(server: &ServerTrace, tick: u32) -> Option<&Rules> {
    server.rules.iter().rev().find(|rules| rules.tick < tick)
}

/// A card in the making.
struct Scene<'t> {
    server: &'t ServerTrace,
    shot: &'t Shot,
    row: &'t ShotRow,
    arena: Option<Arena>,
    moments: Vec<Moment>,
    places: Vec<Place>,
    missing: Vec<String>,
}

impl Scene<'_> {
    /// What the server's trace says.
    fn tell_server(&mut self) {
        let (shot, row) = (self.shot, self.row);
        let muzzle = self.muzzle();
        self.place('S', "muzzle, as tested".to_owned(), muzzle);
        if let (Some(target), Some(who)) = (&shot.target, &row.target) {
            if let Some(drawn) = drawn(target) {
                self.place('d', format!("{}, as the claim has it", who.name), drawn);
            }
            self.place('T', format!("{}, as tested", who.name), tested(target));
            self.place('P', format!("{}, at the server's present", who.name), present(target));
        }
        let name = &row.shooter.name;
        self.moment(format!("the picture that {name} claims it saw"), -row.picture_age_ms, None);
        self.moment("the moment that was tested".to_owned(), -row.tested_age_ms, None);
        if let Some(belief) = &shot.belief {
            let tick_ms = self.server.tick_ns() as f64 / 1e6;
            let ms = |age: i32| f64::from(age) * tick_ms;
            let text = format!(
                "the picture that the server believed it saw ({:.0} to {:.0} allowed)",
                -ms(belief.first_age),
                -ms(belief.last_age)
            );
            self.moment(text, -ms(belief.estimate_age), None);
        }
        self.moment(format!("the deadline of tick {}, which judged it", shot.tick), 0.0, None);
        let Some(tick) = self.server.tick(shot.tick) else { return };
        let margin = tick.input_slots.iter().position(|slot| *slot == shot.shooter);
        if let Some(margin_us) = margin.and_then(|i| tick.margins_us.get(i)) {
            self.moment(format!("{name}'s input reached the server"), -f64::from(*margin_us) / 1000.0, None);
        }
        let victim = shot.target.as_ref().map(|target| target.slot);
        let sent = victim.and_then(|victim| tick.snapshot_slots.iter().position(|slot| *slot == victim));
        if let (Some(sent_us), Some(who)) = (sent.and_then(|i| tick.snapshot_sent_us.get(i)), &row.target) {
            self.moment(format!("the snapshot that tells {} left", who.name), f64::from(*sent_us) / 1000.0, None);
        }
    }

    /// What the shooter's own trace says.
    fn tell_shooter(&mut self, merged: Option<&Merged<'_>>) {
        let Some(client) = self.client(merged, self.shot.shooter, &self.row.shooter.name) else { return };
        let Some(seen) = seen(client.trace, self.shot) else {
            let text = format!("the trace of {} does not know this shot", self.row.shooter.name);
            return self.missing.push(text);
        };
        let name = &self.row.shooter.name;
        self.client_moment(client, format!("{name}'s click, on its own screen"), seen.at_ns);
        self.place('s', format!("muzzle, as {name} drew itself"), IVec2::new(seen.muzzle_x, seen.muzzle_y));
        let Some((target, who)) = self.shot.target.as_ref().zip(self.row.target.as_ref()) else { return };
        match drawn_by(seen, target.slot) {
            Some(at) => self.place('D', format!("{}, as {name} drew it", who.name), at),
            None => self.missing.push(format!("{} was not on the screen of {name} as somebody to shoot at", who.name)),
        }
    }

    /// What the target's own trace says: where it saw itself at the click, at the verdict, and when it was told.
    fn tell_victim(&mut self, merged: Option<&Merged<'_>>) {
        let Some((slot, name)) = self.row.target.as_ref().map(|who| (who.slot, who.name.clone())) else { return };
        let click = merged.zip(self.shooter_click(merged));
        let Some(client) = self.client(merged, slot, &name) else { return };
        let frames = &client.trace.frames;
        if let Some((merged, (shooter, at_ns))) = click {
            let server_ns = merged.clients[shooter].clock.to_server_ns(at_ns);
            let frame = frame_at(frames, client.clock.to_local_ns(server_ns));
            self.own_place('c', format!("{name}, on its own screen at the click"), frame);
        }
        if let Some(tick) = self.server.tick(self.shot.tick) {
            let frame = frame_at(frames, client.clock.to_local_ns(tick.deadline_ns));
            self.own_place('j', format!("{name}, on its own screen at the verdict"), frame);
        }
        let used = client.trace.snapshots.iter().filter(|snapshot| snapshot.dropped.is_empty());
        let Some(told) = used.filter(|snapshot| snapshot.tick >= self.shot.tick).min_by_key(|it| it.tick) else {
            return;
        };
        self.client_moment(client, format!("{name} is told"), told.handled_ns);
        let next = frames.partition_point(|frame| frame.at_ns < told.handled_ns);
        self.own_place('v', format!("{name}, on its own screen when it was told"), frames.get(next));
    }

    /// Whose clock and when the trigger was pulled.
    fn shooter_click(&self, merged: Option<&Merged<'_>>) -> Option<(usize, i64)> {
        let merged = merged?;
        let shooter = merged.client_at(self.shot.shooter, self.shot.tick)?;
        Some((shooter, seen(merged.clients[shooter].trace, self.shot)?.at_ns))
    }

    fn client<'m, 't>(
        &mut self,
        merged: Option<&'m Merged<'t>>,
        slot: u32,
        name: &str,
    ) -> Option<&'m MergedClient<'t>> {
        let found = merged.and_then(|merged| Some(&merged.clients[merged.client_at(slot, self.shot.tick)?]));
        if found.is_none() {
            self.missing.push(format!("what {name} saw: its trace is not among the files given"));
        }
        found
    }

    fn muzzle(&self) -> IVec2 {
        IVec2::new(self.shot.muzzle_x, self.shot.muzzle_y)
    }

    fn moment(&mut self, what: String, at_ms: f64, error_bound_ms: Option<f64>) {
        self.moments.push(Moment { what, at_ms, error_bound_ms });
    }

    /// Something at a time of this client's clock.
    fn client_moment(&mut self, client: &MergedClient<'_>, what: String, local_ns: i64) {
        let Some(tick) = self.server.tick(self.shot.tick) else { return };
        let at_ns = client.clock.to_server_ns(local_ns).saturating_sub(tick.deadline_ns);
        let bound_ns = client.clock.error_bound_ns(local_ns);
        self.moment(what, at_ns as f64 / 1e6, Some(bound_ns as f64 / 1e6));
    }

    fn own_place(&mut self, letter: char, what: String, frame: Option<&Frame>) {
        match frame.and_then(|frame| Some(IVec2::new(frame.own_x?, frame.own_y))) {
            Some(at) => self.place(letter, what, at),
            None => self.missing.push(format!("{what}: nothing was drawn then")),
        }
    }

    fn place(&mut self, letter: char, what: String, at: IVec2) {
        let from = match (letter, &self.shot.target) {
            ('S' | 's', _) | (_, None) => self.muzzle(),
            (_, Some(target)) => tested(target),
        };
        let in_sight = self.arena.as_ref().map(|arena| line_of_sight(arena, self.muzzle(), at));
        let (x_m, y_m) = metres(at).into();
        self.places.push(Place { letter, at, what, x_m, y_m, from_tested_mm: mm_between(at, from), in_sight });
    }

    fn plan(&self) -> String {
        let Some(arena) = &self.arena else { return String::new() };
        let shot = self.shot;
        let line = Line { from: self.muzzle(), aim: Turn(shot.aim as u16), range_units: shot.range_units };
        let mut marks: Vec<Mark> =
            self.places.iter().map(|place| Mark { letter: place.letter, at: place.at }).collect();
        // What was tested is what everything else is held against.
        marks.sort_by_key(|mark| !matches!(mark.letter, 'S' | 'T'));
        plan::draw(arena, line, &marks)
    }
}

/// The newest frame at or before a local time.
fn frame_at(frames: &[Frame], local_ns: i64) -> Option<&Frame> {
    frames.partition_point(|frame| frame.at_ns <= local_ns).checked_sub(1).map(|i| &frames[i])
}

/// Which rule or cap decided.
fn decided(shot: &Shot, rules: Option<&Rules>) -> String {
    let chosen = match rules {
        Some(rules) if rules.experiments => "the shooter's own choice",
        Some(_) => "the same for everyone",
        None => "rules unknown",
    };
    let cap = rules.map_or_else(String::new, |rules| format!(" of {} ms", rules.rewind_ms));
    let rule = format!("rule '{}' ({chosen})", words::check(shot.policy));
    let clamp = Clamp::ALL.get(shot.clamp as usize).copied();
    let how = match (shot.policy, clamp) {
        (0, _) => "tested at the server's present, whatever was drawn".to_owned(),
        (1, Some(Clamp::None)) => "the claim was allowed; tested in the state of the nearest whole tick".to_owned(),
        (_, Some(Clamp::None)) => "the claim was allowed; tested as the shooter drew it".to_owned(),
        (_, Some(Clamp::Cap)) => format!("the claim was older than the cap{cap}: tested at the cap"),
        (_, Some(Clamp::Ahead)) => {
            "the claim was of the future: tested at the latest time that can have been".to_owned()
        }
        (_, Some(Clamp::Early)) => {
            "the claim was older than this client's picture can be: tested at the oldest".to_owned()
        }
        (_, Some(Clamp::Late)) => {
            "the claim was newer than this client's picture can be: tested at the newest".to_owned()
        }
        (_, Some(Clamp::Unknown)) => {
            "the claim names a snapshot that this client did not have: tested near what it can have seen".to_owned()
        }
        (_, None) => format!("clamp {}", shot.clamp),
    };
    let fate = match shot.target.as_ref().map(|target| target.fate) {
        Some(fate) if fate == Fate::Dead as u32 => "; the target was dead, or drawn dead, and cannot be hit",
        Some(fate) if fate == Fate::Respawned as u32 => "; the target died or was moved since: tested where it is now",
        Some(fate) if fate == Fate::NotTold as u32 => "; the shooter had not been told of the target: it cannot be hit",
        _ => "",
    };
    format!("{rule}: {how}{fate}")
}

impl ShotCard {
    /// For a terminal.
    pub fn text(&self) -> String {
        let row = &self.row;
        let verdict = match (&row.hit, &row.target) {
            (Some(hit), _) if row.rays_hit > 1 => format!("hit {} with {} rays", hit.name, row.rays_hit),
            (Some(hit), _) => format!("hit {}", hit.name),
            (None, Some(target)) => format!("missed; nearest to the line of aim was {}", target.name),
            (None, None) => "missed; nobody was there".to_owned(),
        };
        let mut text = format!(
            "shot {} ({})\n{} fired the {} at {:.3} s, tick {}, match {} on '{}': {verdict}\n{}\n",
            row.shot,
            row.id,
            row.shooter.name,
            row.weapon,
            row.time_s,
            row.tick,
            self.match_number,
            self.map,
            self.decided
        );
        if let Some(saw) = &row.saw {
            let claimed = saw.claimed.as_ref().map_or("nobody", |who| &who.name);
            let outcome = saw.outcome.as_ref().map_or_else(String::new, |outcome| format!("; its verdict: {outcome}"));
            text += &format!("under the crosshair of {}: {claimed}{outcome}\n", row.shooter.name);
        }
        let names = ["the present", "the nearest whole tick", "the exact view"];
        let verdicts = names
            .iter()
            .zip(&row.verdicts)
            .map(|(name, verdict)| format!("{name}: {}", verdict.as_ref().map_or("miss", |who| &who.name)));
        text += &format!("by other rules: {}\n\n", verdicts.collect::<Vec<_>>().join(" · "));
        text += &self.moments_text();
        text += &self.places_text();
        for missing in &self.missing {
            text += &format!("not known: {missing}\n");
        }
        if !self.plan.is_empty() {
            text += &format!("\n{}", self.plan);
        }
        text
    }

    fn moments_text(&self) -> String {
        let mut columns = Columns::new(&["ms", "+-", "<what"]);
        for moment in &self.moments {
            let bound = moment.error_bound_ms.map_or_else(String::new, |bound| format!("{bound:.2}"));
            columns.push([format!("{:.2}", moment.at_ms), bound, moment.what.clone()]);
        }
        columns.text() + "\n"
    }

    fn places_text(&self) -> String {
        let mut columns = Columns::new(&["<", "x m", "y m", "off mm", "<in sight", "<where"]);
        for place in &self.places {
            columns.push([
                place.letter.to_string(),
                format!("{:.3}", place.x_m),
                format!("{:.3}", place.y_m),
                format!("{:.1}", place.from_tested_mm),
                place.in_sight.map_or("?", |in_sight| if in_sight { "yes" } else { "behind a wall" }).to_owned(),
                place.what.clone(),
            ]);
        }
        columns.text() + "off: from where it was tested; in sight: of the tested muzzle.\n"
    }
}
