//! Worlds that change in every way a snapshot can carry, and one client's link to them.

use super::sky::Sky;
use glam::IVec2;
use tickshot_shared::limits::POS_BITS;
use tickshot_shared::protocol::fields::{ExtrapolationTable, owner_part, public_part};
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::{InputUse, Pong, SnapshotHeader};
use tickshot_shared::protocol::snapshot::{SnapshotEncoder, SnapshotRequest, SnapshotStats};
use tickshot_shared::protocol::told::ToldRing;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::history::History;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot, World};
use tickshot_shared::tick::{Tick, TickRate};

/// Units per tick of the test's walkers.
pub(crate) fn table() -> ExtrapolationTable {
    ExtrapolationTable::new(|heading| {
        let part = |step: [i32; 9]| step[usize::from(heading.value())];
        IVec2::new(part([0, 96, 68, 0, -68, -96, -68, 0, 68]), part([0, 0, 68, 96, 68, 0, -68, -96, -68]))
    })
}

/// Any player a world can hold, extremes often.
pub(crate) fn any_player(rng: &mut Rng) -> Player {
    let mut within = |max: i32| match rng.below(8) {
        0 => 0,
        1 => max,
        _ => rng.range_i32(0, max),
    };
    let pos_max = (1 << POS_BITS) - 1;
    Player {
        pos: IVec2::new(within(pos_max), within(pos_max)),
        aim: within(1023) as u16,
        heading: Heading::new(within(8) as u8).unwrap(),
        alive: within(1) == 1,
        shot_seq: within(7) as u8,
        shot_range: within(255) as u8,
        vel: IVec2::new(within(65_535) - 32_768, within(65_535) - 32_768),
        health: within(100) as u8,
        fire_cooldown: within(255) as u8,
        respawn_ticks: within(65_535) as u16,
        hits: within(255) as u8,
        hurt_seq: within(15) as u8,
        hurt_from: within(63) as u8,
        weapon: Weapon::new(within(2) as u8).unwrap(),
        armour: within(100) as u8,
        magazines: Weapon::ALL.map(|weapon| within(weapon.table().magazine.into()) as u8),
        reserves: Weapon::ALL.map(|weapon| weapon.table().reserve.map_or(0, |(_, most)| within(most.into()) as u8)),
        reload_ticks: within(1023) as u16,
        dash_ticks: within(255) as u8,
        dash_cooldown: within(65_535) as u16,
        frozen_ticks: within(65_535) as u16,
        pickup_seq: within(7) as u8,
        // The control lane tells these.
        team: None,
        kills: 0,
        deaths: 0,
    }
}

/// What a tick might make of a player: usually little, sometimes anything.
pub(crate) fn next_player(before: &Player, rng: &mut Rng) -> Player {
    if rng.chance(1, 40) {
        return any_player(rng);
    }
    let mut player = *before;
    if rng.chance(1, 10) {
        player.heading = Heading::new(rng.below(9) as u8).unwrap();
    }
    let mut step = table().step(player.heading);
    if rng.chance(1, 4) {
        step += IVec2::new(rng.range_i32(-300, 300), rng.range_i32(-40, 40));
    }
    if player.alive {
        player.pos = (player.pos + step).clamp(IVec2::ZERO, IVec2::splat((1 << POS_BITS) - 1));
    }
    if rng.chance(1, 2) {
        player.aim = (i32::from(player.aim) + rng.range_i32(-20, 20)).rem_euclid(1024) as u16;
    }
    if rng.chance(1, 8) {
        player.shot_seq = (player.shot_seq + 1) % 8;
        player.shot_range = rng.below(256) as u8;
        player.fire_cooldown = 10;
        let magazine = &mut player.magazines[player.weapon.index()];
        *magazine = magazine.saturating_sub(1);
    }
    if rng.chance(1, 50) {
        player.weapon = Weapon::new(rng.below(3) as u8).unwrap();
        player.reload_ticks = rng.below(140) as u16;
        (player.dash_ticks, player.dash_cooldown) = (10, 160);
    }
    if rng.chance(1, 30) {
        player.health = player.health.saturating_sub(20);
        player.hurt_seq = (player.hurt_seq + 1) % 16;
        player.hurt_from = rng.below(64) as u8;
        player.armour = player.armour.saturating_sub(12);
    }
    player.vel = step;
    player.fire_cooldown = player.fire_cooldown.saturating_sub(1);
    player.reload_ticks = player.reload_ticks.saturating_sub(1);
    player.dash_ticks = player.dash_ticks.saturating_sub(1);
    player.dash_cooldown = player.dash_cooldown.saturating_sub(1);
    player.frozen_ticks = player.frozen_ticks.saturating_sub(1);
    if player.respawn_ticks != Player::OUT {
        player.respawn_ticks = player.respawn_ticks.saturating_sub(1);
    }
    player
}

/// A server and one client, tick by tick.
pub(crate) struct Link {
    pub(crate) rng: Rng,
    pub(crate) world: World,
    pub(crate) history: History,
    pub(crate) encoder: SnapshotEncoder,
    pub(crate) sent: ToldRing,
    pub(crate) priority: Vec<u32>,
    pub(crate) received: SnapshotRing,
    pub(crate) own: Option<Slot>,
    pub(crate) sky: Sky,
}

impl Link {
    /// `players` of `capacity` slots are taken; the client owns slot 0.
    pub(crate) fn new(capacity: usize, players: usize, seed: u64) -> Link {
        let mut rng = Rng::new(seed);
        let mut world = World::new(capacity, TickRate::default(), seed);
        for place in world.players.iter_mut().take(players) {
            *place = Some(any_player(&mut rng));
        }
        Link {
            rng,
            world,
            history: History::new(capacity),
            encoder: SnapshotEncoder::new(capacity, table()),
            sent: ToldRing::new(capacity),
            priority: vec![0; capacity],
            received: SnapshotRing::new(capacity, table()),
            own: Some(Slot(0)),
            sky: Sky::new(seed, capacity),
        }
    }

    /// Everyone moves on; now and then somebody joins or leaves (never slot 0).
    pub(crate) fn step(&mut self) {
        self.world.tick = self.world.tick.plus(1);
        for (i, place) in self.world.players.iter_mut().enumerate() {
            *place = match place.take() {
                Some(_) if i > 0 && self.rng.chance(1, 400) => None,
                Some(player) => Some(next_player(&player, &mut self.rng)),
                None if self.rng.chance(1, 400) => Some(any_player(&mut self.rng)),
                None => None,
            };
        }
        self.history.push(&self.world);
        self.encoder.begin(self.world.tick);
        self.sky.step(self.world.tick);
    }

    /// Everyone but the client's own player.
    pub(crate) fn others(&self) -> Vec<Slot> {
        self.world.present().map(|(slot, _)| slot).filter(|&slot| Some(slot) != self.own).collect()
    }

    pub(crate) fn send(&mut self, visible: &[Slot]) -> (Vec<u8>, SnapshotStats) {
        let header = any_header(self.world.tick, &mut self.rng);
        let (told, baseline) = self.sent.begin(self.world.tick);
        let request = SnapshotRequest {
            header,
            history: &self.history,
            own: self.own,
            baseline,
            visible,
            scene: self.sky.scene(self.world.tick),
            priority: &mut self.priority,
        };
        let mut bytes = Vec::new();
        let stats = self.encoder.encode(request, told, &mut bytes);
        (bytes, stats)
    }

    /// The client's snapshot `tick` says exactly what the server's notes say it was told, and that is true.
    pub(crate) fn check(&self, tick: Tick) {
        let snapshot = self.received.at(tick).expect("it was decoded");
        let told = self.sent.at(tick).expect("it was sent");
        for entity in &snapshot.entities {
            assert_eq!(told.told_at(entity.slot), Some(entity.told), "{tick:?} {:?}", entity.slot);
            let truth = self.history.player(entity.told, entity.slot).expect("told states are still held");
            assert_eq!(entity.player, public_part(truth), "{tick:?} {:?}", entity.slot);
        }
        let slots: Vec<Slot> = snapshot.entities.iter().map(|e| e.slot).collect();
        assert_eq!(slots, told.slots().iter().collect::<Vec<_>>());
        let own = self.own.map(|own| (own, owner_part(self.history.player(tick, own).expect("present"))));
        assert_eq!(snapshot.own, own);
        let (pickups, rockets) = self.sky.shown(tick);
        assert_eq!((snapshot.pickups, &snapshot.rockets), (*pickups, rockets), "{tick:?}");
    }
}

fn any_header(tick: Tick, rng: &mut Rng) -> SnapshotHeader {
    let wide = |rng: &mut Rng| (rng.next_u64() >> (32 + rng.below(32))) as u32;
    SnapshotHeader {
        tick,
        baseline: None,
        input_use: [InputUse::Used, InputUse::Repeated, InputUse::Idle][rng.below(3) as usize],
        margin_16ths: rng.chance(3, 4).then(|| (wide(rng) as i16) >> rng.below(16)),
        received: wide(rng) as u8,
        starved: wide(rng) as u8,
        pong: rng.chance(1, 4).then(|| Pong { ping: wide(rng), hold_us: wide(rng), since_tick_us: wide(rng) }),
    }
}
