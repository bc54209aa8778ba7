//! A bot's brain: what it may see in, one input out.
//!
//! It wanders between places, and when it sees an enemy it turns to it at a human pace, strafes and fires in bursts; an
//! enemy out of sight is followed to where it was last seen. Plays through the same inputs as a person. Must not know
//! the world: only its own state and the poses it is told of.

use crate::limits::UNITS_PER_METRE;
use crate::rng::Rng;
use crate::sim::angle::Turn;
use crate::sim::arena::Arena;
use crate::sim::collision::line_of_sight;
use crate::sim::input::{Buttons, Heading, Input};
use crate::sim::movement::axes;
use crate::sim::pose::Pose;
use crate::sim::rocket::Rocket;
use crate::sim::round::Team;
use crate::sim::route;
use crate::sim::world::{Player, Slot};
use crate::tick::{Tick, TickRate};
use glam::IVec2;

/// How good a bot is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Skill {
    Easy,
    #[default]
    Normal,
    Hard,
}

impl Skill {
    pub const ALL: [Skill; 3] = [Skill::Easy, Skill::Normal, Skill::Hard];

    pub const fn name(self) -> &'static str {
        match self {
            Skill::Easy => "easy",
            Skill::Normal => "normal",
            Skill::Hard => "hard",
        }
    }
}

/// What a bot knows when it thinks: no more than a person in its place is told.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    pub arena: &'a Arena,
    pub rate: TickRate,
    /// The tick of the input to be thought of.
    pub now: Tick,
    pub own: &'a Player,
    /// Its side, in a mode with teams.
    pub team: Option<Team>,
    /// The others it is told of. May contain players behind walls and the dead: it looks for a line of sight itself.
    pub others: &'a [Seen],
    /// The rockets it is told of.
    pub rockets: &'a [Rocket],
    /// Bit *i*: pickup *i* of the arena lies there.
    pub pickups: u64,
}

/// Somebody a bot is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub slot: Slot,
    pub pose: Pose,
    /// On its own side.
    pub friend: bool,
}

/// One bot.
#[derive(Clone, Debug)]
pub struct Bot {
    slot: Slot,
    skill: Skill,
    rng: Rng,
    /// Where it points, in full resolution; `None` until it first sees its own player.
    aim: Option<Turn>,
    enemy: Option<Enemy>,
    /// Where an enemy went out of sight that it means to follow.
    lost_at: Option<IVec2>,
    /// Corners still to walk to, next one last.
    way: Vec<IVec2>,
    heading: Heading,
    heading_since: Tick,
    /// The heading is kept until then: in a fight, when it got stuck, and for a moment between the two ways of walking.
    heading_until: Tick,
    burst: Burst,
    progress: Progress,
    /// Last seen `Player::hurt_seq`, and until when to look where the hit came from.
    hurt_seq: u8,
    wary_until: Tick,
}

/// The enemy it is dealing with.
#[derive(Clone, Copy, Debug)]
struct Enemy {
    slot: Slot,
    /// When it came into sight.
    since: Tick,
    last_seen_at: IVec2,
    /// How far off the bot points, in steps of a turn; shrinks while it watches, jumps up now and then.
    aim_error: i32,
    next_slip: Tick,
}

/// Trigger rhythm: held until one time, then let go until the other.
#[derive(Clone, Copy, Debug, Default)]
struct Burst {
    hold_until: Tick,
    rest_until: Tick,
}

/// Where it was a while ago, to notice that it is stuck.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    at: IVec2,
    checked: Tick,
}

impl Bot {
    /// `seed` is the match's; every slot gets its own stream.
    pub fn new(seed: u64, slot: Slot, skill: Skill) -> Bot {
        Bot {
            slot,
            skill,
            rng: Rng::fork(seed, 0x626f_7400 + u64::from(slot.0)),
            aim: None,
            enemy: None,
            lost_at: None,
            way: Vec::new(),
            heading: Heading::STAND,
            heading_since: Tick(0),
            heading_until: Tick(0),
            burst: Burst::default(),
            progress: Progress::default(),
            hurt_seq: 0,
            wary_until: Tick(0),
        }
    }

    /// The input of tick `sight.now` (without a view stamp).
    pub fn think(&mut self, sight: &Sight<'_>) -> Input {
        let &Sight { arena, rate, now, own, others, .. } = sight;
        let aim = self.aim.unwrap_or(Turn(own.aim << 6));
        if !own.alive {
            self.forget(own);
            return Input { aim, ..Input::default() };
        }
        self.look(arena, rate, now, own, others);
        self.notice_hits(rate, now, own);
        self.unstick(arena, rate, now, own);
        match self.enemy {
            Some(enemy) => self.strafe(arena, rate, now, own, &enemy),
            None => self.walk(arena, rate, now, own),
        }
        let aim = self.turn(rate, now, own, aim);
        self.aim = Some(aim);
        let buttons = if self.trigger(rate, now, own, aim) { Buttons::FIRE } else { Buttons::default() };
        Input { heading: self.heading, aim, buttons, weapon: own.weapon, view: None }
    }

    /// A dead bot starts afresh.
    fn forget(&mut self, own: &Player) {
        self.enemy = None;
        self.lost_at = None;
        self.way.clear();
        self.heading = Heading::STAND;
        self.heading_until = Tick(0);
        self.hurt_seq = own.hurt_seq;
    }

    /// Keeps the present enemy while it can be seen; otherwise looks round for the nearest.
    fn look(&mut self, arena: &Arena, rate: TickRate, now: Tick, own: &Player, others: &[Seen]) {
        let sees = |pose: &Pose| pose.alive && line_of_sight(arena, own.pos, pose.pos);
        if let Some(mut enemy) = self.enemy.take() {
            match others.iter().find(|other| other.slot == enemy.slot).map(|other| &other.pose) {
                Some(pose) if sees(pose) => {
                    enemy.last_seen_at = pose.pos;
                    self.watch(rate, now, &mut enemy);
                    self.enemy = Some(enemy);
                    return;
                }
                Some(pose) if !pose.alive => {}
                _ => self.lost_at = Some(enemy.last_seen_at).filter(|_| self.rng.chance(2, 3)),
            }
            self.way.clear();
        }
        // Looking round is the dearest thing a bot does: a few times a second, not all bots in the same tick.
        if !(now.0 + u32::from(self.slot.0)).is_multiple_of(rate.ticks_in_ms(LOOK_EVERY_MS)) {
            return;
        }
        let mut nearest: Option<(i64, Slot, IVec2)> = None;
        for Seen { slot, pose, .. } in others.iter().filter(|other| other.slot != self.slot && !other.friend) {
            let distance_sq = (pose.pos - own.pos).as_i64vec2().length_squared();
            if distance_sq < nearest.map_or(SIGHT_UNITS * SIGHT_UNITS, |n| n.0) && sees(pose) {
                nearest = Some((distance_sq, *slot, pose.pos));
            }
        }
        if let Some((_, slot, last_seen_at)) = nearest {
            let aim_error = self.rng.range_i32(-FIRST_ERROR_STEPS, FIRST_ERROR_STEPS);
            let next_slip = now.plus(rate.ticks_in_ms(SLIP_MS.0));
            self.enemy = Some(Enemy { slot, since: now, last_seen_at, aim_error, next_slip });
            self.heading_until = self.heading_since.plus(rate.ticks_in_ms(HOLD_LEAST_MS));
        }
    }

    /// Watching steadies the aim; now and then it slips.
    fn watch(&mut self, rate: TickRate, now: Tick, enemy: &mut Enemy) {
        enemy.aim_error -= enemy.aim_error * STEADY_PER_S / rate.hz() as i32;
        if now >= enemy.next_slip {
            enemy.aim_error += self.rng.range_i32(-SLIP_STEPS, SLIP_STEPS);
            enemy.next_slip = now.plus(self.draw_ticks(rate, SLIP_MS));
        }
    }

    fn notice_hits(&mut self, rate: TickRate, now: Tick, own: &Player) {
        if own.hurt_seq != self.hurt_seq {
            self.hurt_seq = own.hurt_seq;
            self.wary_until = now.plus(rate.ticks_in_ms(WARY_MS));
        }
    }

    /// Wanting to walk and getting nowhere: takes another way.
    fn unstick(&mut self, arena: &Arena, rate: TickRate, now: Tick, own: &Player) {
        if now.distance(self.progress.checked) < i64::from(rate.ticks_in_ms(STUCK_MS)) {
            return;
        }
        let moved = (own.pos - self.progress.at).abs().max_element();
        self.progress = Progress { at: own.pos, checked: now };
        if self.heading != Heading::STAND && moved < STUCK_UNITS {
            self.way.clear();
            let wanted = 1 + self.rng.below(8) as u8;
            self.go(now, self.free_heading(arena, own, wanted));
            self.heading_until = now.plus(rate.ticks_in_ms(STUCK_MS));
        }
    }

    /// Along the way to the next corner; to a new place when there.
    fn walk(&mut self, arena: &Arena, rate: TickRate, now: Tick, own: &Player) {
        if self.keeps_heading(arena, rate, now, own) {
            return;
        }
        while self.way.last().is_some_and(|&corner| (corner - own.pos).abs().max_element() < ARRIVED_UNITS) {
            self.way.pop();
        }
        if self.way.is_empty() {
            self.way = self.lost_at.take().map_or_else(Vec::new, |to| route::towards(arena, own.pos, to));
            if self.way.is_empty() {
                self.way = route::wander(arena, own.pos, &mut self.rng);
            }
            self.way.reverse();
        }
        let Some(&corner) = self.way.last() else {
            return self.go(now, Heading::STAND);
        };
        // A little off is no reason to turn: it would zigzag between two headings.
        let bearing = Turn::of(corner - own.pos);
        let off = Turn::of(axes(self.heading)).shortest_to(bearing).abs();
        if self.heading == Heading::STAND || off > OFF_COURSE_STEPS {
            self.go(now, heading_of(bearing));
        }
    }

    /// Whether it stays on the heading it decided on: for its time, or a moment when a wall is near.
    fn keeps_heading(&self, arena: &Arena, rate: TickRate, now: Tick, own: &Player) -> bool {
        let free = route::step_free(arena, route::tile_of(own.pos), axes(self.heading));
        let least = self.heading_since.plus(rate.ticks_in_ms(HOLD_LEAST_MS));
        now < if free { self.heading_until } else { self.heading_until.min(least) }
    }

    fn go(&mut self, now: Tick, heading: Heading) {
        if heading != self.heading {
            (self.heading, self.heading_since) = (heading, now);
        }
    }

    /// Across the line to the enemy, a while to each side; nearer when far, away when very near.
    fn strafe(&mut self, arena: &Arena, rate: TickRate, now: Tick, own: &Player, enemy: &Enemy) {
        if self.keeps_heading(arena, rate, now, own) {
            return;
        }
        let gap = enemy.last_seen_at - own.pos;
        let across = if self.rng.chance(1, 2) { QUARTER } else { -QUARTER };
        let distance = gap.as_i64vec2().length_squared().isqrt();
        let lean = match distance {
            FAR_UNITS.. => -across / 2,
            ..NEAR_UNITS => across / 2,
            _ => 0,
        };
        let wanted = heading_of(Turn::of(gap).turned(across + lean));
        self.go(now, self.free_heading(arena, own, wanted.value()));
        self.heading_until = now.plus(self.draw_ticks(rate, STRAFE_MS));
    }

    /// The heading nearest to `wanted` (1..=8) that does not lead straight into a wall.
    fn free_heading(&self, arena: &Arena, own: &Player, wanted: u8) -> Heading {
        let tile = route::tile_of(own.pos);
        let turned = |eighths: u8| Heading::new((wanted - 1 + eighths) % 8 + 1).unwrap_or_default();
        [0, 4, 1, 7, 2, 6, 3, 5]
            .map(turned)
            .into_iter()
            .find(|&heading| route::step_free(arena, tile, axes(heading)))
            .unwrap_or_default()
    }

    /// Turns `aim` towards the enemy, where the hits come from, or where it walks: fast when far off, never at once.
    fn turn(&self, rate: TickRate, now: Tick, own: &Player, aim: Turn) -> Turn {
        let goal = match self.enemy {
            Some(enemy) => Turn::of(enemy.last_seen_at - own.pos).turned(enemy.aim_error),
            None if now < self.wary_until => Turn(u16::from(own.hurt_from) << 10),
            None if self.heading != Heading::STAND => Turn::of(axes(self.heading)),
            None => aim,
        };
        let hz = rate.hz() as i32;
        let fastest = TURN_STEPS_PER_S / hz;
        aim.turned((aim.shortest_to(goal) * TURN_GAIN_PER_S / hz).clamp(-fastest, fastest))
    }

    /// Whether to hold the trigger: on a body, after a moment to react, in bursts.
    fn trigger(&mut self, rate: TickRate, now: Tick, own: &Player, aim: Turn) -> bool {
        let Some(enemy) = self.enemy.filter(|enemy| now >= enemy.since.plus(rate.ticks_in_ms(REACTION_MS))) else {
            return false;
        };
        let gap = enemy.last_seen_at - own.pos;
        let distance = gap.as_i64vec2().length_squared().isqrt().max(1);
        // Keen: it fires at half as much again as the body's width, and so misses now and then.
        let keen_steps = i64::from(Player::RADIUS) * STEPS_PER_RADIAN * 3 / 2 / distance;
        let on_target = i64::from(aim.shortest_to(Turn::of(gap)).abs()) <= keen_steps;
        if now < self.burst.hold_until {
            return on_target;
        }
        if now < self.burst.rest_until || !on_target {
            return false;
        }
        self.burst.hold_until = now.plus(self.draw_ticks(rate, BURST_MS));
        self.burst.rest_until = self.burst.hold_until.plus(self.draw_ticks(rate, REST_MS));
        true
    }

    /// Ticks in a time drawn from a range of milliseconds.
    fn draw_ticks(&mut self, rate: TickRate, (least_ms, most_ms): (u32, u32)) -> u32 {
        rate.ticks_in_ms(least_ms + self.rng.below(most_ms - least_ms + 1))
    }
}

/// The heading nearest to an angle.
fn heading_of(turn: Turn) -> Heading {
    let eighth = turn.turned(4096).0 >> 13;
    Heading::new(eighth as u8 + 1).unwrap_or_default()
}

/// A quarter turn in steps, and steps per radian.
const QUARTER: i32 = 16384;
const STEPS_PER_RADIAN: i64 = 10430;
/// How far a bot sees: a person's screen.
const SIGHT_UNITS: i64 = 35 * UNITS_PER_METRE as i64;
const LOOK_EVERY_MS: u32 = 120;
const REACTION_MS: u32 = 220;
/// Aim error at first sight (16 degrees), how fast it shrinks, and the slips that keep a bot human (6 degrees).
const FIRST_ERROR_STEPS: i32 = 3000;
const STEADY_PER_S: i32 = 5;
const SLIP_STEPS: i32 = 1100;
const SLIP_MS: (u32, u32) = (300, 800);
/// Fastest turn (500 degrees a second), and the share of what is missing that is turned per second.
const TURN_STEPS_PER_S: i32 = 91_000;
const TURN_GAIN_PER_S: i32 = 12;
const BURST_MS: (u32, u32) = (300, 1200);
const REST_MS: (u32, u32) = (150, 500);
const STRAFE_MS: (u32, u32) = (300, 1200);
/// Distances at which a fighter closes in, and backs off.
const FAR_UNITS: i64 = 12 * UNITS_PER_METRE as i64;
const NEAR_UNITS: i64 = 4 * UNITS_PER_METRE as i64;
/// How long it looks where a hit came from.
const WARY_MS: u32 = 800;
/// Shortest time between two changes of heading when a fight begins or ends.
const HOLD_LEAST_MS: u32 = 250;
/// A walker turns when its corner is this far off its heading (40 degrees).
const OFF_COURSE_STEPS: i32 = 7280;
/// A corner counts as reached this near.
const ARRIVED_UNITS: i32 = 300;
/// Less than this in [`STUCK_MS`] while walking is being stuck.
const STUCK_UNITS: i32 = 300;
const STUCK_MS: u32 = 500;
