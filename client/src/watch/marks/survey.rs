//! Who was killed when: known once the ticks have been made again, which is done a slice at a time while one watches.
//!
//! Must not know how kills are shown.

use tickshot_shared::sim::step::Event;
use tickshot_shared::sim::weapon::Weapon;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::replay::Replay;

/// Somebody was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    pub tick: u32,
    pub killer: u16,
    pub victim: u16,
    pub weapon: Weapon,
}

/// Makes all ticks again, a slice at a time, and notes who was killed.
pub struct Survey<'t> {
    trace: &'t ServerTrace,
    replay: Option<Replay<'t>>,
    pub kills: Vec<Kill>,
}

impl<'t> Survey<'t> {
    pub fn new(trace: &'t ServerTrace) -> Survey<'t> {
        Survey { trace, replay: Replay::new(trace).ok(), kills: Vec::new() }
    }

    /// Up to `ticks` more; returns the kills in them.
    pub fn advance(&mut self, ticks: u32) -> &[Kill] {
        let known = self.kills.len();
        for _ in 0..ticks {
            let Some(replay) = &mut self.replay else { break };
            let tick = replay.world().tick.0;
            match replay.step() {
                Some(Ok(step)) => self.kills.extend(step.events.iter().filter_map(|event| kill(tick + 1, event))),
                Some(Err(_)) => self.replay = self.resume_after(tick.saturating_add(1)),
                None => self.replay = None,
            }
        }
        &self.kills[known..]
    }

    pub fn is_done(&self) -> bool {
        self.replay.is_none()
    }

    /// Goes on at the next keyframe: `tick` cannot be made.
    fn resume_after(&self, tick: u32) -> Option<Replay<'t>> {
        let mut ticks = self.trace.keyframes.iter().filter_map(|keyframe| Some(keyframe.world.as_ref()?.tick));
        Replay::at(self.trace, ticks.find(|keyframe| *keyframe >= tick)?).ok()
    }
}

fn kill(tick: u32, event: &Event) -> Option<Kill> {
    match *event {
        Event::Killed { victim, killer, weapon } => Some(Kill { tick, killer: killer.0, victim: victim.0, weapon }),
        _ => None,
    }
}
