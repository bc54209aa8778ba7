//! Shot cards for the gallery: the ray of an own shot against the same body at three times.

use crate::net::Net;
use bevy::prelude::Vec2;
use tickshot_client::view::{ShotCard, ShotTargetView, Switches};
use tickshot_shared::ids::Id;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::weapon::Weapon;

/// The own shot from `from` along `along`, that a wall would end after `wall_m`.
pub(crate) fn card(
    net: &Net,
    switches: &Switches,
    from: Vec2,
    along: Vec2,
    wall_m: f32,
    players: usize,
    name: fn(u16) -> String,
) -> ShotCard {
    let tick_ms = 1000.0 / 64.0;
    let claimed_ago_ms = ((net.server_now() + net.lead_ticks() - net.display_now()) * tick_ms) as f32;
    let used_ago_ms = claimed_ago_ms.min(CAP_MS);
    let present = net.server_now();
    let at = |ago_ms: f32, slot: usize| net.pose(slot, present - f64::from(ago_ms) / tick_ms).map(|(at, _)| at);
    let whole = |ago_ms: f32| (f64::from(ago_ms) / tick_ms).round() as f32 * tick_ms as f32;
    let hit = |ago_ms: f32| {
        let on_ray = |slot: &usize| at(ago_ms, *slot).is_some_and(|body| is_hit(from, along, wall_m, body));
        let distance = |slot: &usize| at(ago_ms, *slot).map_or(0, |body| (body.distance(from) * 1000.0) as i64);
        (1..players).filter(on_ray).min_by_key(distance).map(|slot| slot as u16)
    };
    let verdicts = [hit(0.0), hit(whole(used_ago_ms)), hit(used_ago_ms)];
    let policy = switches.modes.hits;
    let decided = HitCheck::ALL.iter().position(|check| *check == policy).and_then(|index| verdicts[index]);
    let tested_ago_ms = match policy {
        HitCheck::None => 0.0,
        HitCheck::WholeTick => whole(used_ago_ms),
        HitCheck::Exact => used_ago_ms,
    };
    let claimed = hit(claimed_ago_ms);
    let aside =
        |slot: &usize| at(claimed_ago_ms, *slot).map_or(i64::MAX, |body| (aside(from, along, body) * 1000.0) as i64);
    let about = decided.or(claimed).or_else(|| (1..players).min_by_key(aside).map(|slot| slot as u16));
    let target = about.and_then(|slot| {
        let drawn = at(claimed_ago_ms, usize::from(slot))?;
        let tested = at(tested_ago_ms, usize::from(slot))?;
        let present = at(0.0, usize::from(slot))?;
        let error_mm = Some(drawn.distance(tested) * 1000.0);
        Some(ShotTargetView { slot, name: name(slot), drawn: Some(drawn), tested, present, error_mm })
    });
    let clamp =
        if claimed_ago_ms > CAP_MS { format!("beyond the server's limit of {CAP_MS:.0} ms") } else { String::new() };
    let length = target.as_ref().filter(|_| decided.is_some()).map_or(wall_m, |target| target.tested.distance(from));
    ShotCard {
        id: Id::default(),
        weapon: Weapon::Rifle,
        tick: (present + net.lead_ticks()) as u32,
        fired_s: net.now_s(),
        from,
        to: from + along * length.min(wall_m),
        claimed,
        hit: decided,
        target,
        claimed_ago_ms,
        used_ago_ms: tested_ago_ms,
        clamp,
        verdicts,
        policy,
    }
}

fn is_hit(from: Vec2, along: Vec2, wall_m: f32, body: Vec2) -> bool {
    let reach = (body - from).dot(along);
    reach > 0.0 && reach < wall_m && aside(from, along, body) < 0.45
}

/// How far a body is from the ray, metres; far if it is behind.
fn aside(from: Vec2, along: Vec2, body: Vec2) -> f32 {
    let offset = body - from;
    if offset.dot(along) < 0.0 { 1000.0 } else { offset.perp_dot(along).abs() }
}

pub(crate) const CAP_MS: f32 = 250.0;
