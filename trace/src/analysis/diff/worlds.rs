//! What of two worlds differs, by entity and field.
//!
//! Takes a world apart by name: a new field does not compile until it is compared.

use super::Difference;
use crate::analysis::shots::Players;
use tickshot_shared::sim::digest::{FIELDS, PLAYER_FIELDS, field_text};
use tickshot_shared::sim::world::{Player, World};

/// Everything that differs, players first; named as `players` knows them.
pub(super) fn differences(a: &World, b: &World, players: &Players) -> Vec<Difference> {
    let World { tick, rate, rng, players: in_a, rockets, pickups, round } = a;
    let mut all = Vec::new();
    for slot in 0..in_a.len().max(b.players.len()) {
        let of = format!("player {slot} ({})", players.who(slot as u32, tick.0).name);
        match (in_a.get(slot).copied().flatten(), b.players.get(slot).copied().flatten()) {
            (Some(a), Some(b)) => all.extend(player(&of, &a, &b)),
            (a, b) => all.extend(Difference::of(&of, "present", &a.is_some(), &b.is_some())),
        }
    }
    all.extend(Difference::of("rockets", "count", &rockets.len(), &b.rockets.len()));
    for (i, (a, b)) in rockets.iter().zip(&b.rockets).enumerate() {
        all.extend(Difference::of(&format!("rocket {i}"), "state", a, b));
    }
    for (i, (a, b)) in pickups.iter().zip(&b.pickups).enumerate() {
        all.extend(Difference::of(&format!("pickup {i}"), "ticks until it is there", a, b));
    }
    let rest = [
        Difference::of("pickups", "count", &pickups.len(), &b.pickups.len()),
        Difference::of("match", "round", round, &b.round),
        Difference::of("world", "tick", tick, &b.tick),
        Difference::of("world", "rate", rate, &b.rate),
        Difference::of("world", "rng", &rng.0, &b.rng.0),
    ];
    all.extend(rest.into_iter().flatten());
    all
}

fn player(of: &str, a: &Player, b: &Player) -> Vec<Difference> {
    let field = |field: &&'static str| {
        let (a, b) = (field_text(a, field), field_text(b, field));
        (a != b).then(|| Difference { of: of.to_owned(), field: (*field).to_owned(), a, b })
    };
    FIELDS[..PLAYER_FIELDS].iter().filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::IVec2;
    use tickshot_shared::tick::TickRate;

    #[test]
    fn what_differs_is_named_by_entity_and_field_with_both_values() {
        let mut a = World::new(4, TickRate::default(), 7);
        a.players[2] = Some(Player { pos: IVec2::new(5, 6), health: 100, ..Player::default() });
        let mut b = a.clone();
        assert_eq!(differences(&a, &b, &Players::default()), []);
        b.players[2].as_mut().unwrap().health = 80;
        b.players[3] = Some(Player::default());
        b.rng.0 += 1;
        let found = differences(&a, &b, &Players::default());
        let names: Vec<_> = found.iter().map(|it| (it.of.as_str(), it.field.as_str())).collect();
        assert_eq!(names, [("player 2 (player 2)", "health"), ("player 3 (player 3)", "present"), ("world", "rng")]);
        assert_eq!((found[0].a.as_str(), found[0].b.as_str()), ("100", "80"));
    }
}
