//! Footsteps: bodies that move walk, one step per stride.
//!
//! Nobody tells of steps; they follow from where bodies are drawn. Must not know how a step sounds.

use glam::Vec2;
use std::collections::BTreeMap;

/// How far everybody in sight has come since their last step.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    walkers: BTreeMap<u16, Walker>,
}

#[derive(Clone, Copy, Debug)]
struct Walker {
    pos: Vec2,
    /// Since the last step, metres.
    walked: f32,
    /// Seen in this frame.
    here: bool,
}

impl Steps {
    /// `slot` is drawn at `pos`, `elapsed` seconds after the frame before; true if a foot comes down.
    pub(super) fn follow(&mut self, slot: u16, pos: Vec2, elapsed: f32) -> bool {
        let walker = self.walkers.entry(slot).or_insert(Walker { pos, walked: FIRST_M, here: true });
        let moved = (pos - walker.pos).length();
        walker.pos = pos;
        walker.here = true;
        if moved > LEAP_M || !moved.is_finite() {
            // A spawn, or news after a gap: nobody walked there.
            walker.walked = FIRST_M;
            return false;
        }
        if moved < STANDS_M_S * elapsed {
            walker.walked = FIRST_M;
            return false;
        }
        walker.walked += moved;
        let step = walker.walked >= STRIDE_M;
        if step {
            walker.walked = (walker.walked - STRIDE_M).min(STRIDE_M / 2.0);
        }
        step
    }

    /// The frame is over: forgets whom it did not show.
    pub(super) fn end_frame(&mut self) {
        self.walkers.retain(|_, walker| std::mem::take(&mut walker.here));
    }
}

/// Three steps a second at full speed (6 m/s).
const STRIDE_M: f32 = 1.95;
/// Who starts to walk puts the first foot down after the rest of a stride.
const FIRST_M: f32 = 1.3;
/// More than this between two frames is no walk.
const LEAP_M: f32 = 2.5;
/// Slower than this stands, metres per second.
const STANDS_M_S: f32 = 0.4;

#[cfg(test)]
mod tests {
    use super::*;

    fn steps_of_a_second(speed: f32, fps: u32) -> usize {
        let mut steps = Steps::default();
        let elapsed = 1.0 / fps as f32;
        let pos = |frame: u32| Vec2::new(speed * frame as f32 * elapsed, 0.0);
        (0..fps)
            .filter(|frame| {
                let step = steps.follow(3, pos(*frame), elapsed);
                steps.end_frame();
                step
            })
            .count()
    }

    #[test]
    fn cadence_goes_with_the_way_and_not_with_the_frames() {
        for fps in [30, 60, 144, 1000] {
            assert_eq!(steps_of_a_second(6.0, fps), 3, "{fps} frames per second");
            assert_eq!(steps_of_a_second(0.0, fps), 0);
            assert_eq!(steps_of_a_second(0.2, fps), 0, "a nudge of the smoothing is no step");
        }
    }

    #[test]
    fn who_appears_elsewhere_has_not_walked_there() {
        let mut steps = Steps::default();
        steps.follow(1, Vec2::ZERO, 0.016);
        assert!(!steps.follow(1, Vec2::new(30.0, 0.0), 0.016));
        steps.end_frame();
        steps.end_frame();
        assert!(steps.walkers.is_empty(), "who is not shown is forgotten");
    }
}
