//! The words of a link's text, taken one by one: what each may be followed by, and what it changes.
//!
//! It stands alone because a word means the same in either direction and after any preset. It must not know directions.

use super::presets;
use super::profile::{Distribution, Loss, PPM, Profile};
use super::text::LinkTextError;
use super::units::{Bytes, Rate, Share, Time, UnitError};
use crate::limits::LINK_TEXT_BYTES_MAX;
use std::iter::Peekable;
use std::str::{FromStr, SplitAsciiWhitespace};

/// The words of a text, with the position of the last one taken.
pub(super) struct Words<'a> {
    rest: Peekable<SplitAsciiWhitespace<'a>>,
    pub(super) at: usize,
    last: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Result<Words<'a>, LinkTextError> {
        if text.len() > LINK_TEXT_BYTES_MAX {
            return Err(LinkTextError::Long { bytes: text.len() });
        }
        Ok(Words { rest: text.split_ascii_whitespace().peekable(), at: 0, last: "" })
    }

    pub(super) fn peek(&mut self) -> Option<&'a str> {
        self.rest.peek().copied()
    }

    pub(super) fn next(&mut self) -> Option<&'a str> {
        self.last = self.rest.next()?;
        self.at += 1;
        Some(self.last)
    }

    /// True if there is nothing, or only a word for nothing.
    pub(super) fn skip_clean(&mut self) -> Result<bool, LinkTextError> {
        match self.peek() {
            None => Ok(true),
            Some(word) if CLEAN.contains(&word) => {
                self.next();
                match self.next() {
                    None => Ok(true),
                    Some(more) => Err(self.misplaced(more, "a clean link has no other words")),
                }
            }
            Some(_) => Ok(false),
        }
    }

    /// What `word` and the values after it say, to each of `profiles`.
    pub(super) fn apply(
        &mut self,
        word: &'a str,
        seen: &mut Vec<&'a str>,
        profiles: &mut [&mut Profile],
    ) -> Result<(), LinkTextError> {
        if seen.contains(&word) {
            return Err(LinkTextError::Twice { at: self.at, word: word.to_owned() });
        }
        let change = self.change(word)?;
        seen.push(word);
        profiles.iter_mut().for_each(|profile| change.make(profile));
        Ok(())
    }

    fn change(&mut self, word: &str) -> Result<Change, LinkTextError> {
        Ok(match word {
            "delay" => {
                let delay = self.time()?;
                let jitter = self.optional(Words::time)?;
                // A correlation only after a jitter: it is the jitter's.
                let correlation = if jitter.is_some() { self.optional(Words::share)? } else { None };
                Change::Delay { delay, jitter, correlation }
            }
            "distribution" => Change::Distribution(self.distribution()?),
            "loss" => Change::Loss(self.loss()?),
            "duplicate" => Change::Duplicate(self.share()?),
            "reorder" => Change::Reorder(self.share()?),
            "rate" => Change::Rate(self.value::<Rate>("a rate such as 2mbit")?.0),
            "queue" => Change::Queue(self.value::<Bytes>("a number of bytes such as 64kb")?.0),
            "mtu" => Change::Mtu(self.mtu()?),
            "freeze" => {
                let freeze_ms = self.millis()?;
                let every_ms = match self.peek() {
                    Some("every") => {
                        self.next();
                        self.millis()?
                    }
                    _ => 0,
                };
                Change::Freeze { freeze_ms, every_ms }
            }
            _ => return Err(self.unknown(word)),
        })
    }

    /// The value of the next word if that starts like a number: optional values come before the next keyword.
    fn optional<T>(&mut self, take: fn(&mut Self) -> Result<T, LinkTextError>) -> Result<Option<T>, LinkTextError> {
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        if self.peek().is_some_and(is_number) { take(self).map(Some) } else { Ok(None) }
    }

    fn value<T: FromStr<Err = UnitError>>(&mut self, allowed: &'static str) -> Result<T, LinkTextError> {
        let after = self.last;
        let word = self.next().ok_or_else(|| LinkTextError::Missing { after: cut(after), allowed })?;
        word.parse().map_err(|UnitError(allowed)| LinkTextError::Value { at: self.at, word: cut(word), allowed })
    }

    /// Microseconds.
    fn time(&mut self) -> Result<u32, LinkTextError> {
        let Time(us) = self.value("a time such as 100ms")?;
        u32::try_from(us).map_err(|_| self.refused("a time of at most 10s"))
    }

    /// Milliseconds.
    fn millis(&mut self) -> Result<u32, LinkTextError> {
        let Time(us) = self.value("a time such as 2s")?;
        match u32::try_from(us / 1000) {
            Ok(ms) if us % 1000 == 0 => Ok(ms),
            _ => Err(self.refused("a time in whole milliseconds")),
        }
    }

    fn share(&mut self) -> Result<u32, LinkTextError> {
        self.value::<Share>("a share such as 5%").map(|Share(ppm)| ppm)
    }

    fn mtu(&mut self) -> Result<u16, LinkTextError> {
        let Bytes(bytes) = self.value("a number of bytes such as 1200")?;
        u16::try_from(bytes).map_err(|_| self.refused("at most 65535 bytes"))
    }

    fn distribution(&mut self) -> Result<Distribution, LinkTextError> {
        let after = self.last;
        let allowed = "uniform, normal or skewed";
        let word = self.next().ok_or_else(|| LinkTextError::Missing { after: cut(after), allowed })?;
        DISTRIBUTIONS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, shape)| *shape)
            .ok_or_else(|| self.refused(allowed))
    }

    fn loss(&mut self) -> Result<Loss, LinkTextError> {
        match self.peek() {
            Some("gemodel") => self.next(),
            Some("random") => {
                self.next();
                return self.random_loss();
            }
            Some("state") => {
                self.next();
                return Err(self.refused("a share such as 5%, 'random' or 'gemodel'; 'state' is not offered"));
            }
            _ => return self.random_loss(),
        };
        let to_bad_ppm = self.share()?;
        let to_good_ppm = self.optional(Words::share)?;
        let loss_bad_ppm = if to_good_ppm.is_some() { self.optional(Words::share)? } else { None };
        let loss_good_ppm = if loss_bad_ppm.is_some() { self.optional(Words::share)? } else { None };
        Ok(Loss::Bursts {
            to_bad_ppm,
            // The defaults of netem: no memory, all lost in the bad state, nothing in the good one.
            to_good_ppm: to_good_ppm.unwrap_or(PPM - to_bad_ppm),
            loss_good_ppm: loss_good_ppm.unwrap_or(0),
            loss_bad_ppm: loss_bad_ppm.unwrap_or(PPM),
        })
    }

    fn random_loss(&mut self) -> Result<Loss, LinkTextError> {
        let loss = Loss::Random { ppm: self.share()? };
        match self.optional(Words::share)? {
            None => Ok(loss),
            // As the netem manual itself advises.
            Some(_) => Err(self.misplaced(self.last, "correlated loss is not offered; use 'loss gemodel' for bursts")),
        }
    }

    fn refused(&self, allowed: &'static str) -> LinkTextError {
        LinkTextError::Value { at: self.at, word: cut(self.last), allowed }
    }

    pub(super) fn misplaced(&self, word: &str, reason: &'static str) -> LinkTextError {
        LinkTextError::Misplaced { at: self.at, word: cut(word), reason }
    }

    fn unknown(&self, word: &str) -> LinkTextError {
        let (at, word) = (self.at, cut(word));
        if CLEAN.contains(&word.as_str()) || presets::find(&word).is_some() {
            return LinkTextError::Misplaced { at, word, reason: "a preset, 'clean' or 'off' comes first" };
        }
        if at == 1 { LinkTextError::UnknownFirst { at, word } } else { LinkTextError::Unknown { at, word } }
    }
}

/// What one word with its values changes; what it does not name stays as a preset set it.
enum Change {
    Delay { delay: u32, jitter: Option<u32>, correlation: Option<u32> },
    Distribution(Distribution),
    Loss(Loss),
    Duplicate(u32),
    Reorder(u32),
    Rate(u64),
    Queue(u32),
    Mtu(u16),
    Freeze { freeze_ms: u32, every_ms: u32 },
}

impl Change {
    fn make(&self, profile: &mut Profile) {
        match *self {
            Change::Delay { delay, jitter, correlation } => {
                profile.delay_us = delay;
                profile.jitter_us = jitter.unwrap_or(profile.jitter_us);
                profile.correlation_ppm = correlation.unwrap_or(profile.correlation_ppm);
            }
            Change::Distribution(distribution) => profile.distribution = distribution,
            Change::Loss(loss) => profile.loss = loss,
            Change::Duplicate(ppm) => profile.duplicate_ppm = ppm,
            Change::Reorder(ppm) => profile.reorder_ppm = ppm,
            Change::Rate(bps) => {
                profile.rate_bps = bps;
                if profile.queue_bytes == 0 {
                    profile.queue_bytes = QUEUE_BYTES_DEFAULT;
                }
            }
            Change::Queue(bytes) => profile.queue_bytes = bytes,
            Change::Mtu(bytes) => profile.mtu_bytes = bytes,
            Change::Freeze { freeze_ms, every_ms } => {
                profile.freeze_ms = freeze_ms;
                profile.freeze_every_ms = every_ms;
            }
        }
    }
}

/// As much of a word as an error shows.
fn cut(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(24).collect()
}

/// What stands for nothing; the first is written.
pub(super) const CLEAN: [&str; 2] = ["clean", "off"];
pub(super) const DISTRIBUTIONS: [(&str, Distribution); 3] =
    [("uniform", Distribution::Uniform), ("normal", Distribution::Normal), ("skewed", Distribution::Skewed)];
/// The queue of a rate that names none: what cheap home routers have, some 50 full datagrams.
pub const QUEUE_BYTES_DEFAULT: u32 = 64_000;
