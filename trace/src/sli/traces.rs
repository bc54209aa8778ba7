//! The indicators of a match that is over, from what both ends wrote: fed into the same accumulator as live code feeds.
//!
//! What a server says of itself (ticks, inputs, joins) is taken from its trace; without one, what it told its clients of their
//! inputs is. What was on screen is for clients to say. A trace that begins in the middle says nothing of admissions before it.

use super::Slis;
use crate::model::{ClientTrace, ServerTrace};
use crate::proto::{ServerTick, change, session_event::Kind};
use std::collections::BTreeMap;

impl Slis {
    /// What traces say; either end may be missing.
    pub fn of_traces(server: Option<&ServerTrace>, clients: &[&ClientTrace]) -> Slis {
        let mut slis = Slis::new();
        if let Some(server) = server {
            note_ticks(&mut slis, server);
            note_inputs(&mut slis, server);
            note_joins(&mut slis, server);
        }
        for client in clients {
            note_client(&mut slis, client);
            if server.is_none() {
                note_told(&mut slis, client);
            }
        }
        slis
    }
}

fn note_ticks(slis: &mut Slis, server: &ServerTrace) {
    slis.set_budget((server.tick_ns() / 1000) as u64);
    for tick in &server.ticks {
        slis.lost_ticks(tick.lost_ticks.into());
        slis.tick(tick.late_us.max(0) as u64, busy_us(tick));
    }
}

/// All stages.
fn busy_us(tick: &ServerTick) -> u64 {
    [tick.receive_us, tick.control_us, tick.step_us, tick.snapshots_us, tick.flush_us].map(u64::from).iter().sum()
}

/// A client plays from its first input on: before that there is nothing to repeat.
fn note_inputs(slis: &mut Slis, server: &ServerTrace) {
    let mut seats = Seats::default();
    let mut events = server.sessions.iter().map(|at| &at.it).peekable();
    for tick in &server.ticks {
        while let Some(event) = events.next_if(|event| event.tick < tick.tick) {
            let is_client = !event.bot && event.client_id != 0;
            match event.kind() {
                Kind::Admitted | Kind::Present => seats.0.insert(event.slot, is_client.then_some(false)),
                Kind::Left => seats.0.remove(&event.slot),
                Kind::Refused | Kind::Unknown => None,
            };
        }
        // The next match knows no input of the one before.
        if tick.changes.iter().any(|change| change.kind() == change::Kind::NextMatch) {
            seats.0.values_mut().flatten().for_each(|has_begun| *has_begun = false);
        }
        for (slot, used) in tick.input_slots.iter().zip(&tick.input_uses) {
            let Some(Some(has_begun)) = seats.0.get_mut(slot) else { continue };
            *has_begun |= *used != IDLE;
            slis.inputs(u64::from(*has_begun), u64::from(*has_begun && *used != USED));
        }
    }
}

/// By slot: a client's seat, and whether an input of it was used since it came; `None` = a bot's.
#[derive(Default)]
struct Seats(BTreeMap<u32, Option<bool>>);

fn note_joins(slis: &mut Slis, server: &ServerTrace) {
    let events = || server.sessions.iter().map(|at| &at.it);
    for (index, admitted) in events().enumerate() {
        if admitted.kind() != Kind::Admitted || admitted.bot || admitted.client_id == 0 {
            continue;
        }
        let is_its_end =
            |event: &&crate::proto::SessionEvent| event.kind() == Kind::Left && event.client_id == admitted.client_id;
        let left = events().skip(index + 1).find(is_its_end);
        let until = left.map_or(u32::MAX, |left| left.tick.saturating_add(1));
        let from = server.ticks.partition_point(|tick| tick.tick <= admitted.tick);
        let its_ticks = server.ticks[from..].iter().take_while(|tick| tick.tick <= until);
        let joins = |tick: &ServerTick| {
            tick.changes.iter().any(|it| it.kind() == change::Kind::Join && it.slot == admitted.slot)
        };
        let played = its_ticks.into_iter().any(joins);
        slis.joins(played.into(), u64::from(!played && left.is_some()));
    }
}

fn note_client(slis: &mut Slis, client: &ClientTrace) {
    for frame in client.frames.iter().filter(|frame| frame.a.is_some()) {
        slis.picture((f64::from(frame.display_delay_us) / 1000.0).round() as u64);
    }
    let states = client.snapshots.iter().filter(|snapshot| snapshot.dropped.is_empty()).count();
    let unexplained = client.corrections.iter().filter(|it| it.it.reason == "unexplained").count();
    slis.predictions(states as u64, unexplained as u64);
    let outcomes = || client.answers.iter().map(|answer| answer.it.outcome.as_str());
    let comparable = outcomes().filter(|outcome| COMPARABLE.contains(outcome)).count();
    slis.claims(comparable as u64, outcomes().filter(|outcome| *outcome == "agreed").count() as u64);
}

/// What the server told of this client's inputs: a count modulo 256 in every snapshot.
fn note_told(slis: &mut Slis, client: &ClientTrace) {
    let mut matches = client.welcomes.iter().map(|welcome| welcome.at_ns).peekable();
    let mut newest: Option<(u32, u32)> = None;
    for snapshot in client.snapshots.iter().filter(|snapshot| snapshot.dropped.is_empty()) {
        while matches.next_if(|at| *at <= snapshot.arrived_ns).is_some() {
            newest = None;
        }
        if newest.is_some_and(|(tick, _)| snapshot.tick <= tick) {
            continue;
        }
        if let Some((tick, starved)) = newest {
            let passed = snapshot.tick - tick;
            let counted = snapshot.starved.wrapping_sub(starved) & 0xFF;
            // In a silence of more than 256 ticks hardly any had an input: the most that fits is true.
            let starved = counted + passed.saturating_sub(counted) / 256 * 256;
            slis.inputs(passed.into(), starved.into());
        }
        newest = Some((snapshot.tick, snapshot.starved));
    }
}

/// `ServerTick.input_uses`.
const USED: u32 = 0;
const IDLE: u32 = 2;
/// Outcomes of claims whose target lived on and that were tested at the time they claim.
const COMPARABLE: [&str; 4] = ["agreed", "other_policy", "mispredicted", "unexplained"];
