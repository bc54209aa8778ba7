//! Ten minutes of sixteen bots, every snapshot of every client: nobody and nothing is in it that its receiver could not see
//! from anywhere within the peek margin.
//!
//! Judged by other means than the server's: by the true world and lines between many points of the tiles around both ends.
//! Only how far the margin reaches is taken from where it is defined.

use glam::IVec2;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tickshot_server::core::{MatchSetup, ServerCore};
use tickshot_server::interest::reach::{BODY_REACH_TILES, reach_units, split, starts};
use tickshot_server::maps;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, encode_inputs};
use tickshot_shared::protocol::control::{ClientControl, encode_control};
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::version::protocol_version;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::bot::{Bot, Seen, Sight, Skill};
use tickshot_shared::sim::collision::{body_in_sight, line_of_sight};
use tickshot_shared::sim::input::{Buttons, Input};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::round::{GameMode, MatchOptions};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::TickRate;

const CLIENTS: u64 = 16;
/// Of each of the three matches.
const SECONDS: u64 = 200;
const SEED: u64 = 0x0051_6874;

#[test]
fn no_snapshot_in_ten_minutes_holds_anybody_outside_the_peek_margin() {
    println!("seed {SEED:#x}");
    let rounds = MatchOptions {
        mode: GameMode::Elimination,
        best_of: u8::MAX,
        round_s: 20,
        warm_up_s: 1,
        freeze_s: 1,
        round_over_s: 1,
        ..MatchOptions::ENDLESS
    };
    let runs = [("citadel", MatchOptions::ENDLESS), ("duel", rounds), ("district", rounds)];
    let counts: Vec<Counts> = std::thread::scope(|scope| {
        let threads = runs.map(|(map, options)| scope.spawn(move || play(map, options, SECONDS)));
        threads.into_iter().map(|thread| thread.join().expect("no match panics")).collect()
    });
    for ((map, _), counts) in runs.iter().zip(&counts) {
        println!("{map}: {counts:?}");
        assert!(counts.outside.is_empty(), "{map}: {:#?}", counts.outside);
        assert!(
            counts.told > 1_000 * SECONDS && counts.told < counts.pairs * 19 / 20,
            "{map}: walls hide, and some see"
        );
        assert!(counts.in_margin > 10 * SECONDS, "{map}: the margin is used");
        assert!(counts.rockets > 0, "{map}: rockets fly");
    }
}

/// What one match was like.
#[derive(Debug, Default)]
struct Counts {
    /// Others a receiver could have been told of, and was.
    pairs: u64,
    told: u64,
    /// Of those told, the ones that no eye saw: the margin.
    in_margin: u64,
    rockets: u64,
    outside: Vec<String>,
}

struct Client {
    id: u64,
    slot: Slot,
    ring: SnapshotRing,
    bot: Bot,
    rng: Rng,
}

fn play(map: &str, options: MatchOptions, seconds: u64) -> Counts {
    let rate = TickRate::default();
    let setup = MatchSetup { options, ..MatchSetup::endless(maps::load(map).unwrap(), CLIENTS as usize, rate, SEED) };
    let arena = Arc::clone(&setup.map.arena);
    let mut core = ServerCore::new(setup, Duration::ZERO);
    let mut clients: Vec<Client> = (1..=CLIENTS).map(|id| join(&mut core, id)).collect();
    let mut margin = Margin { arena: &arena, known: HashMap::new(), views: HashMap::new() };
    let mut counts = Counts::default();
    for _ in 0..seconds * u64::from(rate.hz()) {
        let now = core.deadline(core.next_tick());
        for client in &mut clients {
            let packet = client.input(&core, &arena);
            core.handle_hot(client.id, now, &packet).expect("an honest packet");
        }
        core.step(now);
        core.take_wishes();
        let mut sent = Vec::new();
        core.encode_snapshots(&|| now, &mut |id, bytes| sent.push((id, bytes.to_vec())));
        for (id, bytes) in sent {
            let client = &mut clients[id as usize - 1];
            client.ring.decode(&bytes, Some(client.slot)).expect("it lost nothing");
            client.check(core.world(), &mut margin, &mut counts);
        }
    }
    counts
}

fn join(core: &mut ServerCore, id: u64) -> Client {
    core.handle_connected(Duration::ZERO, id, protocol_version(), &format!("client {id}"));
    core.handle_control(id, &encode_control(&ClientControl::Ready).unwrap()).unwrap();
    let slot = Slot(id as u16 - 1);
    let ring = SnapshotRing::new(CLIENTS as usize, core.setup().rate);
    Client { id, slot, ring, bot: Bot::new(SEED, slot, Skill::Normal), rng: Rng::fork(SEED, id) }
}

impl Client {
    /// What it presses, as bytes: as its bot wants, and now and then a dash or a rocket.
    fn input(&mut self, core: &ServerCore, arena: &Arena) -> Vec<u8> {
        let (now, world) = (core.next_tick(), core.world());
        let mut input = Input::default();
        let told = self.ring.newest();
        if let Some((told, (_, own))) = told.and_then(|told| told.own.as_ref().map(|own| (told, own))) {
            let team = |slot: Slot| world.player(slot).and_then(|player| player.team);
            let seen = |entity: &tickshot_shared::protocol::server_msg::Entity| Seen {
                slot: entity.slot,
                pose: Pose::of(&entity.player),
                friend: team(self.slot).is_some() && team(entity.slot) == team(self.slot),
            };
            let others: Vec<Seen> = told.entities.iter().map(seen).collect();
            input = self.bot.think(&Sight {
                arena,
                rate: world.rate,
                now,
                own,
                team: team(self.slot),
                others: &others,
                rockets: &told.rockets,
                pickups: told.pickups,
            });
        }
        if self.rng.chance(1, 200) {
            input.buttons = Buttons(input.buttons.0 | Buttons::DASH.0);
        }
        if self.rng.chance(1, 300) {
            (input.weapon, input.buttons) = (Weapon::Launcher, Buttons::FIRE);
        }
        let (ack, ack_mask) = self.ring.ack();
        let inputs = InputRun::of(&[input]).expect("one input");
        let packet = InputPacket { newest: now, inputs, ack, ack_mask, display_delay: 0, ping: None };
        let mut bytes = Vec::new();
        encode_inputs(&packet, &mut bytes);
        bytes
    }

    /// Its newest snapshot, which is of the present.
    fn check(&self, world: &World, margin: &mut Margin<'_>, counts: &mut Counts) {
        let told = self.ring.newest().expect("it was just decoded");
        assert_eq!(told.header.tick, world.tick);
        let eyes = eyes_of(world, self.slot);
        counts.pairs += world.present().count() as u64 - 1;
        counts.told += told.entities.len() as u64;
        for entity in &told.entities {
            assert_eq!(entity.told, world.tick, "sixteen always fit");
            let body = world.player(entity.slot).expect("only who is there is told").pos;
            let Some(eyes) = &eyes else { continue };
            if eyes.iter().any(|eye| body_in_sight(margin.arena, eye.pos, body, Player::RADIUS)) {
                continue;
            }
            counts.in_margin += 1;
            if !margin.is_reached_by(eyes, world.rate, body) {
                counts.outside.push(format!("{:?} at {body} told to {:?}", entity.slot, self.slot));
            }
        }
        for rocket in told.rockets.iter().filter(|rocket| rocket.owner != self.slot) {
            counts.rockets += 1;
            let units = match rocket.burst {
                Some((_, flown)) => flown,
                None => Rocket::flown(256 * world.tick.since(rocket.spawned).unwrap(), world.rate),
            };
            // A burst at a wall is judged in front of it.
            let near = [rocket.at(units), rocket.at((units - TILE_UNITS / 8).max(0))];
            let Some(eyes) = &eyes else { continue };
            if !near.iter().any(|&place| margin.is_reached_by(eyes, world.rate, place)) {
                counts.outside.push(format!("{rocket:?} told to {:?}", self.slot));
            }
        }
        counts.outside.truncate(10);
    }
}

/// Who looks for `slot`; `None`: it may know everything.
fn eyes_of(world: &World, slot: Slot) -> Option<Vec<&Player>> {
    let own = world.player(slot).expect("everyone plays");
    if own.alive || own.team.is_none() {
        return Some(vec![own]);
    }
    let living: Vec<&Player> =
        world.present().map(|(_, player)| player).filter(|p| p.alive && p.team == own.team).collect();
    (!living.is_empty()).then_some(living)
}

/// Views between the surroundings of two tiles, by sampling.
struct Margin<'a> {
    arena: &'a Arena,
    /// By tile of the eye, its reach, and tile of the body: the answer follows from these.
    known: HashMap<(IVec2, i32, IVec2), bool>,
    /// By the tiles at both ends of a line.
    views: HashMap<(IVec2, IVec2), bool>,
}

impl Margin<'_> {
    /// Whether from any place within `reach` tiles of the eye's tile a place within a body's reach of the body's tile is in
    /// sight.
    fn reaches(&mut self, eye: IVec2, reach: i32, body: IVec2) -> bool {
        let key = (eye / TILE_UNITS, reach, body / TILE_UNITS);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        // A view too thin for samples is found from the next tile; that a tile is not marked without any view, a test of the
        // search for views sees to.
        let found = [0, 1].into_iter().any(|slack| {
            let (from, to) = (self.around(key.0, reach + slack), self.around(key.2, BODY_REACH_TILES + slack));
            from.iter().any(|a| to.iter().any(|b| self.view(*a, *b)))
        });
        self.known.insert(key, found);
        found
    }

    fn is_reached_by(&mut self, eyes: &[&Player], rate: TickRate, place: IVec2) -> bool {
        eyes.iter().any(|eye| {
            let (tiles, rest) = split(reach_units(eye, rate, 1));
            let mut free = starts(eye.pos, rest).filter(|start| !self.arena.is_solid(start.x, start.y));
            line_of_sight(self.arena, eye.pos, place)
                || free.any(|start| self.reaches(start * TILE_UNITS, tiles, place))
        })
    }

    /// Free tiles no farther than `reach` from the edge of `tile`, the nearest first.
    fn around(&self, tile: IVec2, reach: i32) -> Vec<IVec2> {
        let gap = |offset: IVec2| (offset.abs() - IVec2::ONE).max(IVec2::ZERO).length_squared();
        let square = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| IVec2::new(x, y)));
        let near = |offset: &IVec2| *offset == IVec2::ZERO || gap(*offset) < reach * reach;
        let mut tiles: Vec<IVec2> = square.filter(near).map(|offset| tile + offset).collect();
        tiles.retain(|tile| !self.arena.is_solid(tile.x, tile.y));
        tiles.sort_by_key(|at| (*at - tile).length_squared());
        tiles
    }

    /// Whether any point of one tile has a line to any of the other's; coarse steps before fine ones.
    fn view(&mut self, a: IVec2, b: IVec2) -> bool {
        let arena = self.arena;
        *self.views.entry((a, b)).or_insert_with(|| [1, 2, 4].into_iter().any(|steps| any_line(arena, a, b, steps)))
    }
}

/// Lines between `steps` by `steps` points of both tiles, evenly from just inside one edge to the other. One step is the middle.
fn any_line(arena: &Arena, a: IVec2, b: IVec2, steps: i32) -> bool {
    let at = |i: i32| match steps {
        1 => TILE_UNITS / 2,
        _ => 2 + i * (TILE_UNITS - 4) / (steps - 1),
    };
    let points =
        |tile: IVec2| (0..steps * steps).map(move |i| tile * TILE_UNITS + IVec2::new(at(i % steps), at(i / steps)));
    points(a).any(|p| points(b).any(|q| line_of_sight(arena, p, q)))
}
