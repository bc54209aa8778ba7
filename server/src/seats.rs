//! Who plays which slot: a client or a bot, either way through the same buffer of inputs.

use crate::inputs::InputBuffer;
use crate::interest::{InSight, Interest};
use crate::sessions::Sessions;
use tickshot_shared::ids::Id;
use tickshot_shared::lagcomp::{Believed, Shooters};
use tickshot_shared::limits::NAME_BYTES_MAX;
use tickshot_shared::protocol::told::Told;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::{Bot, Seen, Sight, Skill};
use tickshot_shared::sim::input::Input;
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::Tick;

/// One taken slot.
pub struct Seat {
    pub name: String,
    pub inputs: InputBuffer,
    /// Name of this stay.
    pub session: Id,
    /// No vote on this player before then.
    pub spared_until: Tick,
    player: PlayedBy,
}

enum PlayedBy {
    Client,
    Bot(Box<Bot>),
}

impl Seat {
    pub fn client(name: String, session: Id) -> Seat {
        Seat::new(name, session, PlayedBy::Client)
    }

    /// A bot whose choices follow from the match's seed and its slot.
    pub fn bot(name: String, session: Id, seed: u64, slot: Slot, skill: Skill) -> Seat {
        Seat::new(name, session, PlayedBy::Bot(Box::new(Bot::new(seed, slot, skill))))
    }

    fn new(name: String, session: Id, player: PlayedBy) -> Seat {
        Seat { name, session, inputs: InputBuffer::new(), spared_until: Tick(0), player }
    }

    /// Another match begins: nothing of the one before is of use, and a bot knows nothing of it.
    pub fn begin_match(&mut self, seed: u64, slot: Slot, skill: Skill) {
        self.inputs.forget();
        if let PlayedBy::Bot(bot) = &mut self.player {
            **bot = Bot::new(seed, slot, skill);
        }
    }

    pub fn is_bot(&self) -> bool {
        matches!(self.player, PlayedBy::Bot(_))
    }

    /// A bot's input for the next tick, from the state of this one and no more than a client in its place is told.
    /// `None` for clients, who send theirs. `in_sight` is work space.
    pub fn think(
        &mut self,
        arena: &Arena,
        world: &World,
        interest: &mut Interest,
        slot: Slot,
        in_sight: &mut InSight,
    ) -> Option<Input> {
        let PlayedBy::Bot(bot) = &mut self.player else { return None };
        let own = world.player(slot)?;
        interest.look(arena, world, slot, 1, in_sight);
        let friend = |player: &Player| own.team.is_some() && player.team == own.team;
        let seen =
            |slot: &Slot| world.player(*slot).map(|p| Seen { slot: *slot, pose: Pose::of(p), friend: friend(p) });
        let others: Vec<Seen> = in_sight.players.iter().filter_map(seen).collect();
        Some(bot.think(&Sight {
            arena,
            rate: world.rate,
            now: world.tick.plus(1),
            own,
            team: own.team,
            others: &others,
            rockets: &in_sight.rockets,
            pickups: in_sight.pickups,
        }))
    }

    /// Names of bots come from the field, by slot.
    pub fn bot_name(slot: usize) -> &'static str {
        BOT_NAMES[slot % BOT_NAMES.len()]
    }
}

/// Everyone who plays, for lag compensation: what they were told, and what they pressed.
pub struct Seated<'a> {
    pub sessions: &'a Sessions,
    pub seats: &'a [Option<Seat>],
}

impl Shooters for Seated<'_> {
    type Told = Told;

    fn told(&self, shooter: Slot, tick: Tick) -> Option<&Told> {
        self.sessions.in_slot(shooter)?.told.at(tick)
    }

    fn acked(&self, shooter: Slot) -> Option<Tick> {
        self.sessions.in_slot(shooter)?.told.acked()
    }

    fn believed(&self, shooter: Slot, tick: Tick) -> Option<Believed> {
        self.sessions.in_slot(shooter)?.display.at(tick)
    }

    fn input(&self, shooter: Slot, tick: Tick) -> Option<Input> {
        self.seats.get(shooter.index())?.as_ref()?.inputs.used(tick)
    }
}

/// `wanted`, or `wanted 2`, `wanted 3`... if someone has that name; shortened so that it stays a valid name.
pub fn unique_name(wanted: &str, seats: &[Option<Seat>]) -> String {
    let taken = |name: &str| seats.iter().flatten().any(|seat| seat.name == name);
    if !taken(wanted) {
        return wanted.to_owned();
    }
    // There are fewer seats than numbers, so one of them is free.
    (2..)
        .map(|n| {
            let suffix = format!(" {n}");
            let mut end = wanted.len().min(NAME_BYTES_MAX - suffix.len());
            while !wanted.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}{suffix}", &wanted[..end])
        })
        .find(|name| !taken(name))
        .expect("numbers do not run out")
}

const BOT_NAMES: [&str; 16] = [
    "Quorum", "Drift", "Epoch", "Jitter", "Raft", "Skew", "Beacon", "Gossip", "Latch", "Nonce", "Relay", "Shard",
    "Token", "Vector", "Mutex", "Paxos",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_already_taken_gets_a_number_and_stays_within_its_limit() {
        let long = "é".repeat(12);
        let seats = vec![
            Some(Seat::client(long.clone(), Id::default())),
            None,
            Some(Seat::client("Ann".to_owned(), Id::default())),
        ];
        assert_eq!(unique_name("Ann", &seats), "Ann 2");
        let second = unique_name(&long, &seats);
        assert!(second.len() <= NAME_BYTES_MAX && second.ends_with(" 2"), "{second}");
    }
}
