//! How old a picture a client draws, as the server can tell: measured where possible, followed slowly where it must be told.
//!
//! Time line: a packet with input *N* says which snapshot the client has (its ack) and how far behind the freshest one it
//! can expect it draws the others (its declared delay). The smallest `N - ack` of the last packets is how far inputs run
//! ahead of the freshest snapshot; both together are the age of the picture at input *N*. The first copy of every input
//! notes what is believed then, and the shot of that input is held against it ticks later.
//!
//! An honest age changes slowly: the display clock and the input clock dilate by at most 5 % each. It jumps only when a
//! clock jumps, which takes an error of more than 8 ticks. So the age that is believed grows no faster, and jumps at most
//! once per second; it falls at once, because a fresher picture is no advantage. Must not know positions or stamps.

use std::time::Duration;
use tickshot_shared::clock::timeline::{DILATION_MAX_PERCENT, SNAP_TICKS};
use tickshot_shared::lagcomp::{Believed, TOLERANCE_TICKS};
use tickshot_shared::limits::INPUT_AHEAD_TICKS_MAX;
use tickshot_shared::protocol::ack_lead::AckLead;
use tickshot_shared::protocol::client_msg::InputPacket;
use tickshot_shared::tick::{Tick, TickRate};

/// Follows the age of one client's picture.
#[derive(Clone, Debug)]
pub struct DisplayEstimate {
    rate: TickRate,
    lead: AckLead,
    age: Option<Age>,
    /// The newest snapshots that it had acked before its latest packet, newest first.
    acked: [Option<Tick>; 2],
    /// Newest input tick of the packets that were measured.
    newest: Option<Tick>,
    /// Entry `tick % FIRSTS`: what was believed when the first copy of that input came.
    firsts: Vec<Option<First>>,
    /// Times the believed age jumped.
    pub jumps: u64,
}

#[derive(Clone, Copy, Debug)]
struct Age {
    age_256ths: i32,
    /// Server tick at which it was last followed, and last jumped.
    followed: Tick,
    jumped: Option<Tick>,
}

#[derive(Clone, Copy, Debug)]
struct First {
    tick: Tick,
    age_256ths: i32,
    acked: Option<Tick>,
    /// The same with that packet.
    acked_with: Tick,
    had: Option<Tick>,
    /// How far beyond its newest snapshot the client may draw, whole ticks.
    beyond_ticks: u8,
}

impl DisplayEstimate {
    pub fn new(rate: TickRate) -> DisplayEstimate {
        DisplayEstimate {
            rate,
            lead: AckLead::new(),
            age: None,
            acked: [None; 2],
            newest: None,
            firsts: vec![None; FIRSTS],
            jumps: 0,
        }
    }

    /// An input packet came while the server is about to make tick `next`. `acked_before` and `acked`: the newest snapshot
    /// this client has acked, without and with this packet; acks of what was never sent do not count.
    pub fn handle_packet(&mut self, next: Tick, packet: &InputPacket, acked_before: Option<Tick>, acked: Option<Tick>) {
        let too_early = packet.newest.since(next).is_some_and(|ahead| ahead > INPUT_AHEAD_TICKS_MAX);
        let Some(acked) = acked.filter(|acked| packet.newest > *acked && !too_early) else { return };
        // One that was overtaken speaks of an older state of affairs.
        if self.newest.is_none_or(|newest| packet.newest > newest) {
            self.newest = Some(packet.newest);
            self.lead.push(packet.newest, acked);
            self.follow(next, self.lead.ticks() as i32 * 256 + i32::from(packet.display_delay) * 64);
        }
        if self.acked[0] != acked_before {
            self.acked = [acked_before, self.acked[0]];
        }
        let Some(Age { age_256ths, .. }) = self.age else { return };
        let beyond_ticks = (-i32::from(packet.display_delay)).clamp(0, 4 * 255) as u32 / 4;
        for (tick, _) in packet.ticks().filter(|(tick, _)| *tick >= next) {
            let place = &mut self.firsts[tick.0 as usize % FIRSTS];
            if place.is_none_or(|first| first.tick != tick) {
                *place = Some(First {
                    tick,
                    age_256ths,
                    acked: acked_before,
                    acked_with: acked,
                    had: self.acked[1],
                    beyond_ticks: beyond_ticks as u8,
                });
            }
        }
    }

    /// What the client is believed to have drawn when it made its input of `tick`.
    pub fn at(&self, tick: Tick) -> Option<Believed> {
        let first = self.firsts[tick.0 as usize % FIRSTS].filter(|first| first.tick == tick)?;
        let estimate = (i64::from(tick.0) * 256 - i64::from(first.age_256ths) + 128).div_euclid(256);
        // Nobody draws beyond the newest snapshot it has, or further on than it says it guesses.
        let shown = |acked: Tick| (i64::from(acked.0) + i64::from(first.beyond_ticks)).min(estimate);
        Some(Believed {
            estimate,
            first: first.acked.map_or(estimate, shown) - TOLERANCE_TICKS,
            last: shown(first.acked_with) + TOLERANCE_TICKS,
            had: first.had,
        })
    }

    /// The age said now: see the module's text for what is believed of it.
    fn follow(&mut self, now: Tick, said_256ths: i32) {
        let Some(age) = &mut self.age else {
            self.age = Some(Age { age_256ths: said_256ths, followed: now, jumped: None });
            return;
        };
        let elapsed = now.since(age.followed).unwrap_or(0).min(1 << 12) as i32;
        age.followed = age.followed.max(now);
        let older = said_256ths - age.age_256ths;
        let pause = self.rate.ticks_in_ms(JUMP_PAUSE.as_millis() as u32);
        if older > SNAP_TICKS as i32 * 256
            && age.jumped.is_none_or(|at| now.since(at).is_some_and(|ticks| ticks >= pause))
        {
            (age.age_256ths, age.jumped) = (said_256ths, Some(now));
            self.jumps += 1;
        } else {
            age.age_256ths += older.min(elapsed * 256 * OLDER_PERCENT_MAX / 100);
        }
    }
}

/// How fast a picture can honestly become older, in percent of the time that passes: both clocks dilated against each other.
pub const OLDER_PERCENT_MAX: i32 = 2 * DILATION_MAX_PERCENT as i32;
/// Shortest time between two jumps of a believed age.
const JUMP_PAUSE: Duration = Duration::from_secs(1);
/// Inputs whose first copy is remembered: all that may wait for their tick, and as many that are over.
const FIRSTS: usize = 2 * INPUT_AHEAD_TICKS_MAX as usize;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::protocol::client_msg::InputRun;
    use tickshot_shared::sim::input::Input;

    /// One packet per tick; its input runs 4 ticks ahead and its ack 6 behind that.
    fn hear(estimate: &mut DisplayEstimate, next: u32, display_delay: i16) -> i64 {
        let newest = Tick(next + 4);
        let acked = Some(Tick(newest.0 - 6));
        let inputs = InputRun::of(&[Input::default()]).unwrap();
        let packet = InputPacket { newest, inputs, ack: acked, ack_mask: 0, display_delay, ping: None };
        estimate.handle_packet(Tick(next), &packet, acked, acked);
        i64::from(newest.0) - estimate.at(newest).unwrap().estimate
    }

    fn heard(ticks: std::ops::Range<u32>) -> DisplayEstimate {
        let mut estimate = DisplayEstimate::new(TickRate::default());
        ticks.for_each(|next| assert_eq!(hear(&mut estimate, next, 8), 8, "six ticks of lead and two of delay"));
        estimate
    }

    #[test]
    fn a_picture_becomes_older_by_a_tenth_of_the_time_and_fresher_at_once() {
        let mut estimate = heard(100..200);
        let ages: Vec<i64> = (200..280).map(|next| hear(&mut estimate, next, 8 + 4 * 7)).collect();
        assert!(ages.is_sorted());
        assert_eq!((ages[9], ages[29], ages[79]), (9, 11, 15), "seven ticks older after seventy");
        assert_eq!((hear(&mut estimate, 280, 8), estimate.jumps), (8, 0));
    }

    #[test]
    fn it_jumps_by_more_than_eight_ticks_once_per_second() {
        let mut estimate = heard(100..200);
        assert_eq!(hear(&mut estimate, 200, 48), 18);
        assert_eq!(hear(&mut estimate, 201, 8), 8);
        let jumped = (202..300).find(|next| hear(&mut estimate, *next, 80) == 26);
        assert_eq!((jumped, estimate.jumps), (Some(264), 2));
    }

    #[test]
    fn packets_that_were_overtaken_or_come_from_the_future_change_nothing() {
        let mut estimate = heard(100..200);
        let (tick, before) = (Tick(203), estimate.at(Tick(203)));
        let inputs = InputRun::of(&[Input::default()]).unwrap();
        for newest in [Tick(203), Tick(150), Tick(5_000), Tick(u32::MAX)] {
            let packet = InputPacket { newest, inputs, ack: None, ack_mask: 0, display_delay: 511, ping: None };
            estimate.handle_packet(Tick(200), &packet, Some(Tick(100)), Some(Tick(100)));
            assert_eq!((estimate.at(tick), estimate.at(newest).is_some()), (before, newest <= tick));
        }
        assert_eq!(hear(&mut estimate, 200, 8), 8);
    }

    #[test]
    fn who_says_it_has_nothing_newer_is_believed_to_show_just_that_and_nothing_between() {
        let mut display = DisplayEstimate::new(TickRate::default());
        let mut before = None;
        let mut send = |display: &mut DisplayEstimate, tick: u32, ack: u32| {
            let (inputs, ack) = (InputRun::of(&[Input::default()]).unwrap(), Some(Tick(ack)));
            let packet = InputPacket { newest: Tick(tick), inputs, ack, ack_mask: 0, display_delay: 8, ping: None };
            display.handle_packet(Tick(tick), &packet, before, ack);
            before = ack;
        };
        (100..200).for_each(|tick| send(&mut display, tick, tick - 6));
        let honest = display.at(Tick(199)).unwrap();
        assert_eq!((honest.estimate, honest.first, honest.last), (191, 188, 194));
        // Eighteen ticks of silence about newer snapshots, whatever it really has.
        (200..218).for_each(|tick| send(&mut display, tick, 193));
        let silent = display.at(Tick(217)).unwrap();
        assert_eq!((silent.first, silent.last), (193 - TOLERANCE_TICKS, 193 + TOLERANCE_TICKS));
    }
}
