//! How a body moves in one tick. The server and a predicting client call the same function.
//!
//! Must not know other players (bodies do not block each other), nor whose body it is.

use super::arena::Arena;
use super::collision::slide;
use super::input::{Buttons, Heading, Input};
use super::rules::{DASH_COOLDOWN_MS, DASH_MS, DASH_SPEED_FACTOR, SPEED_UNITS_PER_S, SPEED_UP_MS, STOP_MS};
use super::world::Player;
use crate::tick::TickRate;
use glam::IVec2;

/// One tick of walking, dashing and aiming. A dead player does nothing of it, a frozen one only aims. Returns whether a dash
/// began.
///
/// Velocity closes in on the heading's full speed by a fixed amount per tick, and afterwards is what was really moved:
/// a wall takes the part it stopped and leaves the rest.
pub fn move_player(player: &mut Player, arena: &Arena, rate: TickRate, input: &Input) -> bool {
    if !player.alive {
        return false;
    }
    player.aim = input.aim.coarse();
    if player.frozen_ticks > 0 {
        (player.heading, player.vel) = (Heading::STAND, IVec2::ZERO);
        return false;
    }
    let begins = begin_dash(player, rate, input);
    if player.dash_ticks > 0 {
        dash(player, arena, rate);
        return begins;
    }
    player.heading = input.heading;
    let wanted = full_speed(rate, input.heading);
    player.vel = approach(player.vel, wanted, change_per_tick(rate, input.heading));
    let before = player.pos;
    player.pos = slide(arena, before, player.vel, Player::RADIUS);
    player.vel = player.pos - before;
    false
}

/// A dash begins if it is wanted and ready: where the player walks, or, if it stands, where it aims.
fn begin_dash(player: &mut Player, rate: TickRate, input: &Input) -> bool {
    if !input.buttons.contains(Buttons::DASH) || player.dash_cooldown > 0 || player.dash_ticks > 0 {
        return false;
    }
    player.heading = if input.heading == Heading::STAND { Heading::nearest(input.aim) } else { input.heading };
    player.dash_ticks = rate.ticks_in_ms(DASH_MS) as u8;
    player.dash_cooldown = rate.ticks_in_ms(DASH_COOLDOWN_MS) as u16;
    true
}

/// One tick of a dash, straight on. The velocity it leaves is that of a walker, so that whoever arrives does not slide on.
fn dash(player: &mut Player, arena: &Arena, rate: TickRate) {
    let walk = full_speed(rate, player.heading);
    let before = player.pos;
    player.pos = slide(arena, before, DASH_SPEED_FACTOR * walk, Player::RADIUS);
    player.vel = (player.pos - before).clamp(-walk.abs(), walk.abs());
}

/// The exact step (world units per tick) of a walker at full speed, the same in every tick.
///
/// Within 2 % of 6 m/s at every tick rate, in all eight directions: only the rounding to whole units differs.
pub const fn full_speed(rate: TickRate, heading: Heading) -> IVec2 {
    let axes = axes(heading);
    let speed = if axes.x != 0 && axes.y != 0 {
        (SPEED_UNITS_PER_S as i64 * SQRT_HALF_Q16 + (1 << 15)) >> 16
    } else {
        SPEED_UNITS_PER_S as i64
    };
    let hz = rate.hz() as i64;
    let per_tick = ((2 * speed + hz) / (2 * hz)) as i32;
    IVec2::new(axes.x * per_tick, axes.y * per_tick)
}

/// A blow adds speed along `direction` (a unit vector in 1/32,768). However many fall together, a body flies at no more
/// than twice a walker's full speed along either axis.
pub fn knock(vel: IVec2, direction: IVec2, speed_units_per_s: i32, rate: TickRate) -> IVec2 {
    let most = IVec2::splat(2 * SPEED_UNITS_PER_S / rate.hz() as i32);
    let push = |component: i32| {
        let (speed, full) = (i64::from(component) * i64::from(speed_units_per_s), i64::from(rate.hz()) << 15);
        ((2 * speed.abs() + full) / (2 * full) * speed.signum()) as i32
    };
    (vel + IVec2::new(push(direction.x), push(direction.y))).clamp(-most, most)
}

/// Signs of a heading along x and y (down).
pub const fn axes(heading: Heading) -> IVec2 {
    match heading.value() {
        1 => IVec2::new(1, 0),
        2 => IVec2::new(1, 1),
        3 => IVec2::new(0, 1),
        4 => IVec2::new(-1, 1),
        5 => IVec2::new(-1, 0),
        6 => IVec2::new(-1, -1),
        7 => IVec2::new(0, -1),
        8 => IVec2::new(1, -1),
        _ => IVec2::ZERO,
    }
}

/// Largest change of velocity in one tick, in units per tick: a quicker one for speeding up than for stopping.
const fn change_per_tick(rate: TickRate, heading: Heading) -> i32 {
    let ms = if heading.value() == 0 { STOP_MS } else { SPEED_UP_MS } as i64;
    let hz = rate.hz() as i64;
    let per_tick_sq = SPEED_UNITS_PER_S as i64 * 1000;
    ((2 * per_tick_sq + ms * hz * hz) / (2 * ms * hz * hz)) as i32
}

/// `from` moved towards `to` by at most `change`, and onto it when near enough.
fn approach(from: IVec2, to: IVec2, change: i32) -> IVec2 {
    let gap = to - from;
    if gap.length_squared() <= change * change {
        return to;
    }
    // Rounded to nearest; not 0, since `change` is at least 3 and the gap longer.
    let length = gap.length_squared().isqrt();
    let part = |component: i32| (2 * component.abs() * change + length) / (2 * length) * component.signum();
    from + IVec2::new(part(gap.x), part(gap.y))
}

/// sqrt(1/2) in Q16.
const SQRT_HALF_Q16: i64 = 46_341;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{TICK_RATE_MAX, TICK_RATE_MIN};

    fn ticks_until(rate: TickRate, mut vel: IVec2, heading: Heading) -> u32 {
        let wanted = full_speed(rate, heading);
        let mut ticks = 0;
        while vel != wanted {
            vel = approach(vel, wanted, change_per_tick(rate, heading));
            ticks += 1;
            assert!(ticks < 100, "never arrives");
        }
        ticks
    }

    #[test]
    fn a_walker_speeds_up_in_a_tenth_of_a_second_and_stops_a_little_slower() {
        for hz in TICK_RATE_MIN..=TICK_RATE_MAX {
            let rate = TickRate::new(hz).unwrap();
            for value in 1..Heading::COUNT {
                let heading = Heading::new(value).unwrap();
                let up_ms = ticks_until(rate, IVec2::ZERO, heading) * 1000 / hz;
                let stop_ms = ticks_until(rate, full_speed(rate, heading), Heading::STAND) * 1000 / hz;
                // Whole units per tick are coarse at high rates: a seventh is lost or won on the way.
                let tick_ms = 1000 / hz;
                assert!((80..=115 + tick_ms).contains(&up_ms), "{hz} Hz, heading {value}: {up_ms} ms to full speed");
                assert!((95..=140 + tick_ms).contains(&stop_ms), "{hz} Hz, heading {value}: {stop_ms} ms to a stop");
            }
        }
    }

    #[test]
    fn full_speed_is_six_metres_a_second_within_two_percent_in_every_direction() {
        for hz in TICK_RATE_MIN..=TICK_RATE_MAX {
            for value in 1..Heading::COUNT {
                let step = full_speed(TickRate::new(hz).unwrap(), Heading::new(value).unwrap()).as_i64vec2();
                let per_second_sq = step.length_squared() * i64::from(hz).pow(2);
                let (low, high) = (SPEED_UNITS_PER_S * 98 / 100, SPEED_UNITS_PER_S * 102 / 100);
                let allowed = i64::from(low).pow(2)..=i64::from(high).pow(2);
                assert!(allowed.contains(&per_second_sq), "{hz} Hz, heading {value}: {step} per tick");
            }
        }
    }
}
