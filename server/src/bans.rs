//! Names that were voted off and may not come back for a while.
//!
//! A name, and no more, is what a client is known by on a LAN: the machine it sits at may be somebody else's as well. Whoever
//! lies about its name is let in again; a vote is for those who can be talked to, a password for the others.

use std::collections::VecDeque;
use std::time::Duration;

/// Who is kept out, and until when, longest ago first.
#[derive(Debug, Default)]
pub struct Bans(VecDeque<(String, Duration)>);

impl Bans {
    /// Keep `name` out for [`BAN`]; of too many the one longest ago is let in again.
    pub fn ban(&mut self, name: &str, now: Duration) {
        if self.0.len() == BANS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((name.to_owned(), now + BAN));
    }

    /// How long `name` is still kept out, if it is.
    pub fn remaining(&self, name: &str, now: Duration) -> Option<Duration> {
        let of_name = self.0.iter().filter(|(banned, _)| banned.to_lowercase() == name.to_lowercase());
        of_name.filter_map(|(_, until)| until.checked_sub(now)).filter(|left| !left.is_zero()).max()
    }
}

/// How long somebody who was voted off stays out.
pub const BAN: Duration = Duration::from_secs(5 * 60);
/// A vote takes longer than this many could be cast in a ban's time.
const BANS_MAX: usize = 64;
