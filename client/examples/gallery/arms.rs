//! Shots, rockets and what they do in the gallery: the real tables, with everybody judged where they are drawn.

use crate::{Play, metres};
use bevy::prelude::*;
use tickshot_client::view::{Effect, KillLine, RocketView};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::collision::raycast;
use tickshot_shared::sim::combat::rays;
use tickshot_shared::sim::weapon::{ROCKET_SPEED_UNITS_PER_S, SPLASH_UNITS, Weapon};
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::Tick;

/// What somebody carries.
#[derive(Clone, Copy)]
pub(crate) struct Arms {
    pub weapon: Weapon,
    pub magazines: [u8; 3],
    pub reserves: [u8; 3],
    /// Seconds until it can fire, and until a reload is done.
    pub cooldown_s: f32,
    pub reload_s: f32,
}

/// A rocket on its way.
pub(crate) struct Rocket {
    pub slot: usize,
    pub pos: Vec2,
    pub aim: Turn,
}

impl Arms {
    pub(crate) fn full(weapon: Weapon) -> Arms {
        Arms {
            weapon,
            magazines: Weapon::ALL.map(|weapon| weapon.table().magazine),
            reserves: Weapon::ALL.map(|weapon| weapon.table().reserve.map_or(0, |(start, _)| start)),
            cooldown_s: 0.0,
            reload_s: 0.0,
        }
    }

    pub(crate) fn cycle_s(&self) -> f32 {
        10.0 / self.weapon.table().shots_per_10s as f32
    }

    pub(crate) fn reload_part(&self) -> Option<f32> {
        let whole_s = self.weapon.table().reload_ms as f32 / 1000.0;
        (self.reload_s > 0.0).then(|| 1.0 - self.reload_s / whole_s)
    }

    pub(crate) fn reserves_shown(&self) -> [Option<u8>; 3] {
        Weapon::ALL.map(|weapon| weapon.table().reserve.map(|_| self.reserves[weapon.index()]))
    }

    /// Time goes on; what was wished for begins. Tells what is heard of it.
    pub(crate) fn advance(&mut self, dt_s: f32, wish: Weapon, wants_reload: bool, pulls: bool) -> Option<Effect> {
        self.cooldown_s -= dt_s;
        let index = wish.index();
        if wish != self.weapon {
            (self.weapon, self.reload_s, self.cooldown_s) = (wish, 0.0, self.cooldown_s.max(0.3));
        }
        let table = self.weapon.table();
        if self.reload_s > 0.0 {
            self.reload_s -= dt_s;
            if self.reload_s > 0.0 {
                return None;
            }
            let missing = table.magazine - self.magazines[index];
            let taken = if table.reserve.is_some() { missing.min(self.reserves[index]) } else { missing };
            self.magazines[index] += taken;
            self.reserves[index] = self.reserves[index].saturating_sub(taken);
            return Some(Effect::ReloadDone);
        }
        let empty = self.magazines[index] == 0;
        let fresh = table.reserve.is_none() || self.reserves[index] > 0;
        if (wants_reload || (pulls && empty)) && fresh && self.magazines[index] < table.magazine {
            self.reload_s = table.reload_ms as f32 / 1000.0;
            return Some(Effect::ReloadBegan);
        }
        if pulls && empty && self.cooldown_s <= 0.0 {
            self.cooldown_s = 0.4;
            return Some(Effect::DryFire);
        }
        None
    }

    pub(crate) fn can_fire(&self) -> bool {
        self.cooldown_s <= 0.0 && self.reload_s <= 0.0 && self.magazines[self.weapon.index()] > 0
    }
}

impl Play {
    pub(crate) fn shoot(&mut self, slot: usize, effects: &mut Vec<Effect>) {
        let (from, aim) = (self.actors[slot].pos, self.actors[slot].aim);
        let weapon = self.actors[slot].arms.weapon;
        let arms = &mut self.actors[slot].arms;
        arms.magazines[weapon.index()] -= 1;
        let tail_s = if slot == 0 { 0.0 } else { self.rng.below(900) as f32 / 1000.0 };
        arms.cooldown_s = arms.cycle_s() + tail_s;
        if weapon == Weapon::Launcher {
            effects.push(Effect::Launched { slot: slot as u16, from: metres(from), own: slot == 0 });
            self.rockets.push(Rocket { slot, pos: metres(from) + Vec2::from_angle(aim.radians()) * 0.5, aim });
            return;
        }
        let shots = self.shots_fired;
        self.shots_fired += 1;
        let fan = rays(weapon, aim, Slot(slot as u16), Tick(shots));
        for (ray, aim) in (0u8..).zip(fan.as_slice()) {
            let (to, victim) = self.end_of_ray(slot, *aim, weapon.table().range_units);
            effects.push(Effect::Shot { slot: slot as u16, weapon, ray, from: metres(from), to, own: slot == 0 });
            if let Some(victim) = victim {
                self.hit(slot, victim, weapon.table().damage, effects);
            }
        }
    }

    /// Where a ray of the player in `slot` ends, and whom it hits.
    fn end_of_ray(&self, slot: usize, aim: Turn, range: i32) -> (Vec2, Option<usize>) {
        let (from, direction) = (self.actors[slot].pos, aim.direction());
        let wall = raycast(&self.arena, from, direction, range);
        let target = (0..self.actors.len())
            .filter(|other| *other != slot && self.actors[*other].dead_s <= 0.0 && !self.are_mates(slot, *other))
            .filter_map(|other| {
                let offset = (self.actors[other].pos - from).as_i64vec2();
                let along = (offset.x * i64::from(direction.x) + offset.y * i64::from(direction.y)) >> 15;
                let aside = (offset.x * i64::from(direction.y) - offset.y * i64::from(direction.x)) >> 15;
                (along > 0 && along < i64::from(wall) && aside.abs() < i64::from(Player::RADIUS))
                    .then_some((along, other))
            })
            .min();
        let length = target.map_or(wall, |(along, _)| along as i32 - Player::RADIUS);
        (metres(from) + Vec2::from_angle(aim.radians()) * length as f32 / 1024.0, target.map(|(_, other)| other))
    }

    pub(crate) fn fly_rockets(&mut self, dt_s: f32, effects: &mut Vec<Effect>) {
        let step = ROCKET_SPEED_UNITS_PER_S as f32 / 1024.0 * dt_s;
        for mut rocket in std::mem::take(&mut self.rockets) {
            let along = Vec2::from_angle(rocket.aim.radians());
            let units = (rocket.pos * 1024.0).as_ivec2();
            let wall = raycast(&self.arena, units, rocket.aim.direction(), (step * 1024.0) as i32 + 1) as f32 / 1024.0;
            let next = rocket.pos + along * step.min(wall);
            let touches = |actor: usize| actor != rocket.slot && metres(self.actors[actor].pos).distance(next) < 0.5;
            let body = (0..self.actors.len()).any(|actor| self.actors[actor].dead_s <= 0.0 && touches(actor));
            rocket.pos = next;
            if body || wall < step {
                effects.push(Effect::Burst { slot: rocket.slot as u16, pos: next - along * 0.1 });
                self.splash(rocket.slot, next, effects);
            } else {
                self.rockets.push(rocket);
            }
        }
    }

    fn splash(&mut self, shooter: usize, at: Vec2, effects: &mut Vec<Effect>) {
        let reach = SPLASH_UNITS as f32 / 1024.0;
        for victim in 0..self.actors.len() {
            let distance = metres(self.actors[victim].pos).distance(at);
            let spared = victim != shooter && self.are_mates(shooter, victim);
            if self.actors[victim].dead_s <= 0.0 && distance < reach && !spared {
                self.hit(shooter, victim, (80.0 * (1.0 - distance / reach)) as u8, effects);
            }
        }
    }

    fn are_mates(&self, a: usize, b: usize) -> bool {
        self.teams() && a % 2 == b % 2
    }

    fn hit(&mut self, shooter: usize, victim: usize, damage: u8, effects: &mut Vec<Effect>) {
        if !self.hurts() {
            return;
        }
        if shooter == 0 && victim != 0 {
            effects.push(Effect::HitConfirmed);
        }
        if victim == 0 {
            let offset = metres(self.actors[shooter].pos - self.actors[0].pos);
            effects.push(Effect::Hurt { from_angle: offset.to_angle() });
        }
        let health = &mut self.actors[victim].health;
        let was_alive = *health > 0;
        *health = health.saturating_sub(damage);
        if was_alive && *health == 0 {
            self.kill(shooter as u16, victim as u16, effects);
        }
    }

    pub(crate) fn kill(&mut self, killer: u16, victim: u16, effects: &mut Vec<Effect>) {
        let (k, v) = (usize::from(killer) % self.actors.len(), usize::from(victim));
        self.actors[k].kills += 1;
        self.actors[v].deaths += 1;
        self.actors[v].dead_s = if self.teams() { f32::INFINITY } else { 2.0 };
        effects.push(Effect::Died { slot: victim, pos: metres(self.actors[v].pos) });
        let (killer_name, victim_name) = (crate::name(k as u16), crate::name(victim));
        let weapon = self.actors[k].arms.weapon;
        self.feed.push(KillLine { killer: k as u16, victim, killer_name, victim_name, weapon, age_s: 0.0 });
        let surplus = self.feed.len().saturating_sub(6);
        self.feed.drain(..surplus);
    }

    pub(crate) fn rockets_shown(&self) -> Vec<RocketView> {
        let shown =
            |rocket: &Rocket| RocketView { slot: rocket.slot as u16, pos: rocket.pos, aim: rocket.aim.radians() };
        self.rockets.iter().map(shown).collect()
    }
}
