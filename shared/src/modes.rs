//! Every switch that decides what a player sees of time, as data: read once per frame or tick, sent along, recorded.
//!
//! Presentation modes ([`Prediction`], [`Others`]) belong to the client. [`HitCheck`] and the snapshot interval concern
//! fairness: the client asks, a server that allows experiments grants. Must not know who acts on a mode, or how.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// All axes of one client. The default is the full machinery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modes {
    pub prediction: Prediction,
    pub others: Others,
    pub hits: HitCheck,
    /// The server sends this client a snapshot every so many ticks, 1..=[`SNAPSHOT_EVERY_MAX`].
    pub snapshot_every: u8,
    /// Inputs one packet repeats at most, newest included, 1..=[`REDUNDANCY_MAX`].
    pub redundancy: u8,
}

/// What is drawn of the own player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Prediction {
    /// Only what the server said: drawn like the others, a round trip late.
    Off,
    /// Inputs act at once; what the server says of it is ignored until the next spawn.
    Unreconciled,
    /// Inputs act at once; a difference to what the server says replaces the prediction, visibly.
    Reconciled,
    /// As `Reconciled`, and the visible jump glides away.
    #[default]
    Smoothed,
}

/// Where in time the others are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Others {
    /// As the newest snapshot tells, at once.
    Newest,
    /// Between two snapshots, late enough that both are there.
    Interpolate(Delay),
    /// Beyond the newest snapshot, straight on, to the server's present.
    Extrapolate,
}

/// How far display now stays behind the newest snapshot that can be expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delay {
    /// As little as measured jitter and loss allow.
    #[default]
    Adaptive,
    /// Milliseconds, 0..=[`DELAY_MS_MAX`].
    FixedMs(u16),
}

/// Which past a shot is tested in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HitCheck {
    /// The server's present: no lag compensation.
    None,
    /// The server's state of the whole tick nearest to what the shooter saw.
    WholeTick,
    /// The very blend of the very snapshots that the shooter saw.
    #[default]
    Exact,
}

/// Longest snapshot interval, ticks.
pub const SNAPSHOT_EVERY_MAX: u8 = 16;
/// Most inputs in one packet.
pub const REDUNDANCY_MAX: u8 = crate::limits::INPUTS_PER_PACKET_MAX as u8;
/// Longest fixed display delay, milliseconds.
pub const DELAY_MS_MAX: u16 = 400;

impl Default for Modes {
    fn default() -> Modes {
        Modes {
            prediction: Prediction::default(),
            others: Others::default(),
            hits: HitCheck::default(),
            snapshot_every: 1,
            redundancy: REDUNDANCY_MAX,
        }
    }
}

impl Default for Others {
    fn default() -> Others {
        Others::Interpolate(Delay::Adaptive)
    }
}

impl Prediction {
    pub const ALL: [Prediction; 4] =
        [Prediction::Off, Prediction::Unreconciled, Prediction::Reconciled, Prediction::Smoothed];

    /// Do own inputs act before the server has said so?
    pub fn predicts(self) -> bool {
        self != Prediction::Off
    }

    /// Is a wrong prediction replaced by what the server says?
    pub fn reconciles(self) -> bool {
        matches!(self, Prediction::Reconciled | Prediction::Smoothed)
    }

    pub fn name(self) -> &'static str {
        match self {
            Prediction::Off => "off",
            Prediction::Unreconciled => "predict",
            Prediction::Reconciled => "reconcile",
            Prediction::Smoothed => "smooth",
        }
    }
}

impl HitCheck {
    pub const ALL: [HitCheck; 3] = [HitCheck::None, HitCheck::WholeTick, HitCheck::Exact];

    pub fn name(self) -> &'static str {
        match self {
            HitCheck::None => "none",
            HitCheck::WholeTick => "tick",
            HitCheck::Exact => "exact",
        }
    }
}

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Others::Newest => f.write_str("newest"),
            Others::Interpolate(Delay::Adaptive) => f.write_str("interpolate"),
            Others::Interpolate(Delay::FixedMs(ms)) => write!(f, "interpolate:{ms}ms"),
            Others::Extrapolate => f.write_str("extrapolate"),
        }
    }
}

/// `prediction=smooth,others=interpolate,hits=exact,snapshots=1,redundancy=8`: reads back as the same modes.
impl fmt::Display for Modes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modes { prediction, others, hits, snapshot_every, redundancy } = self;
        let (prediction, hits) = (prediction.name(), hits.name());
        write!(
            f,
            "prediction={prediction},others={others},hits={hits},snapshots={snapshot_every},redundancy={redundancy}"
        )
    }
}

/// A mode that does not exist, with what there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModesError {
    #[error("'{0}' is not AXIS=VALUE; write for example prediction=off,others=newest,hits=none")]
    NotAPair(String),
    #[error("there is no mode '{0}'; there are prediction, others, hits, snapshots and redundancy")]
    Axis(String),
    #[error("'{value}' is no value of {axis}; it can be {allowed}")]
    Value { axis: &'static str, value: String, allowed: &'static str },
    #[error("'{0}' is set twice")]
    Twice(String),
}

/// Axes that are left out have their default.
impl FromStr for Modes {
    type Err = ModesError;

    fn from_str(text: &str) -> Result<Modes, ModesError> {
        let mut modes = Modes::default();
        let mut seen: Vec<&str> = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (axis, value) = pair.split_once('=').ok_or_else(|| ModesError::NotAPair(pair.to_owned()))?;
            let (axis, value) = (axis.trim(), value.trim());
            if seen.contains(&axis) {
                return Err(ModesError::Twice(axis.to_owned()));
            }
            seen.push(axis);
            modes.set(axis, value)?;
        }
        Ok(modes)
    }
}

impl Modes {
    fn set(&mut self, axis: &str, value: &str) -> Result<(), ModesError> {
        let wrong = |axis: &'static str, allowed: &'static str| {
            move || ModesError::Value { axis, value: value.to_owned(), allowed }
        };
        match axis {
            "prediction" => {
                let found = Prediction::ALL.into_iter().find(|p| p.name() == value);
                self.prediction = found.ok_or_else(wrong("prediction", "off, predict, reconcile or smooth"))?;
            }
            "others" => {
                let allowed = "newest, interpolate, interpolate:80ms (0 to 400 ms) or extrapolate";
                self.others = parse_others(value).ok_or_else(wrong("others", allowed))?;
            }
            "hits" => {
                let found = HitCheck::ALL.into_iter().find(|h| h.name() == value);
                self.hits = found.ok_or_else(wrong("hits", "none, tick or exact"))?;
            }
            "snapshots" => {
                let found = value.parse().ok().filter(|every| (1..=SNAPSHOT_EVERY_MAX).contains(every));
                self.snapshot_every = found.ok_or_else(wrong("snapshots", "a number of ticks from 1 to 16"))?;
            }
            "redundancy" => {
                let found = value.parse().ok().filter(|inputs| (1..=REDUNDANCY_MAX).contains(inputs));
                self.redundancy = found.ok_or_else(wrong("redundancy", "a number of inputs from 1 to 8"))?;
            }
            other => return Err(ModesError::Axis(other.to_owned())),
        }
        Ok(())
    }
}

fn parse_others(value: &str) -> Option<Others> {
    Some(match value {
        "newest" => Others::Newest,
        "interpolate" => Others::Interpolate(Delay::Adaptive),
        "extrapolate" => Others::Extrapolate,
        _ => {
            let ms: u16 = value.strip_prefix("interpolate:")?.strip_suffix("ms")?.parse().ok()?;
            Others::Interpolate(Delay::FixedMs(Some(ms).filter(|ms| *ms <= DELAY_MS_MAX)?))
        }
    })
}

const _: () = assert!(SNAPSHOT_EVERY_MAX == 16 && REDUNDANCY_MAX == 8 && DELAY_MS_MAX == 400, "the errors name them");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_back_as_they_were_written() {
        for prediction in Prediction::ALL {
            for others in
                [Others::Newest, Others::Extrapolate, Others::default(), Others::Interpolate(Delay::FixedMs(80))]
            {
                for hits in HitCheck::ALL {
                    let modes = Modes { prediction, others, hits, snapshot_every: 3, redundancy: 2 };
                    assert_eq!(modes.to_string().parse(), Ok(modes));
                }
            }
        }
        assert_eq!("".parse(), Ok(Modes::default()));
    }

    #[test]
    fn a_mode_that_does_not_exist_is_named_with_what_there_is() {
        let error = |text: &str| text.parse::<Modes>().unwrap_err().to_string();
        assert!(error("prediction=on").contains("smooth"));
        assert!(error("predict=off").contains("'predict'"));
        assert!(error("hits").contains("AXIS=VALUE"));
        assert!(error("others=interpolate:500ms").contains("400"));
        assert!(error("hits=none,hits=exact").contains("twice"));
        assert!(error("snapshots=0").contains("1 to 16"));
    }
}
