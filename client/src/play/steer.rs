//! The inputs of a match: which are due, what they say, what they do here at once, and the packet that carries them.
//!
//! Time line of a shot: the finger comes down in the frame at t, on what the *previous* frame drew; that sight is noted at
//! once, with the aim of t. The next input *P* carries it as its view stamp. So aim, bodies and muzzle are those of one
//! moment, however many ticks a frame spans or frames a tick. A trigger that stays down fires on what was drawn last.

use super::{Play, record};
use crate::effects::{own_deeds, shot};
use crate::record::Tape;
use crate::shots::Sight;
use crate::stats::ClientStats;
use crate::view::Controls;
use std::time::Duration;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun, encode_inputs};
use tickshot_shared::protocol::stamp::STAMP_AGE_TICKS_MAX;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::collision::{ray_hits_circle, raycast};
use tickshot_shared::sim::combat::Shot;
use tickshot_shared::sim::input::{Buttons, Input, OWN_AGE_TICKS_MAX, OwnView};
use tickshot_shared::sim::pose::Pose;
use tickshot_shared::sim::step::OwnDeeds;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::{Player, Slot};
use tickshot_shared::tick::Tick;

impl Play {
    /// Produces the inputs due at `now`; appends at most one packet to `out`.
    pub fn advance(
        &mut self,
        now: Duration,
        controls: &Controls,
        stats: &mut ClientStats,
        tape: &mut Tape,
        out: &mut Vec<Vec<u8>>,
    ) {
        let Some(newest) = self.ring.newest().map(|s| s.header.tick) else { return };
        self.watch_trigger(now, controls);
        self.clocks.update(now);
        let Some((first, count)) = self.clocks.poll_due() else {
            return self.probe(now, newest, tape, out);
        };
        for tick in (0..count).map(|i| first.plus(i)) {
            self.produce(now, tick, controls, stats, tape);
        }
        stats.inputs += u64::from(count);
        [stats.ticks_skipped, stats.input_snaps, stats.display_snaps, _] = self.clocks.counts();
        if let Some((newest, run)) = self.log.unacked(self.modes.redundancy.into()).filter(|_| count > 0) {
            let ping = self.clocks.stamp(now, first, newest);
            let packet = self.packet(newest, count, run, ping);
            let fresh = count.min(packet.inputs.len() as u32);
            send(now, &packet, fresh, tape, out);
        }
    }

    /// When the next input is due, or the next question for the time.
    pub fn next_due(&self, now: Duration) -> Duration {
        if !self.has_begun() {
            return now + POLL;
        }
        self.clocks.next_due(now).unwrap_or_else(|| self.next_probe.max(now))
    }

    /// Before the server's clock is known, no input can be on time. This one carries a tick that is over, which is no
    /// input at all, and a ping, which brings the time back.
    fn probe(&mut self, now: Duration, newest: Tick, tape: &mut Tape, out: &mut Vec<Vec<u8>>) {
        if now < self.next_probe {
            return;
        }
        self.next_probe = now + PROBE_INTERVAL;
        let ping = self.clocks.stamp_probe(now);
        if let Some(run) = InputRun::of(&[Input::default()]) {
            let packet = self.packet(newest, 1, run, ping);
            send(now, &packet, 0, tape, out);
        }
    }

    /// A packet with `inputs` up to `newest`, of which `new` are sent for the first time.
    fn packet(&mut self, newest: Tick, new: u32, inputs: InputRun, ping: u32) -> InputPacket {
        let (ack, ack_mask) = self.ring.ack();
        if let Some(ack) = ack.filter(|ack| *ack < newest) {
            self.ack_lead.push(newest, ack);
        }
        // Of the picture that is on screen, however old it is: shots of the new inputs were aimed at it. Slow frames bring
        // several at once; said of the middle one it is nearest to true for all.
        let middle = newest.checked_minus(new / 2).unwrap_or(newest);
        let drawn = self.display_drawn.map(|time| time.ticks_256ths(self.rate));
        let display_delay = drawn.map_or(0, |drawn| self.ack_lead.declared_delay(middle, drawn));
        InputPacket { newest, inputs, ack, ack_mask, display_delay, ping: Some(ping) }
    }

    /// A pull is noted in the frame it happens in, whether an input is due or not.
    fn watch_trigger(&mut self, now: Duration, controls: &Controls) {
        if controls.fire && !self.trigger_held {
            self.pulled = self.sight(now, controls.aim);
        }
        self.trigger_held = controls.fire;
    }

    /// What the latest frame drew; `None` before the first.
    fn sight(&self, at: Duration, aim: Turn) -> Option<Sight> {
        let (cursor, own) = (self.cursor?, self.own_drawn?);
        Some(Sight { aim, cursor, own: own.view, muzzle: own.pose.pos, others: self.enemies(), at })
    }

    /// The others as drawn, but for those that shots pass through.
    fn enemies(&self) -> Vec<(Slot, Pose)> {
        self.others.iter().filter(|(slot, _)| !self.is_friend(*slot)).copied().collect()
    }

    /// Where a shot along `aim` would end on the screen as it is, and whether a drawn body stops it.
    pub fn crosshair_on_enemy(&self, aim: Turn) -> bool {
        let (Some(drawn), Some((_, own))) = (self.own_drawn, self.own()) else { return false };
        let enemies = self.enemies();
        let range = own.weapon.table().range_units;
        let (wall, bodies) = (raycast(&self.arena, drawn.pose.pos, aim.direction(), range), enemies.iter());
        let on_ray = |pose: &Pose| ray_hits_circle(drawn.pose.pos, aim.direction(), wall, pose.pos, Player::RADIUS);
        bodies.filter(|(_, pose)| pose.alive).any(|(_, pose)| on_ray(pose).is_some())
    }

    /// Samples, logs and predicts one input.
    fn produce(&mut self, now: Duration, tick: Tick, controls: &Controls, stats: &mut ClientStats, tape: &mut Tape) {
        let held = controls.fire.then(|| self.sight(now, controls.aim));
        let sight = self.pulled.take().or(held.flatten()).map(|sight| reachable(sight, tick));
        let aim = sight.as_ref().map_or(controls.aim, |sight| sight.aim);
        let view = sight.as_ref().map(|sight| sight.stamp(self.modes.hits));
        let buttons = buttons(view.is_some(), controls);
        let pulls = !tick.checked_minus(1).and_then(|tick| self.log.at(tick)).is_some_and(fires);
        let input = Input { heading: controls.heading, aim, buttons, weapon: controls.weapon, view };
        self.log.push(tick, input);
        tape.note(now, || record::input(self.slot, tick, &input, now, controls));
        let Some((confirmed, _)) = self.reconciler.confirmed() else { return };
        let deeds = self.predictor.advance(tick, confirmed, &self.log, &self.arena);
        let Some(after) = self.predictor.at(tick).copied() else { return };
        if self.modes.prediction.predicts() {
            let deeds = OwnDeeds { dry: deeds.dry && pulls, ..deeds };
            own_deeds(self.slot, &after, deeds, &mut self.effects);
        }
        if let (Some(sight), Some(weapon)) = (sight, deeds.fired) {
            self.handle_shot(tick, weapon, &after, sight, stats, tape);
        }
    }

    /// The shot of `tick` goes off, and left `after`: its tracers, or its rocket, appear now.
    fn handle_shot(
        &mut self,
        tick: Tick,
        weapon: Weapon,
        after: &Player,
        sight: Sight,
        stats: &mut ClientStats,
        tape: &mut Tape,
    ) {
        let predicts = self.modes.prediction.predicts();
        stats.shots.fired += 1;
        if weapon.table().rays == 0 {
            stats.shots.rockets += 1;
            tape.note(sight.at, || self.shot_record(tick, weapon, &sight, None));
            if predicts {
                self.scene.launch(tick, after.pos, sight.aim, self.slot, &mut self.effects);
            }
            return;
        }
        let seen = sight.trace(&self.arena, &Shot::new(self.slot, weapon, sight.aim, tick));
        stats.shots.claimed_hits += u64::from(seen.victim().is_some());
        tape.note(sight.at, || self.shot_record(tick, weapon, &sight, seen.victim()));
        if predicts {
            let from = sight.muzzle.as_vec2() + self.smoothing.offset();
            let rays = seen.rays().iter().enumerate();
            self.effects
                .extend(rays.map(|(i, ray)| shot(self.slot, weapon, i as u8, from, ray.aim, ray.range_units, true)));
        }
        self.shots.push(tick, sight, seen.victim());
    }
}

/// Out of the door, and into the trace. `fresh`: how many of its inputs it carries for the first time; a probe none.
fn send(now: Duration, packet: &InputPacket, fresh: u32, tape: &mut Tape, out: &mut Vec<Vec<u8>>) {
    let mut bytes = Vec::new();
    encode_inputs(packet, &mut bytes);
    tape.note(now, || record::packet(packet, fresh, now, bytes.len()));
    out.push(bytes);
}

fn fires(input: Input) -> bool {
    input.buttons.contains(Buttons::FIRE)
}

fn buttons(fires: bool, controls: &Controls) -> Buttons {
    let held = [(fires, Buttons::FIRE), (controls.dash, Buttons::DASH), (controls.reload, Buttons::RELOAD)];
    Buttons(held.iter().filter(|(held, _)| *held).fold(0, |bits, (_, button)| bits | button.0))
}

/// At a few frames a second what was drawn of the own body may be older than a stamp can say: then the oldest it can.
fn reachable(mut sight: Sight, tick: Tick) -> Sight {
    if let OwnView::Between { from, fraction, based_on } = &mut sight.own {
        let oldest = |age: u32| tick.checked_minus(age).unwrap_or(Tick(0));
        if *from < oldest(OWN_AGE_TICKS_MAX) {
            (*from, *fraction) = (oldest(OWN_AGE_TICKS_MAX), 0);
        }
        *based_on = (*based_on).max(oldest(STAMP_AGE_TICKS_MAX));
    }
    sight
}

/// Time between questions for the server's clock until the first answer.
const PROBE_INTERVAL: Duration = Duration::from_millis(50);
/// How often to look for the first snapshot.
const POLL: Duration = Duration::from_millis(10);
