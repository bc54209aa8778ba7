//! What a player does with what it holds in one tick: switch, reload, fire. The server and a predicting client call the
//! same function, so nothing here needs the others, or knows where a shot ends.
//!
//! Time line of one tick: everything that runs down has run down by one; another weapon wished for is taken in hand at once;
//! then a reload begins, or the trigger fires. Input *P* that begins a reload of *R* ticks has a full magazine, and may fire
//! from it, in tick *P + R*.

use super::input::{Buttons, Input};
use super::weapon::{SWITCH_MS, Weapon};
use super::world::Player;
use crate::tick::TickRate;

/// What a player did in one tick, for those who show or count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnDeeds {
    /// The weapon that went off. [`Weapon::Launcher`]: a rocket left from where the player is now, along the input's aim.
    pub fired: Option<Weapon>,
    /// It took another weapon in hand.
    pub switched: bool,
    /// The trigger met an empty magazine, with nothing left to fill it from.
    pub dry: bool,
    pub reload_began: bool,
    pub reload_done: bool,
    /// A dash began.
    pub dashed: bool,
}

/// One tick of everything that runs down by itself. Says whether a magazine became full.
pub(super) fn count_down(player: &mut Player) -> bool {
    player.fire_cooldown = player.fire_cooldown.saturating_sub(1);
    player.dash_ticks = player.dash_ticks.saturating_sub(1);
    player.dash_cooldown = player.dash_cooldown.saturating_sub(1);
    player.frozen_ticks = player.frozen_ticks.saturating_sub(1);
    if player.respawn_ticks != Player::OUT {
        player.respawn_ticks = player.respawn_ticks.saturating_sub(1);
    }
    let reloading = player.reload_ticks > 0;
    player.reload_ticks = player.reload_ticks.saturating_sub(1);
    let done = reloading && player.reload_ticks == 0;
    if done {
        fill_magazine(player);
    }
    done
}

/// One tick of weapon handling, after [`count_down`] and movement. A dead or frozen player does nothing.
pub(super) fn operate(player: &mut Player, rate: TickRate, input: &Input) -> OwnDeeds {
    let mut deeds = OwnDeeds::default();
    if !player.alive || player.frozen_ticks > 0 {
        return deeds;
    }
    deeds.switched = switch(player, rate, input.weapon);
    let (trigger, key) = (input.buttons.contains(Buttons::FIRE), input.buttons.contains(Buttons::RELOAD));
    if !trigger && !key {
        return deeds;
    }
    let weapon = player.weapon;
    let empty = player.magazines[weapon.index()] == 0;
    if player.reload_ticks == 0 && (key || trigger && empty) && can_reload(player) {
        player.reload_ticks = weapon.reload_ticks(rate);
        deeds.reload_began = true;
    }
    if !trigger || player.reload_ticks > 0 || player.fire_cooldown > 0 {
        return deeds;
    }
    // A dry trigger clicks as often as a full one fires.
    player.fire_cooldown = weapon.cooldown_ticks(rate);
    if empty {
        deeds.dry = true;
    } else {
        player.magazines[weapon.index()] -= 1;
        player.shot_seq = (player.shot_seq + 1) % SHOT_SEQ_COUNT;
        deeds.fired = Some(weapon);
    }
    deeds
}

/// Takes `wanted` in hand. A reload that was under way is given up.
fn switch(player: &mut Player, rate: TickRate, wanted: Weapon) -> bool {
    if player.weapon == wanted {
        return false;
    }
    player.weapon = wanted;
    player.reload_ticks = 0;
    player.fire_cooldown = player.fire_cooldown.max(rate.ticks_in_ms(SWITCH_MS) as u8);
    true
}

fn can_reload(player: &Player) -> bool {
    let table = player.weapon.table();
    let held = player.weapon.index();
    player.magazines[held] < table.magazine && (table.reserve.is_none() || player.reserves[held] > 0)
}

/// Fills the magazine of the weapon in hand as far as the rounds beside it go.
fn fill_magazine(player: &mut Player) {
    let table = player.weapon.table();
    let held = player.weapon.index();
    let missing = table.magazine.saturating_sub(player.magazines[held]);
    let rounds = if table.reserve.is_some() { missing.min(player.reserves[held]) } else { missing };
    player.magazines[held] += rounds;
    player.reserves[held] = player.reserves[held].saturating_sub(rounds);
}

/// `Player::shot_seq` counts modulo this.
const SHOT_SEQ_COUNT: u8 = 8;
