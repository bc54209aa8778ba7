//! Pickups that are taken and come back, and rockets that are launched, fly in and out of sight, burst and go.

use glam::IVec2;
use std::collections::BTreeMap;
use tickshot_shared::limits::POS_BITS;
use tickshot_shared::protocol::scene::{Scene, key_of};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

pub(crate) struct Sky {
    rng: Rng,
    capacity: usize,
    /// Launches in 1,000 ticks.
    pub(crate) launches: u32,
    pub(crate) pickups: u64,
    pub(crate) flying: Vec<Rocket>,
    /// What the receiver may know of each tick.
    shown: BTreeMap<Tick, (u64, Vec<Rocket>)>,
}

impl Sky {
    pub(crate) fn new(seed: u64, capacity: usize) -> Sky {
        let rng = Rng::fork(seed, 0x736b_7920);
        Sky {
            rng,
            capacity,
            launches: 30,
            pickups: 0xFFF,
            flying: Vec::new(),
            shown: BTreeMap::from([(Tick(0), (0, Vec::new()))]),
        }
    }

    pub(crate) fn step(&mut self, tick: Tick) {
        let rng = &mut self.rng;
        if rng.chance(1, 30) {
            self.pickups ^= 1 << rng.below(64);
        }
        self.flying.retain(|rocket| rocket.burst.is_none_or(|(burst, _)| tick.distance(burst).abs() < 32));
        for rocket in &mut self.flying {
            let age = tick.since(rocket.spawned).unwrap();
            if rocket.burst.is_none() && (age > 180 || rng.chance(1, 60)) {
                rocket.burst = Some((tick, rng.range_i32(0, 65_535)));
            }
        }
        for _ in 0..self.launches.div_ceil(1000) {
            let owner = Slot(rng.below(self.capacity as u32) as u16);
            let launched = rng.chance(self.launches.min(1000), 1000);
            if launched && !self.flying.iter().any(|rocket| (rocket.spawned, rocket.owner) == (tick, owner)) {
                let within = |rng: &mut Rng| rng.range_i32(0, (1 << POS_BITS) - 1);
                let from = IVec2::new(within(rng), within(rng));
                self.flying.push(Rocket { owner, spawned: tick, from, aim: Turn(rng.next_u64() as u16), burst: None });
            }
        }
        self.flying.sort_by_key(key_of);
        // Each of them goes out of sight now and then.
        let in_sight = |rocket: &&Rocket| !(tick.0 / 16 + u32::from(rocket.owner.0)).is_multiple_of(4);
        self.shown.insert(tick, (self.pickups, self.flying.iter().filter(in_sight).copied().collect()));
    }

    /// Everything is in sight in `tick`.
    pub(crate) fn show(&mut self, tick: Tick) {
        self.shown.insert(tick, (self.pickups, self.flying.clone()));
    }

    /// Of `tick`, or of the last one before it.
    pub(crate) fn scene(&self, tick: Tick) -> Scene<'_> {
        let (pickups, rockets) = self.shown(tick);
        Scene { pickups: *pickups, rockets }
    }

    pub(crate) fn shown(&self, tick: Tick) -> &(u64, Vec<Rocket>) {
        self.shown.range(..=tick).next_back().map(|(_, shown)| shown).expect("tick 0 is before all")
    }
}
