//! Keyboard and mouse of a watcher: each key is one call of the player.
//!
//! What panels take (see `Capture`) is not heard here. Must not know what a key leads to.

use super::Watch;
use crate::gui::camera::Lens;
use crate::gui::panels::Capture;
use crate::view::ViewModel;
use bevy::input::mouse::AccumulatedMouseScroll;
use bevy::prelude::*;

/// Keys and what they do, as the help tells it.
pub(super) const KEYS: [(&str, &str); 12] = [
    ("Space", "play, rest"),
    ("\u{2190} \u{2192}", "a tick back, on"),
    ("Shift \u{2190} \u{2192}", "a frame of the followed client"),
    ("\u{2191} \u{2193}", "faster, slower"),
    ("PgUp PgDn", "mark before, after; with Shift disputed shots"),
    ("Home End", "begin, end"),
    ("Tab", "follow the next, with Shift the one before"),
    ("Click", "follow; on the line: go there"),
    ("V", "server, client, both"),
    ("Enter", "shot: fired, judged"),
    ("F, WASD, wheel", "free camera, fly, zoom"),
    ("Esc", "leave"),
];

#[derive(bevy::ecs::system::SystemParam)]
pub(super) struct Devices<'w> {
    keys: Res<'w, ButtonInput<KeyCode>>,
    buttons: Res<'w, ButtonInput<MouseButton>>,
    wheel: Res<'w, AccumulatedMouseScroll>,
    capture: Res<'w, Capture>,
}

/// Reads this frame's keys and clicks.
pub(super) fn press(
    devices: Devices,
    time: Res<Time<Real>>,
    view: Res<ViewModel>,
    mut held: Local<Held>,
    mut lens: ResMut<Lens>,
    mut watch: ResMut<Watch>,
) {
    let Devices { keys, buttons, wheel, capture } = &devices;
    if capture.types() {
        return;
    }
    let watch = &mut *watch;
    let now_s = time.elapsed_secs();
    // Just pressed, too: on a slow machine it may be up again before the frame that hears of it.
    let shifts = [KeyCode::ShiftLeft, KeyCode::ShiftRight];
    let shift = keys.any_pressed(shifts) || keys.any_just_pressed(shifts);
    let step = held.steps(keys, time.delta_secs());
    if step != 0 {
        if shift { watch.player.step_frames(step) } else { watch.player.step_ticks(step) }
    }
    for key in keys.get_just_pressed() {
        watch.heard += u64::from(!matches!(key, KeyCode::ShiftLeft | KeyCode::ShiftRight));
        press_one(*key, shift, now_s, watch);
    }
    if !capture.pointer {
        zoom(&mut lens, wheel.delta.y);
        if buttons.just_pressed(MouseButton::Left)
            && let Some(slot) = body_at(&view, lens.cursor())
        {
            watch.follow(Some(slot));
        }
    }
    let axis = |low: KeyCode, high: KeyCode| f32::from(i8::from(keys.pressed(high)) - i8::from(keys.pressed(low)));
    let pan = Vec2::new(axis(KeyCode::KeyA, KeyCode::KeyD), axis(KeyCode::KeyW, KeyCode::KeyS)).normalize_or_zero();
    if pan != Vec2::ZERO {
        watch.follows = false;
        watch.eye += pan * (FLY_M_PER_S / lens.zoom.max(0.1) * time.delta_secs());
    }
}

fn press_one(key: KeyCode, shift: bool, now_s: f32, watch: &mut Watch) {
    let player = &mut watch.player;
    match key {
        KeyCode::Space => player.toggle_pause(),
        KeyCode::ArrowUp => player.faster(),
        KeyCode::ArrowDown => player.slower(),
        KeyCode::Home => player.seek(player.head().first()),
        KeyCode::End => player.seek(player.head().last()),
        KeyCode::PageDown | KeyCode::PageUp => jump(key == KeyCode::PageDown, shift, now_s, watch),
        KeyCode::Tab => {
            player.follow_next(!shift);
            watch.follows = player.followed().is_some();
        }
        KeyCode::KeyV => player.next_look(),
        KeyCode::Enter | KeyCode::NumpadEnter => player.turn_shot(),
        KeyCode::KeyF => watch.follows = !watch.follows && player.followed().is_some(),
        KeyCode::F1 | KeyCode::KeyH => watch.help = !watch.help,
        KeyCode::Backspace | KeyCode::Delete => player.select_shot(None),
        _ => {}
    }
}

pub(super) fn jump(forward: bool, disputed_only: bool, now_s: f32, watch: &mut Watch) {
    let said = match watch.player.seek_mark(forward, disputed_only) {
        Some(mark) => mark.text,
        None if disputed_only => "no more disputed shots this way".to_owned(),
        None => "no more marks this way".to_owned(),
    };
    watch.said = Some((said, now_s));
}

/// Arrow keys that are held down step on by themselves after a moment.
#[derive(Default)]
pub(super) struct Held {
    held_s: f32,
    owed: f32,
}

impl Held {
    fn steps(&mut self, keys: &ButtonInput<KeyCode>, dt_s: f32) -> i64 {
        let sign = |pressed: &dyn Fn(KeyCode) -> bool| {
            i64::from(pressed(KeyCode::ArrowRight)) - i64::from(pressed(KeyCode::ArrowLeft))
        };
        let holds = sign(&|key| keys.pressed(key));
        let mut steps = sign(&|key| keys.just_pressed(key));
        if holds == 0 {
            *self = Held::default();
            return steps;
        }
        self.held_s += dt_s;
        if self.held_s > REPEAT_AFTER_S {
            self.owed += dt_s * REPEATS_PER_S;
            steps += holds * self.owed as i64;
            self.owed = self.owed.fract();
        }
        steps
    }
}

fn zoom(lens: &mut Lens, notches: f32) {
    if notches != 0.0 {
        lens.zoom = (lens.zoom * 1.15f32.powf(notches.clamp(-3.0, 3.0))).clamp(ZOOM_MIN, ZOOM_MAX);
    }
}

/// The body that a click at `at` (map metres) means.
fn body_at(view: &ViewModel, at: Vec2) -> Option<u16> {
    let others = view.others.iter().filter(|other| other.alive).map(|other| (other.slot, other.pos));
    let bodies = others.chain(view.own.map(|own| (own.slot, own.pos)));
    let near = bodies.map(|(slot, pos)| (slot, pos.distance(at))).filter(|(_, away)| *away < CLICK_M);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(slot, _)| slot)
}

const FLY_M_PER_S: f32 = 16.0;
const REPEAT_AFTER_S: f32 = 0.35;
const REPEATS_PER_S: f32 = 20.0;
/// A click this near to a body means it, metres.
const CLICK_M: f32 = 0.9;
pub(super) const ZOOM_MIN: f32 = 0.45;
const ZOOM_MAX: f32 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_arrow_steps_once_and_after_a_moment_by_itself() {
        let (mut keys, mut held) = (ButtonInput::default(), Held::default());
        keys.press(KeyCode::ArrowRight);
        assert_eq!(held.steps(&keys, 0.016), 1);
        keys.clear();
        let soon: i64 = (0..20).map(|_| held.steps(&keys, 0.016)).sum();
        assert_eq!(soon, 0);
        let later: i64 = (0..60).map(|_| held.steps(&keys, 0.016)).sum();
        assert!((15..=20).contains(&later), "{later}");
        keys.release(KeyCode::ArrowRight);
        assert_eq!(held.steps(&keys, 0.016), 0);
    }
}
