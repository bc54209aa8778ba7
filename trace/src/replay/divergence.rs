//! Where a replay and its record part: the tick, and as far as it can be told the entity and the field, with both values.

use super::sums::{self, Altered};
use crate::proto::{Keyframe, PlayerState, ServerTick, Shot};
use serde::Serialize;
use std::fmt;
use tickshot_shared::sim::digest::{Checks, FIELDS, field_text};
use tickshot_shared::sim::world::{Slot, World};

/// The first difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Divergence {
    pub tick: u32,
    /// The player concerned; `None` = none in particular, or not known.
    pub slot: Option<u32>,
    /// As `shared::sim::digest::FIELDS` or the schema names it.
    pub field: Option<&'static str>,
    pub recorded: String,
    pub replayed: String,
    /// All of it as a sentence.
    pub text: String,
}

impl Divergence {
    fn new(
        tick: u32,
        slot: Option<u32>,
        field: Option<&'static str>,
        recorded: &str,
        replayed: &str,
        what: &str,
    ) -> Self {
        let who = slot.map_or_else(String::new, |slot| format!(", player in slot {slot}"));
        let which = field.map_or_else(String::new, |field| format!(", {field}"));
        let text = format!("tick {tick}{who}{which}: {what} (recorded {recorded}, replayed {replayed})");
        Divergence { tick, slot, field, recorded: recorded.to_owned(), replayed: replayed.to_owned(), text }
    }

    /// The record of tick `expected` is not there; the next one is `found`.
    pub(super) fn missing(expected: u32, found: u32) -> Divergence {
        let what = "ticks are missing, or not in their order";
        Divergence::new(expected, None, Some("tick"), &format!("tick {found}"), &format!("tick {expected}"), what)
    }

    /// The record itself cannot be what a server writes.
    pub(super) fn of_record(tick: u32, field: &'static str, what: &str) -> Divergence {
        let text = format!("tick {tick}, {field}: {what}");
        Divergence { tick, slot: None, field: Some(field), recorded: String::new(), replayed: String::new(), text }
    }

    /// An input is not the one that the server used.
    pub(super) fn of_inputs(record: &ServerTick, altered: Altered) -> Divergence {
        let Altered { slot, field } = altered;
        let (Some(player), Some(column)) = (slot, field) else {
            let who = slot.map_or("several players".to_owned(), |slot| format!("the player in slot {slot}"));
            let text = format!("tick {}, inputs: those of {who} are not the ones that the server used", record.tick);
            let (recorded, replayed) = (String::new(), String::new());
            return Divergence { tick: record.tick, slot, field: Some("inputs"), recorded, replayed, text };
        };
        let recorded = sums::recorded(record, player, column);
        let text = format!(
            "tick {}, player in slot {player}, {column}: not the input that the server used (recorded {recorded})",
            record.tick
        );
        Divergence { tick: record.tick, slot, field, recorded, replayed: String::new(), text }
    }

    /// The evidence of `shot` is not what judging it again gives.
    pub(super) fn of_shot(shot: &Shot, field: &'static str, recorded: &str, replayed: &str) -> Divergence {
        let what = "the evidence of its shot does not hold";
        Divergence::new(shot.tick, Some(shot.shooter), Some(field), recorded, replayed, what)
    }

    /// The state made again is not the recorded one.
    pub(super) fn between_checks(record: &ServerTick, world: &World, checks: &Checks) -> Divergence {
        let differ = |a: &[u8], b: &[u8]| (0..a.len().max(b.len())).find(|i| a.get(*i) != b.get(*i));
        let slot = differ(&record.player_checks, &checks.players);
        let fields: Vec<usize> =
            (0..FIELDS.len()).filter(|i| record.field_checks.get(*i) != checks.fields.get(*i)).collect();
        let field = fields.first().map(|i| FIELDS[*i]);
        let recorded = match (slot, fields.first()) {
            (Some(slot), _) if record.player_checks.get(slot).copied().unwrap_or(0) == 0 => "nobody there".to_owned(),
            (_, Some(field)) => format!("check {:02x}", record.field_checks.get(*field).copied().unwrap_or(0)),
            _ => format!("state hash {:016x}", record.state_hash),
        };
        let player = slot.map(|slot| world.player(Slot(slot as u16)));
        let replayed = match (player, field) {
            (Some(None), _) => "nobody there".to_owned(),
            (Some(Some(player)), Some(field)) if !field_text(player, field).is_empty() => field_text(player, field),
            (_, Some(_)) => format!("check {:02x}", checks.fields[fields[0]]),
            _ => format!("state hash {:016x}", checks.whole),
        };
        let others = fields.iter().skip(1).map(|i| FIELDS[*i]).collect::<Vec<_>>().join(", ");
        let what = match others.is_empty() {
            true => "the state differs".to_owned(),
            false => format!("the state differs, also in {others}"),
        };
        Divergence::new(record.tick, slot.map(|slot| slot as u32), field, &recorded, &replayed, &what)
    }

    /// `Err` with the first field in which the world that was written down is not the one made again.
    pub(super) fn between_worlds(keyframe: &Keyframe, world: &World) -> Result<(), Divergence> {
        let Some(recorded) = &keyframe.world else {
            return Err(Divergence::of_record(world.tick.0, "keyframe", "it has no world"));
        };
        let replayed = super::state::of_world(world);
        let tick = world.tick.0;
        if *recorded == replayed {
            let hash = world.hash();
            let (a, b) = (format!("{:016x}", keyframe.state_hash), format!("{hash:016x}"));
            let differ =
                || Divergence::new(tick, None, Some("state_hash"), &a, &b, "the keyframe's hash is not its world's");
            return if keyframe.state_hash == hash { Ok(()) } else { Err(differ()) };
        }
        let what = "the whole world that was written down differs";
        let slots = recorded.players.iter().chain(&replayed.players).map(|player| player.slot);
        let of = |players: &[PlayerState], slot: u32| players.iter().find(|player| player.slot == slot).cloned();
        for slot in slots {
            match (of(&recorded.players, slot), of(&replayed.players, slot)) {
                (Some(a), Some(b)) if a == b => {}
                (Some(a), Some(b)) => {
                    let (field, a, b) = player_difference(&a, &b);
                    return Err(Divergence::new(tick, Some(slot), Some(field), &a, &b, what));
                }
                (a, b) => {
                    let there = |player: Option<PlayerState>| if player.is_some() { "there" } else { "not there" };
                    return Err(Divergence::new(tick, Some(slot), None, there(a), there(b), what));
                }
            }
        }
        macro_rules! compare {
            ($($field:ident),+) => {
                $(if recorded.$field != replayed.$field {
                    let (a, b) = (format!("{:?}", recorded.$field), format!("{:?}", replayed.$field));
                    return Err(Divergence::new(tick, None, Some(stringify!($field)), &a, &b, what));
                })+
            };
        }
        compare!(capacity, rng, rockets, pickups, round, players);
        Err(Divergence::new(tick, None, None, "another tick", "this one", what))
    }
}

/// The first field in which two states of a player differ.
fn player_difference(a: &PlayerState, b: &PlayerState) -> (&'static str, String, String) {
    macro_rules! compare {
        ($($field:ident),+ $(,)?) => {
            $(if a.$field != b.$field {
                return (stringify!($field), format!("{:?}", a.$field), format!("{:?}", b.$field));
            })+
        };
    }
    compare!(
        x,
        y,
        vel_x,
        vel_y,
        aim_1024ths,
        heading,
        alive,
        weapon,
        shot_seq,
        shot_range,
        health,
        armour,
        fire_cooldown,
        magazines,
        reserves,
        reload_ticks,
        dash_ticks,
        dash_cooldown,
        frozen_ticks,
        respawn_ticks,
        hits,
        hurt_seq,
        hurt_from,
        pickup_seq,
        team,
        kills,
        deaths,
    );
    ("slot", a.slot.to_string(), b.slot.to_string())
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
