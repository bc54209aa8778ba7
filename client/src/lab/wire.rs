//! One direction of the way between a machine and the server: both lanes over one conditioned link.
//!
//! The hot lane is what the link makes of it. The control lane does what renet does: numbered messages, resent until they
//! are there, handed out in order. Its acks are not sent: the sender looks at the other end, so a resend happens exactly
//! when one is needed. Silence is broken by signs of life, as netcode does. Must not know what the bytes mean.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_shared::link::conditioner::LinkCounts;
use tickshot_shared::link::pipe::Pipe;
use tickshot_shared::link::profile::Profile;
use tickshot_shared::protocol::lane;

/// One direction.
pub struct Wire {
    pipe: Pipe,
    /// Everything sent before this is lost.
    cut_until: Duration,
    cut: u64,
    sent: Duration,
    next_seq: u64,
    unheard: VecDeque<Unheard>,
    /// The receiving end of the control lane: what comes next, and what came too soon.
    expected_seq: u64,
    early: BTreeMap<u64, Vec<u8>>,
}

/// A control message that is not there yet.
struct Unheard {
    seq: u64,
    sent: Duration,
    bytes: Vec<u8>,
}

/// What came out at the far end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival<'a> {
    Hot(&'a [u8]),
    Control(Vec<u8>),
    /// Nothing but that the other end is there.
    KeepAlive,
}

impl Wire {
    /// A wire that does to datagrams what `profile` says, by the draws of `seed`.
    pub fn new(profile: Profile, seed: u64) -> Wire {
        Wire {
            pipe: Pipe::new(profile, seed),
            cut_until: Duration::ZERO,
            cut: 0,
            sent: Duration::ZERO,
            next_seq: 0,
            unheard: VecDeque::new(),
            expected_seq: 0,
            early: BTreeMap::new(),
        }
    }

    /// From `now` on another profile; what is under way arrives as it would have.
    pub fn set_profile(&mut self, now: Duration, profile: Profile) {
        self.pipe.set_profile(now, profile);
    }

    /// What is sent within `time` from `now` is held until it is over.
    pub fn freeze(&mut self, now: Duration, time: Duration) {
        self.pipe.freeze(now, time);
    }

    /// What became of the datagrams that were not [cut](Self::cut).
    pub fn counts(&self) -> LinkCounts {
        self.pipe.counts()
    }

    /// Nothing that is sent before `until` arrives.
    pub fn cut(&mut self, until: Duration) {
        self.cut_until = until;
    }

    /// Datagrams lost to cuts.
    pub fn datagrams_cut(&self) -> u64 {
        self.cut
    }

    pub fn send_hot(&mut self, now: Duration, bytes: &[u8]) {
        debug_assert!(lane::is_hot(bytes), "the first byte tells the lanes apart");
        self.send(now, bytes);
    }

    pub fn send_control(&mut self, now: Duration, bytes: Vec<u8>) {
        self.send(now, &control_datagram(self.next_seq, &bytes));
        self.unheard.push_back(Unheard { seq: self.next_seq, sent: now, bytes });
        self.next_seq += 1;
    }

    /// Sends again what should have been heard by now, and a sign of life if nothing else was sent for a while. For each end
    /// to call as often as it looks.
    pub fn keep_up(&mut self, now: Duration) {
        self.resend(now);
        if now >= self.sent + KEEP_ALIVE {
            self.send(now, &[KEEP_ALIVE_LANE]);
        }
    }

    fn resend(&mut self, now: Duration) {
        let expected = self.expected_seq;
        self.unheard.retain(|message| message.seq >= expected && !self.early.contains_key(&message.seq));
        let mut again = Vec::new();
        for message in self.unheard.iter_mut().filter(|m| now >= m.sent + CONTROL_RESEND) {
            message.sent = now;
            again.push(control_datagram(message.seq, &message.bytes));
        }
        again.into_iter().for_each(|datagram| self.send(now, &datagram));
    }

    fn send(&mut self, now: Duration, datagram: &[u8]) {
        self.sent = now;
        if now < self.cut_until {
            self.cut += 1;
        } else {
            self.pipe.send(now, datagram);
        }
    }

    /// Hands over all that has arrived by `now`, with its time of arrival, in order.
    pub fn deliver(&mut self, now: Duration, to: &mut dyn FnMut(Duration, Arrival<'_>)) {
        let Wire { pipe, expected_seq, early, .. } = self;
        pipe.deliver(now, &mut |at, datagram| {
            if lane::is_hot(datagram) {
                return to(at, Arrival::Hot(datagram));
            }
            if datagram == [KEEP_ALIVE_LANE] {
                return to(at, Arrival::KeepAlive);
            }
            let (seq, message) = control_message(datagram);
            if seq >= *expected_seq {
                early.insert(seq, message.to_vec());
            }
            while let Some(message) = early.remove(expected_seq) {
                *expected_seq += 1;
                to(at, Arrival::Control(message));
            }
        });
    }
}

fn control_datagram(seq: u64, message: &[u8]) -> Vec<u8> {
    [&[CONTROL_LANE][..], &seq.to_le_bytes(), message].concat()
}

fn control_message(datagram: &[u8]) -> (u64, &[u8]) {
    let (seq, message) = datagram[1..].split_first_chunk().expect("only this file makes control datagrams");
    (u64::from_le_bytes(*seq), message)
}

/// Renet's own resend time of a reliable channel.
const CONTROL_RESEND: Duration = Duration::from_millis(300);
/// Netcode's own interval of signs of life.
const KEEP_ALIVE: Duration = Duration::from_millis(250);
/// First bytes of control datagrams and of signs of life: below the hot lane's.
const CONTROL_LANE: u8 = 0;
const KEEP_ALIVE_LANE: u8 = 1;

const _: () = assert!(CONTROL_LANE < lane::HOT_FIRST && KEEP_ALIVE_LANE < lane::HOT_FIRST);

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::link::profile::Loss;

    #[test]
    fn the_control_lane_of_a_bad_link_is_complete_and_in_order_and_the_hot_lane_is_not() {
        let profile = Profile {
            delay_us: 20_000,
            jitter_us: 15_000,
            loss: Loss::Random { ppm: 300_000 },
            reorder_ppm: 200_000,
            duplicate_ppm: 100_000,
            ..Profile::default()
        };
        let mut wire = Wire::new(profile, 7);
        let (mut hot, mut control) = (0, Vec::new());
        for ms in 0..5000 {
            let now = Duration::from_millis(ms);
            if ms < 2000 && ms % 10 == 0 {
                wire.send_control(now, (ms as u32 / 10).to_le_bytes().to_vec());
                wire.send_hot(now, &[lane::INPUTS]);
            }
            wire.keep_up(now);
            wire.deliver(now, &mut |_, arrival| match arrival {
                Arrival::Hot(_) => hot += 1,
                Arrival::Control(bytes) => control.push(u32::from_le_bytes(bytes.try_into().unwrap())),
                Arrival::KeepAlive => {}
            });
        }
        assert_eq!(control, (0..200).collect::<Vec<u32>>());
        assert!((100..190).contains(&hot), "{hot} of 200 hot datagrams");
    }

    #[test]
    fn what_is_sent_into_a_cut_is_lost_and_what_was_under_way_is_not() {
        let ms = Duration::from_millis;
        let mut wire = Wire::new(Profile { delay_us: 10_000, ..Profile::default() }, 7);
        wire.send_hot(ms(0), &[lane::INPUTS, 0]);
        wire.cut(ms(100));
        wire.send_hot(ms(99), &[lane::INPUTS, 1]);
        wire.send_hot(ms(100), &[lane::INPUTS, 2]);
        let mut arrived = Vec::new();
        wire.deliver(ms(200), &mut |at, arrival| {
            let Arrival::Hot(bytes) = arrival else { panic!("nobody spoke") };
            arrived.push((at, bytes[1]));
        });
        assert_eq!(arrived, [(ms(10), 0), (ms(110), 2)]);
        assert_eq!(wire.datagrams_cut(), 1);
    }
}
