//! A match on virtual time for the tests of the simulation: a world, an arena, bots, and the inputs they give.
#![allow(dead_code, reason = "each test file uses its part")]

use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::{Bot, Seen, Sight, Skill};
use tickshot_shared::sim::combat::Present;
use tickshot_shared::sim::input::{Buttons, Heading, Input};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::round::MatchOptions;
use tickshot_shared::sim::step::{Event, step};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

pub(crate) fn arena() -> Arena {
    Arena::parse("arena", include_bytes!("../../../assets/maps/arena.tmx")).expect("the shipped map is valid")
}

pub(crate) fn open() -> Arena {
    Arena::parse("open", include_bytes!("../../../assets/maps/open.tmx")).expect("the shipped map is valid")
}

/// The shipped maps that are made to be played on, from small to large.
pub(crate) fn walled() -> [Arena; 4] {
    let parse = |name, tmx: &[u8]| Arena::parse(name, tmx).expect("the shipped map is valid");
    [
        parse("duel", include_bytes!("../../../assets/maps/duel.tmx")),
        arena(),
        parse("citadel", include_bytes!("../../../assets/maps/citadel.tmx")),
        parse("district", include_bytes!("../../../assets/maps/district.tmx")),
    ]
}

/// A map from rows of `#` (wall), `.` (floor), `S` (spawn), and pickups: `H` (health), `A` (armour), `M` (ammo).
pub(crate) fn sketch(rows: &[&str]) -> Arena {
    Arena::parse("sketch", sketch_tmx(rows).as_bytes()).expect("the sketch is a valid map")
}

pub(crate) fn sketch_tmx(rows: &[&str]) -> String {
    let (width, height) = (rows[0].len(), rows.len());
    let tiles: Vec<String> = rows.iter().flat_map(|r| r.bytes().map(|b| u8::from(b == b'#').to_string())).collect();
    let points = |letter: u8, class: &str, first_id: usize| -> String {
        let letters = rows.iter().enumerate().flat_map(|(y, row)| row.bytes().enumerate().map(move |(x, b)| (x, y, b)));
        let found = letters.filter(|(_, _, b)| *b == letter).enumerate();
        found
            .map(|(i, (x, y, _))| {
                let (id, x, y) = (first_id + i, x * 16 + 8, y * 16 + 8);
                format!("<object id=\"{id}\"{class} x=\"{x}\" y=\"{y}\"><point/></object>\n")
            })
            .collect()
    };
    let spawns = points(b'S', "", 1);
    let kinds = [(b'H', " class=\"health\""), (b'A', " class=\"armour\""), (b'M', " class=\"ammo\"")];
    let things: String = (1..).zip(kinds).map(|(i, (letter, class))| points(letter, class, 10_000 * i)).collect();
    let pickups = match things.as_str() {
        "" => String::new(),
        things => format!("<objectgroup id=\"3\" name=\"pickups\">\n{things}</objectgroup>\n"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<map version=\"1.10\" orientation=\"orthogonal\" width=\"{width}\" \
         height=\"{height}\" tilewidth=\"16\" tileheight=\"16\" infinite=\"0\">\n<layer id=\"1\" name=\"walls\" \
         width=\"{width}\" height=\"{height}\"><data encoding=\"csv\">\n{}\n</data></layer>\n<objectgroup id=\"2\" \
         name=\"spawns\">\n{spawns}</objectgroup>\n{pickups}</map>\n",
        tiles.join(",")
    )
}

/// A world full of bots.
pub(crate) struct Match {
    pub(crate) world: World,
    pub(crate) bots: Vec<Bot>,
    pub(crate) inputs: Vec<Option<Input>>,
    pub(crate) events: Vec<Event>,
}

impl Match {
    pub(crate) fn new(arena: &Arena, players: usize, rate: TickRate, seed: u64) -> Match {
        Match::of_skills(arena, &vec![Skill::default(); players], rate, seed)
    }

    /// An endless deathmatch of bots, one for each of `skills`.
    pub(crate) fn of_skills(arena: &Arena, skills: &[Skill], rate: TickRate, seed: u64) -> Match {
        let (players, pickups) = (skills.len(), arena.pickups().len());
        let mut world = World::for_match(players, pickups, rate, seed, Tick(0), MatchOptions::ENDLESS);
        (0..players as u16).for_each(|slot| world.join(arena, Slot(slot)));
        let bots = (0..).zip(skills).map(|(slot, skill)| Bot::new(seed, Slot(slot), *skill)).collect();
        Match { world, bots, inputs: vec![None; players], events: Vec::new() }
    }

    /// Every bot thinks, in the order of `slots`, and its input is filed. Everybody is told of everybody.
    pub(crate) fn think(&mut self, arena: &Arena, slots: impl Iterator<Item = usize>) {
        for slot in slots {
            self.inputs[slot] = think(&mut self.bots[slot], &self.world, arena, Slot(slot as u16));
        }
    }

    pub(crate) fn step(&mut self, arena: &Arena) {
        self.events.clear();
        step(&mut self.world, arena, &self.inputs, &Present, &mut self.events);
    }

    pub(crate) fn tick(&mut self, arena: &Arena) {
        self.think(arena, 0..self.bots.len());
        self.step(arena);
    }
}

/// What `bot` in `slot` makes of the whole world.
pub(crate) fn think(bot: &mut Bot, world: &World, arena: &Arena, slot: Slot) -> Option<Input> {
    let own = world.player(slot)?;
    let friend = |player: &Player| own.team.is_some() && player.team == own.team;
    let seen = |(slot, p): (Slot, &Player)| Seen { slot, pose: Pose::of(p), friend: friend(p) };
    let others: Vec<Seen> = world.present().map(seen).collect();
    Some(bot.think(&Sight {
        arena,
        rate: world.rate,
        now: world.tick.plus(1),
        own,
        team: own.team,
        others: &others,
        rockets: &world.rockets,
        pickups: world.pickups_there(),
    }))
}

/// Somebody who presses everything there is, at random: what a test of the rules needs and no bot does.
pub(crate) struct Restless {
    rng: Rng,
    input: Input,
}

impl Restless {
    pub(crate) fn new(seed: u64, slot: u16) -> Restless {
        Restless { rng: Rng::fork(seed, u64::from(slot)), input: Input::default() }
    }

    pub(crate) fn press(&mut self) -> Input {
        let (rng, input) = (&mut self.rng, &mut self.input);
        if rng.chance(1, 20) {
            input.heading = Heading::new(rng.below(9) as u8).expect("below nine");
        }
        input.aim =
            if rng.chance(1, 50) { Turn(rng.below(65536) as u16) } else { input.aim.turned(rng.range_i32(-300, 300)) };
        if rng.chance(1, 150) {
            input.weapon = Weapon::ALL[rng.below(3) as usize];
        }
        let trigger = if rng.chance(1, 30) {
            !input.buttons.contains(Buttons::FIRE)
        } else {
            input.buttons.contains(Buttons::FIRE)
        };
        let bit = |pressed: bool, button: Buttons| if pressed { button.0 } else { 0 };
        let dash = bit(rng.chance(1, 40), Buttons::DASH);
        input.buttons = Buttons(bit(trigger, Buttons::FIRE) | dash | bit(rng.chance(1, 100), Buttons::RELOAD));
        *input
    }
}

/// A living player at a place, with all it begins with.
pub(crate) fn standing(x: i32, y: i32) -> Player {
    Player::default().spawned(glam::IVec2::new(x, y))
}
