//! One direction of the way between a machine and the server: both lanes over one conditioned link.
//!
//! The hot lane is what the link makes of it. The control lane does what renet does: numbered messages, resent until they
//! are there, handed out in order. Its acks are not sent: the sender looks at the other end, so a resend happens exactly
//! when one is needed. Must not know what the bytes mean.

use super::pipe::Pipe;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tickshot_shared::link::profile::Profile;
use tickshot_shared::protocol::lane;

/// One direction.
pub struct Wire {
    pipe: Pipe,
    /// Everything sent before this is lost.
    cut_until: Duration,
    cut: u64,
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
pub enum Arrival {
    Hot(Vec<u8>),
    Control(Vec<u8>),
}

impl Wire {
    /// A wire that does to datagrams what `profile` says, by the draws of `seed`.
    pub fn new(profile: Profile, seed: u64) -> Wire {
        Wire {
            pipe: Pipe::new(profile, seed),
            cut_until: Duration::ZERO,
            cut: 0,
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
        self.send(now, bytes.to_vec());
    }

    pub fn send_control(&mut self, now: Duration, bytes: Vec<u8>) {
        self.send(now, control_datagram(self.next_seq, &bytes));
        self.unheard.push_back(Unheard { seq: self.next_seq, sent: now, bytes });
        self.next_seq += 1;
    }

    /// Sends again what should have been heard by now. For each end to call as often as it sends.
    pub fn resend(&mut self, now: Duration) {
        let expected = self.expected_seq;
        self.unheard.retain(|message| message.seq >= expected && !self.early.contains_key(&message.seq));
        let mut again = Vec::new();
        for message in self.unheard.iter_mut().filter(|m| now >= m.sent + CONTROL_RESEND) {
            message.sent = now;
            again.push(control_datagram(message.seq, &message.bytes));
        }
        again.into_iter().for_each(|datagram| self.send(now, datagram));
    }

    fn send(&mut self, now: Duration, datagram: Vec<u8>) {
        if now < self.cut_until {
            self.cut += 1;
        } else {
            self.pipe.push(now, datagram);
        }
    }

    /// Hands over all that has arrived by `now`, with its time of arrival, in order.
    pub fn deliver(&mut self, now: Duration, to: &mut dyn FnMut(Duration, Arrival)) {
        while let Some((at, datagram)) = self.pipe.pop(now) {
            if lane::is_hot(&datagram) {
                to(at, Arrival::Hot(datagram));
                continue;
            }
            let (seq, message) = control_message(&datagram);
            if seq >= self.expected_seq {
                self.early.insert(seq, message.to_vec());
            }
            while let Some(message) = self.early.remove(&self.expected_seq) {
                self.expected_seq += 1;
                to(at, Arrival::Control(message));
            }
        }
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
/// First byte of a control datagram: below the hot lane's.
const CONTROL_LANE: u8 = 0;

const _: () = assert!(CONTROL_LANE < lane::HOT_FIRST);
