//! What to do now: fight, hide, fetch, chase, roam. One errand at a time, thought over a few times a second.
//!
//! Searching for ways costs: each bot does it in ticks of its own, never all in one. Must not know how walking, aiming or
//! firing work.

use super::legs::tile_of;
use super::{Bot, Sight};
use crate::sim::collision::line_of_sight;
use crate::sim::pickup::PickupKind;
use crate::sim::weapon::Weapon;
use crate::sim::world::Player;
use crate::tick::Tick;
use glam::IVec2;

/// What it is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plan {
    errand: Errand,
    /// Tile to get to.
    goal: IVec2,
    /// When to think of something else.
    until: Tick,
    /// It does not hide again before then.
    hide_again: Tick,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Errand {
    /// Anywhere; the first enemy in sight is fought.
    #[default]
    Roam,
    /// To where an enemy was last seen.
    Chase,
    /// To the pickup of this number, fighting on the way.
    Fetch(u8),
    /// Out of sight, and a moment there.
    Hide,
    /// Away from where it has been for too long.
    Leave,
}

/// Settles where `bot` walks in this tick.
pub(super) fn decide(bot: &mut Bot, sight: &Sight<'_>) {
    if sight.own.frozen_ticks > 0 {
        bot.legs.is_restless(sight);
        return;
    }
    bot.legs.unstick(sight, &mut bot.rng);
    if bot.legs.is_restless(sight) && bot.plan.errand != Errand::Leave {
        bot.plan =
            Plan { errand: Errand::Leave, goal: far_place(bot, sight), until: after(sight, LEAVE_MS), ..bot.plan };
        bot.legs.stop_way();
        bot.legs.change_mind(sight);
    }
    // Ways are searched in every eighth of a second, each bot in its own tick.
    if (sight.now.0 + u32::from(bot.slot.0)).is_multiple_of(sight.rate.ticks_in_ms(THINK_EVERY_MS)) {
        reconsider(bot, sight);
    }
    if let Some(peril) = bot.senses.peril {
        bot.legs.evade(sight, &peril);
        if peril.arrives_in_ticks < sight.rate.ticks_in_ms(DASH_PERIL_MS) && draws_dash(bot, sight) {
            bot.legs.dash();
        }
        return;
    }
    if bot.senses.enemy.is_some() && matches!(bot.plan.errand, Errand::Roam | Errand::Chase) {
        fight(bot, sight);
    } else {
        bot.legs.follow(sight);
        let worth_it = match bot.plan.errand {
            Errand::Roam => i32::MAX,
            // Into cover every step counts.
            Errand::Hide => DASH_HIDE_TILES,
            _ => DASH_RUN_TILES,
        };
        if bot.legs.run_ahead(sight) >= worth_it && draws_dash(bot, sight) {
            bot.legs.dash();
        }
    }
}

fn fight(bot: &mut Bot, sight: &Sight<'_>) {
    bot.legs.strafe(sight, &bot.senses, &mut bot.rng);
    let Some(enemy) = bot.senses.enemy else { return };
    // Closing in with the shotgun: the dash goes along the heading, so only when that leads there.
    let gap = enemy.pos - sight.own.pos;
    let towards = crate::sim::movement::axes(bot.legs.heading()).dot(gap) > gap.abs().max_element() / 2;
    let near = (3 * METRE..9 * METRE).contains(&gap.abs().max_element());
    if sight.own.weapon == Weapon::Shotgun && towards && near && draws_dash(bot, sight) {
        bot.legs.dash();
    }
}

/// Whether it thinks of dashing now: seldom enough that a bad one lets many chances pass.
fn draws_dash(bot: &mut Bot, sight: &Sight<'_>) -> bool {
    sight.own.dash_cooldown == 0 && bot.rng.chance(bot.traits.dash_percent, 100 * sight.rate.ticks_in_ms(DASH_THINK_MS))
}

/// Thinks the errand over, and finds the way.
fn reconsider(bot: &mut Bot, sight: &Sight<'_>) {
    let over = sight.now >= bot.plan.until;
    match bot.plan.errand {
        Errand::Leave | Errand::Hide if !over => {}
        Errand::Fetch(pickup) if !over && sight.pickups >> pickup & 1 != 0 && wants(bot, sight, pickup) => {}
        _ => choose_errand(bot, sight),
    }
    if matches!(bot.plan.errand, Errand::Roam | Errand::Chase) && bot.senses.enemy.is_some() {
        return;
    }
    if bot.legs.is_idle() && bot.plan.errand != Errand::Hide {
        let tile = tile_of(sight.own.pos);
        if tile == bot.plan.goal {
            arrived(bot, sight);
        }
        bot.legs.set_way(sight.arena.ways().corners(tile, bot.plan.goal));
        if bot.legs.is_idle() {
            // No way there after all: somewhere else next time.
            bot.plan.until = sight.now;
            bot.plan.errand = Errand::Roam;
            bot.plan.goal = far_place(bot, sight);
        }
    }
}

/// Something else to do than what is over.
fn choose_errand(bot: &mut Bot, sight: &Sight<'_>) {
    if hides(bot, sight) {
        return;
    }
    if let Some(pickup) = best_pickup(bot, sight) {
        let goal = tile_of(sight.arena.pickups()[usize::from(pickup)].pos);
        return start(bot, sight, Errand::Fetch(pickup), goal, FETCH_MS);
    }
    if let Some(lost) = bot.senses.lost.filter(|lost| lost.chase && bot.senses.enemy.is_none()) {
        if bot.plan.errand != Errand::Chase || sight.now >= bot.plan.until {
            bot.senses.lost.iter_mut().for_each(|lost| lost.chase = false);
            start(bot, sight, Errand::Chase, tile_of(lost.bound_for), CHASE_MS);
        }
        return;
    }
    let chases = bot.plan.errand == Errand::Chase && sight.now < bot.plan.until;
    if !chases && (bot.plan.errand != Errand::Roam || sight.now >= bot.plan.until) {
        let goal = roam_goal(bot, sight);
        start(bot, sight, Errand::Roam, goal, ROAM_MS);
    }
}

/// At the goal: what is over now.
fn arrived(bot: &mut Bot, sight: &Sight<'_>) {
    let goal = roam_goal(bot, sight);
    start(bot, sight, Errand::Roam, goal, ROAM_MS);
}

fn start(bot: &mut Bot, sight: &Sight<'_>, errand: Errand, goal: IVec2, lasts_ms: u32) {
    bot.plan = Plan { errand, goal, until: after(sight, lasts_ms), ..bot.plan };
    bot.legs.stop_way();
    bot.legs.change_mind(sight);
}

/// Breaks the line of sight when low, or to reload; whether it does.
fn hides(bot: &mut Bot, sight: &Sight<'_>) -> bool {
    let Some(enemy) = bot.senses.enemy else { return false };
    let own = sight.own;
    let low = own.health < bot.traits.hide_below;
    let reloading = bot.traits.hides_to_reload && own.reload_ticks > 0;
    if !(low || reloading) || sight.now < bot.plan.hide_again {
        return false;
    }
    let hidden = |tile: IVec2| !line_of_sight(sight.arena, enemy.pos, tile * TILE + IVec2::splat(TILE / 2));
    let tile = tile_of(own.pos);
    let Some(way) = sight.arena.ways().nearest_where(tile, hidden) else { return false };
    start(bot, sight, Errand::Hide, tile, if low { HIDE_MS } else { RELOAD_HIDE_MS });
    bot.plan.hide_again = after(sight, HIDE_AGAIN_MS);
    bot.legs.set_way(way);
    true
}

/// The pickup that is worth the most for its way.
fn best_pickup(bot: &Bot, sight: &Sight<'_>) -> Option<u8> {
    let tile = tile_of(sight.own.pos);
    let low = sight.own.health < bot.traits.fetch_below;
    let reach = if low { bot.traits.fetch_tiles * 3 } else { bot.traits.fetch_tiles };
    // In a fight only what saves it.
    let fighting = bot.senses.enemy.is_some();
    let mut best: Option<(u32, u8)> = None;
    for (number, pickup) in (0u8..).zip(sight.arena.pickups()) {
        let goal = tile_of(pickup.pos);
        let beeline = (goal - tile).abs().max_element() as u32;
        if sight.pickups >> number & 1 == 0
            || beeline > reach
            || fighting && !(low && pickup.kind == PickupKind::Health)
        {
            continue;
        }
        let worth = worth(sight.own, low, pickup.kind);
        if worth == 0 {
            continue;
        }
        let Some(tiles) = sight.arena.ways().distance(tile, goal).filter(|tiles| *tiles <= 2 * reach) else { continue };
        let score = worth * 16 / (tiles + 4);
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, number));
        }
    }
    best.map(|(_, number)| number)
}

fn wants(bot: &Bot, sight: &Sight<'_>, pickup: u8) -> bool {
    let low = sight.own.health < bot.traits.fetch_below;
    let pickup = sight.arena.pickups().get(usize::from(pickup));
    pickup.is_some_and(|pickup| worth(sight.own, low, pickup.kind) > 0)
}

/// What a pickup is worth to a player, in points of health; 0 = nothing.
fn worth(own: &Player, low: bool, kind: PickupKind) -> u32 {
    match kind {
        PickupKind::Health => {
            let missing = u32::from(Player::HEALTH_FULL - own.health.min(Player::HEALTH_FULL));
            if low { 4 * missing } else { missing }
        }
        PickupKind::Armour => u32::from(Player::ARMOUR_FULL - own.armour.min(Player::ARMOUR_FULL)) * 2 / 3,
        PickupKind::Ammo => {
            let spent = |weapon: Weapon| {
                let (first, _) = weapon.table().reserve?;
                Some(u32::from(first.saturating_sub(own.reserves[weapon.index()])) * 30 / u32::from(first))
            };
            Weapon::ALL.into_iter().filter_map(spent).sum()
        }
    }
}

/// Somewhere to look for others: in a mode with sides most often where the other side comes from.
fn roam_goal(bot: &mut Bot, sight: &Sight<'_>) -> IVec2 {
    if let Some(team) = sight.team
        && bot.rng.chance(3, 5)
    {
        let theirs = sight.arena.team_spawns(team.other());
        return tile_of(theirs[bot.rng.below(theirs.len() as u32) as usize]);
    }
    far_place(bot, sight)
}

/// A place that is not here.
fn far_place(bot: &mut Bot, sight: &Sight<'_>) -> IVec2 {
    let (places, tile) = (sight.arena.ways().places(), tile_of(sight.own.pos));
    let draws: [IVec2; 3] = std::array::from_fn(|_| places[bot.rng.below(places.len() as u32) as usize]);
    let far = |place: &&IVec2| (**place - tile).abs().max_element() >= FAR_TILES;
    *draws.iter().find(far).unwrap_or(&draws[0])
}

fn after(sight: &Sight<'_>, ms: u32) -> Tick {
    sight.now.plus(sight.rate.ticks_in_ms(ms))
}

const TILE: i32 = crate::limits::TILE_UNITS;
const METRE: i32 = crate::limits::UNITS_PER_METRE;
const THINK_EVERY_MS: u32 = 125;
/// A dash gets it out of a burst when there is no time to walk.
const DASH_PERIL_MS: u32 = 450;
/// Where a dash is of use, it is thought of about once in this time.
const DASH_THINK_MS: u32 = 150;
/// A run of this length is worth a dash in a hurry, and into cover, tiles.
const DASH_RUN_TILES: i32 = 5;
const DASH_HIDE_TILES: i32 = 2;
/// A place worth roaming to is this far, tiles.
const FAR_TILES: i32 = 8;
const LEAVE_MS: u32 = 1800;
const FETCH_MS: u32 = 12_000;
const CHASE_MS: u32 = 5_000;
const ROAM_MS: u32 = 20_000;
/// The way into cover and a moment there.
const HIDE_MS: u32 = 2_600;
const RELOAD_HIDE_MS: u32 = 1_600;
const HIDE_AGAIN_MS: u32 = 6_000;
