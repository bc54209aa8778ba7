//! Rockets and pickups on screen: what flies where in the frame of one moment, and what burst or was taken since the last.
//!
//! Time line: a rocket of another player is drawn at display now, like its shooter, from the snapshot that told of it: where
//! it is follows from where it began. An own rocket appears at once, in the own player's time, which is ahead of display now by
//! the round trip and more; on its way it falls back to display now, a little slower than it flies, so that it reaches its
//! victim when the screen shows it there. What it hit is the server's word alone. An own launch that the server never
//! tells of did not happen.
//!
//! Must not know packets, or who steers.

use crate::effects::metres;
use crate::interpolate::Cursor;
use crate::view::{Effect, PickupView, RocketView};
use glam::IVec2;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::protocol::ring::SnapshotRing;
use tickshot_shared::protocol::server_msg::Snapshot;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::collision::raycast;
use tickshot_shared::sim::pickup::TAKE_UNITS;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::{Tick, TickRate};

/// What the screen knows of rockets and pickups.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The newest snapshot looked at.
    passed: Option<Tick>,
    flights: Vec<Flight>,
    /// Rockets of the snapshot passed last.
    told: Vec<Rocket>,
    drawn: Vec<RocketView>,
    /// As shown; `None` before the first frame.
    pickups: Option<u64>,
    /// Pickups that are ours: their going is shown already.
    own_taken: u64,
}

/// Where and when a frame is.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    pub ring: &'a SnapshotRing,
    pub arena: &'a Arena,
    pub rate: TickRate,
    pub cursor: Cursor,
    pub display: ServerTime,
    /// The time in which the own player is drawn.
    pub own: Option<ServerTime>,
}

/// One rocket.
#[derive(Clone, Debug)]
struct Flight {
    rocket: Rocket,
    /// An own launch that the server does not know of.
    is_denied: bool,
    /// It has been on screen; its burst has.
    shown: bool,
    burst_shown: bool,
    own: Option<OwnFlight>,
}

/// An own rocket on its way from the own player's time to display now.
#[derive(Clone, Copy, Debug)]
struct OwnFlight {
    /// How far ahead of display now it was launched, and when that was, in 1/256 tick.
    lead_256ths: i64,
    launched_256ths: i64,
    /// World units to the first wall: it waits there for the server's word.
    wall_units: i32,
}

impl Scene {
    /// Input `tick` launched an own rocket from `from`.
    pub fn launch(&mut self, tick: Tick, from: IVec2, aim: Turn, slot: Slot, out: &mut Vec<Effect>) {
        if self.flights.len() < FLIGHTS_MAX {
            let rocket = Rocket { owner: slot, spawned: tick, from, aim, burst: None };
            // Lead and wall are found with the frame that draws it first.
            let own = Some(OwnFlight { lead_256ths: -1, launched_256ths: 0, wall_units: 0 });
            self.flights.push(Flight { shown: true, ..Flight::of(rocket, own) });
        }
        out.push(Effect::Launched { slot: slot.0, from: metres(from.as_vec2()), own: true });
    }

    /// The server told that the own player, at `at`, took a pickup.
    pub fn take_own(&mut self, arena: &Arena, at: IVec2, out: &mut Vec<Effect>) {
        let distance = |index: &usize| (arena.pickups()[*index].pos - at).as_i64vec2().length_squared();
        let Some(nearest) = (0..arena.pickups().len()).min_by_key(distance) else { return };
        if distance(&nearest) <= i64::from(2 * TAKE_UNITS).pow(2) {
            let pickup = arena.pickups()[nearest];
            out.push(Effect::PickedUp { kind: pickup.kind, pos: metres(pickup.pos.as_vec2()), own: true });
            self.own_taken |= 1 << nearest;
        }
    }

    /// The frame of `now`: appends what happened since the last one.
    pub fn advance(&mut self, now: &Moment<'_>, out: &mut Vec<Effect>) {
        self.pass_snapshots(now);
        self.hear_of_own(now);
        self.drawn.clear();
        for flight in &mut self.flights {
            self.drawn.extend(flight.place(now, out));
        }
        let (told, passed) = (&self.told, self.passed);
        self.flights.retain(|flight| {
            // Not yet where the screen is; then: gone from sight, told of no more, or never launched at all.
            passed.is_none_or(|passed| passed < flight.rocket.spawned) && !flight.is_denied
                || told.iter().any(|rocket| is_same(rocket, &flight.rocket))
        });
        self.show_pickups(now, out);
    }

    /// Rockets on screen.
    pub fn drawn(&self) -> &[RocketView] {
        &self.drawn
    }

    /// Rockets as they were told at the time on screen.
    pub fn told(&self) -> &[Rocket] {
        &self.told
    }

    /// Bit *i*: pickup *i* lies there.
    pub fn pickups(&self) -> u64 {
        self.pickups.unwrap_or(0)
    }

    /// All pickups of `arena`, as they are on screen.
    pub fn fill_pickups(&self, arena: &Arena, out: &mut Vec<PickupView>) {
        out.clear();
        out.extend(arena.pickups().iter().enumerate().map(|(i, pickup)| PickupView {
            kind: pickup.kind,
            pos: metres(pickup.pos.as_vec2()),
            there: self.pickups() >> i & 1 == 1,
        }));
    }

    /// Snapshots up to the later one on screen tell of rockets, and of what became of them.
    fn pass_snapshots(&mut self, now: &Moment<'_>) {
        let first = self.passed.map_or(now.cursor.b, |passed| passed.plus(1));
        for snapshot in now.ring.between(first, now.cursor.b) {
            self.passed = Some(snapshot.header.tick);
            self.hear(snapshot);
        }
    }

    fn hear(&mut self, snapshot: &Snapshot) {
        self.told.clone_from(&snapshot.rockets);
        for rocket in &snapshot.rockets {
            match self.flights.iter().position(|flight| is_same(&flight.rocket, rocket)) {
                Some(known) => self.flights[known].rocket = *rocket,
                None if self.flights.len() < FLIGHTS_MAX => self.flights.push(Flight::of(*rocket, None)),
                None => {}
            }
        }
    }

    /// Own rockets are ahead of the screen's others: what became of them is taken from the newest snapshot.
    fn hear_of_own(&mut self, now: &Moment<'_>) {
        let Some(newest) = now.ring.newest() else { return };
        for flight in self.flights.iter_mut().filter(|flight| flight.own.is_some()) {
            match newest.rockets.iter().find(|rocket| is_same(rocket, &flight.rocket)) {
                Some(rocket) => flight.rocket = *rocket,
                // The server has made that tick and knows of no launch, or of no burst any more.
                None => flight.is_denied |= newest.header.tick >= flight.rocket.spawned,
            }
        }
    }

    fn show_pickups(&mut self, now: &Moment<'_>, out: &mut Vec<Effect>) {
        let Some(there) = now.ring.at(now.cursor.a).map(|snapshot| snapshot.pickups) else { return };
        let before = self.pickups.replace(there).unwrap_or(there);
        for (i, pickup) in now.arena.pickups().iter().enumerate().filter(|(i, _)| (before ^ there) >> i & 1 == 1) {
            let (kind, pos) = (pickup.kind, metres(pickup.pos.as_vec2()));
            if there >> i & 1 == 1 {
                out.push(Effect::PickupBack { kind, pos });
            } else if self.own_taken >> i & 1 == 0 {
                out.push(Effect::PickedUp { kind, pos, own: false });
            }
            self.own_taken &= !(1 << i);
        }
    }
}

impl Flight {
    fn of(rocket: Rocket, own: Option<OwnFlight>) -> Flight {
        Flight { rocket, is_denied: false, shown: false, burst_shown: false, own }
    }

    /// Where it is drawn, if it is; notes its beginning and its end in `out`.
    fn place(&mut self, now: &Moment<'_>, out: &mut Vec<Effect>) -> Option<RocketView> {
        let rocket = self.rocket;
        let display = now.display.ticks_256ths(now.rate);
        let age = self.drawn_at(now, display) - (i64::from(rocket.spawned.0) << 8);
        if age < 0 && self.own.is_none() {
            return None;
        }
        let units = Rocket::flown(age.clamp(0, i64::from(u32::MAX)) as u32, now.rate);
        if let Some((tick, burst_units)) = rocket.burst
            && (display >= i64::from(tick.0) << 8 || self.own.is_some() && units >= burst_units)
        {
            let just_now = display < i64::from(tick.plus(now.rate.ticks_in_ms(NEWS_MS)).0) << 8;
            if !std::mem::replace(&mut self.burst_shown, true) && just_now {
                out.push(Effect::Burst { slot: rocket.owner.0, pos: metres(rocket.at(burst_units).as_vec2()) });
            }
            return None;
        }
        if self.burst_shown {
            return None;
        }
        if !std::mem::replace(&mut self.shown, true) && age < i64::from(now.rate.ticks_in_ms(NEWS_MS)) << 8 {
            out.push(Effect::Launched { slot: rocket.owner.0, from: metres(rocket.from.as_vec2()), own: false });
        }
        let units = self.own.map_or(units, |own| units.min(own.wall_units));
        Some(RocketView { slot: rocket.owner.0, pos: metres(rocket.at(units).as_vec2()), aim: rocket.aim.radians() })
    }

    /// The time it is drawn at, 1/256 tick.
    fn drawn_at(&mut self, now: &Moment<'_>, display: i64) -> i64 {
        let Some(own) = &mut self.own else { return display };
        if own.lead_256ths < 0 {
            let lead = now.own.map_or(0, |own| own.ticks_256ths(now.rate) - display);
            let reach = Weapon::Launcher.table().range_units;
            *own = OwnFlight {
                lead_256ths: lead.max(0),
                launched_256ths: display,
                wall_units: raycast(now.arena, self.rocket.from, self.rocket.aim.direction(), reach),
            };
        }
        // Never backwards: it falls back by at most half its speed.
        let falls_back = (i64::from(now.rate.ticks_in_ms(FALL_BACK_MS)) << 8).max(2 * own.lead_256ths);
        let left = (falls_back - (display - own.launched_256ths)).clamp(0, falls_back);
        display + own.lead_256ths * left / falls_back.max(1)
    }
}

fn is_same(a: &Rocket, b: &Rocket) -> bool {
    (a.spawned, a.owner) == (b.spawned, b.owner)
}

/// Rockets remembered at once.
const FLIGHTS_MAX: usize = 512;
/// How long after it happened a launch or a burst is still worth showing, ms.
const NEWS_MS: u32 = 250;
/// Time in which an own rocket falls back to display now, ms.
const FALL_BACK_MS: u32 = 600;
