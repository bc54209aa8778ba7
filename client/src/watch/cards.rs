//! A recorded shot as the card that the game shows of its own: drawn, tested, present.

use super::marks::{ShotMark, slot_of_plus_one};
use super::roll::Roll;
use super::time::Moment;
use crate::effects::metres;
use crate::view::{ShotCard, ShotTargetView};
use glam::{IVec2, Vec2};
use tickshot_shared::limits::UNITS_PER_METRE;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::evidence::Clamp;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::tick::TickRate;
use tickshot_trace::proto::ShotTarget;

/// The card of `shot`.
pub fn card(shot: &ShotMark<'_>, roll: &Roll, rate: TickRate) -> ShotCard {
    let judged = shot.judged;
    let from = place(judged.muzzle_x, judged.muzzle_y);
    let direction = Turn(judged.aim as u16).direction().as_vec2() / 32768.0;
    let ago_ms = |age_256ths: f32| age_256ths * 1000.0 / 256.0 / rate.hz() as f32;
    let verdict = |check: usize| judged.verdicts.get(check).copied().and_then(slot_of_plus_one);
    ShotCard {
        id: shot.id,
        weapon: Weapon::ALL.get(judged.weapon as usize).copied().unwrap_or_default(),
        tick: judged.tick,
        fired_s: shot.fired().ms_since(Moment::of(0), rate) / 1000.0,
        from,
        to: from + direction * (judged.range_units as f32 / UNITS_PER_METRE as f32),
        claimed: shot.seen.and_then(|(seen, _)| slot_of_plus_one(seen.claimed)),
        hit: shot.hit(),
        target: judged.target.as_ref().map(|target| target_view(shot, target, roll)),
        claimed_ago_ms: ago_ms(judged.claimed_age_256ths as f32),
        used_ago_ms: ago_ms(judged.used_age_256ths as f32),
        clamp: clamp_name(judged.clamp),
        verdicts: [verdict(0), verdict(1), verdict(2)],
        policy: HitCheck::ALL.get(judged.policy as usize).copied().unwrap_or(HitCheck::Exact),
    }
}

/// Where the shooter had the target on screen: by its own trace, else as its claim places it.
fn drawn(shot: &ShotMark<'_>, target: &ShotTarget) -> Option<Vec2> {
    if let Some((seen, _)) = shot.seen {
        let at = seen.slots.iter().position(|slot| *slot == target.slot)?;
        return Some(place(*seen.xs.get(at)?, *seen.ys.get(at)?));
    }
    target.was_drawn.then(|| place(target.drawn_x, target.drawn_y))
}

fn target_view(shot: &ShotMark<'_>, target: &ShotTarget, roll: &Roll) -> ShotTargetView {
    let slot = u16::try_from(target.slot).unwrap_or(u16::MAX);
    let (drawn, tested) = (drawn(shot, target), place(target.tested_x, target.tested_y));
    ShotTargetView {
        slot,
        name: roll.name(slot, shot.judged.tick),
        drawn,
        tested,
        present: place(target.present_x, target.present_y),
        error_mm: drawn.map(|drawn| drawn.distance(tested) * 1000.0),
    }
}

fn clamp_name(clamp: u32) -> String {
    let named = Clamp::ALL.into_iter().find(|known| *known as u32 == clamp).filter(|known| *known != Clamp::None);
    named.map_or_else(String::new, |clamp| clamp.name().to_owned())
}

fn place(x: i32, y: i32) -> Vec2 {
    metres(IVec2::new(x, y).as_vec2())
}
