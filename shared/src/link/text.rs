//! Link profiles as text, word for word like Linux `tc netem` where it has a word for it (tc-netem(8)).
//!
//! `delay 100ms 20ms 25% distribution normal loss gemodel 1% 10% duplicate 0.1% reorder 5% rate 2mbit queue 64kb mtu 1200
//! freeze 2s every 10s` is one direction. Settings of a link are such text for both directions, or `up ... down ...`, after the
//! name of a preset if wanted. What is written reads back as the same value. It must not know what a profile does.

use super::presets::{self, PRESETS};
use super::profile::{Distribution, LinkError, LinkSettings, Loss, PPM, Profile, ProfileError};
use super::units::{Bytes, Rate, Share, Time};
pub use super::words::QUEUE_BYTES_DEFAULT;
use super::words::{CLEAN, DISTRIBUTIONS, Words};
use crate::limits::LINK_TEXT_BYTES_MAX;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// Why a text is no link: which word, the how many-eth it is, what would do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkTextError {
    #[error("word {at} '{word}' is none of {}", WORDS.join(", "))]
    Unknown { at: usize, word: String },
    #[error("word {at} '{word}' is no preset ({}) and none of {}", preset_names(), WORDS.join(", "))]
    UnknownFirst { at: usize, word: String },
    #[error("word {at} '{word}' must be {allowed}")]
    Value { at: usize, word: String, allowed: &'static str },
    #[error("'{after}' at the end must be followed by {allowed}")]
    Missing { after: String, allowed: &'static str },
    #[error("word {at} '{word}' comes a second time; give it once per direction")]
    Twice { at: usize, word: String },
    #[error("word {at} '{word}': {reason}")]
    Misplaced { at: usize, word: String, reason: &'static str },
    #[error("the text has {bytes} bytes; at most {LINK_TEXT_BYTES_MAX}")]
    Long { bytes: usize },
    #[error("{0}")]
    Direction(#[from] LinkError),
    #[error("{0}")]
    Profile(#[from] ProfileError),
}

impl FromStr for Profile {
    type Err = LinkTextError;

    /// One direction. Empty, `clean` and `off` mean nothing happens.
    fn from_str(text: &str) -> Result<Profile, LinkTextError> {
        let mut words = Words::of(text)?;
        let mut profile = Profile::default();
        if !words.skip_clean()? {
            let mut seen = Vec::new();
            while let Some(word) = words.next() {
                if is_direction(word) {
                    return Err(words.misplaced(word, "this text is one direction already"));
                }
                words.apply(word, &mut seen, &mut [&mut profile])?;
            }
        }
        profile.check()?;
        Ok(profile)
    }
}

impl FromStr for LinkSettings {
    type Err = LinkTextError;

    /// Both directions. Words in front of the first `up` or `down` count for both, later ones win; a preset comes first.
    fn from_str(text: &str) -> Result<LinkSettings, LinkTextError> {
        let mut words = Words::of(text)?;
        let mut link = LinkSettings::default();
        if words.skip_clean()? {
            return Ok(link);
        }
        if let Some(preset) = words.peek().and_then(presets::find) {
            words.next();
            link = preset.link;
        }
        let (mut seen, mut directions) = (Vec::new(), Vec::new());
        while let Some(word) = words.next() {
            if is_direction(word) {
                if directions.contains(&word) {
                    return Err(LinkTextError::Twice { at: words.at, word: word.to_owned() });
                }
                directions.push(word);
                seen.clear();
                continue;
            }
            match directions.last() {
                None => words.apply(word, &mut seen, &mut [&mut link.up, &mut link.down])?,
                Some(&"up") => words.apply(word, &mut seen, &mut [&mut link.up])?,
                Some(_) => words.apply(word, &mut seen, &mut [&mut link.down])?,
            }
        }
        link.check()?;
        Ok(link)
    }
}

impl Display for Profile {
    /// Only what differs from nothing; `clean` if that is all.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        if (self.delay_us, self.jitter_us, self.correlation_ppm) != (0, 0, 0) {
            words.push(format!("delay {}", Time(self.delay_us.into())));
            if (self.jitter_us, self.correlation_ppm) != (0, 0) {
                words.push(Time(self.jitter_us.into()).to_string());
            }
            if self.correlation_ppm != 0 {
                words.push(Share(self.correlation_ppm).to_string());
            }
        }
        let shape = DISTRIBUTIONS.iter().find(|(_, shape)| *shape == self.distribution);
        if let Some((name, _)) = shape.filter(|_| self.distribution != Distribution::default()) {
            words.push(format!("distribution {name}"));
        }
        match self.loss {
            Loss::Random { ppm: 0 } => {}
            Loss::Random { ppm } => words.push(format!("loss {}", Share(ppm))),
            Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm, loss_bad_ppm } => {
                words.push(format!("loss gemodel {} {}", Share(to_bad_ppm), Share(to_good_ppm)));
                if (loss_bad_ppm, loss_good_ppm) != (PPM, 0) {
                    words.push(Share(loss_bad_ppm).to_string());
                }
                if loss_good_ppm != 0 {
                    words.push(Share(loss_good_ppm).to_string());
                }
            }
        }
        let shares = [("duplicate", self.duplicate_ppm), ("reorder", self.reorder_ppm)];
        words.extend(shares.iter().filter(|(_, ppm)| *ppm != 0).map(|(word, ppm)| format!("{word} {}", Share(*ppm))));
        if self.rate_bps != 0 {
            words.push(format!("rate {}", Rate(self.rate_bps)));
        }
        if self.rate_bps != 0 || self.queue_bytes != 0 {
            words.push(format!("queue {}", Bytes(self.queue_bytes)));
        }
        if self.mtu_bytes != 0 {
            words.push(format!("mtu {}", self.mtu_bytes));
        }
        if self.freeze_ms != 0 {
            words.push(format!("freeze {}", Time::of_millis(self.freeze_ms)));
            if self.freeze_every_ms != 0 {
                words.push(format!("every {}", Time::of_millis(self.freeze_every_ms)));
            }
        }
        f.write_str(if words.is_empty() { CLEAN[0].to_owned() } else { words.join(" ") }.as_str())
    }
}

impl Display for LinkSettings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let nothing = Profile::default();
        match (self.up == nothing, self.down == nothing) {
            _ if self.up == self.down => write!(f, "{}", self.up),
            (false, true) => write!(f, "up {}", self.up),
            (true, false) => write!(f, "down {}", self.down),
            _ => write!(f, "up {} down {}", self.up, self.down),
        }
    }
}

fn is_direction(word: &str) -> bool {
    word == "up" || word == "down"
}

fn preset_names() -> String {
    PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", ")
}

/// What an error offers; `every` belongs to `freeze`.
const WORDS: [&str; 11] =
    ["delay", "distribution", "loss", "duplicate", "reorder", "rate", "queue", "mtu", "freeze", "up", "down"];
