//! Quantities of a link as people write them: `100ms`, `2.5mbit`, `64kb`, `0.1%`. Exact both ways.
//!
//! It stands alone so that errors, read-outs and the text form spell a quantity alike. It must not know what it measures.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// A duration in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub u64);

/// Bits per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub u64);

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u32);

/// A share in parts per million, written in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(pub u32);

impl Time {
    pub fn of_millis(ms: u32) -> Time {
        Time(u64::from(ms) * 1000)
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us > 0 && us % 1_000_000 == 0 => write!(f, "{}s", us / 1_000_000),
            us if us > 0 && us < 1000 => write!(f, "{us}us"),
            us => decimal(f, us, 1000, "ms"),
        }
    }
}

impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            bps if bps >= 1_000_000_000 => decimal(f, bps, 1_000_000_000, "gbit"),
            bps if bps >= 1_000_000 => decimal(f, bps, 1_000_000, "mbit"),
            bps => decimal(f, bps, 1000, "kbit"),
        }
    }
}

impl Display for Bytes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1_000_000 && bytes % 1000 == 0 => decimal(f, bytes.into(), 1_000_000, "mb"),
            bytes if bytes >= 1000 && bytes % 100 == 0 => decimal(f, bytes.into(), 1000, "kb"),
            bytes => write!(f, "{bytes}b"),
        }
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        decimal(f, self.0.into(), 10_000, "%")
    }
}

impl FromStr for Time {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Time, UnitError> {
        parse(text, &[("us", 1), ("ms", 1000), ("s", 1_000_000)], u64::from(u32::MAX) * 1000)
            .map(Time)
            .ok_or(UnitError("a time such as 100ms (units: us, ms, s)"))
    }
}

impl FromStr for Rate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Rate, UnitError> {
        let units = [("kbit", 1000), ("mbit", 1_000_000), ("gbit", 1_000_000_000), ("bit", 1)];
        parse(text, &units, u64::MAX).map(Rate).ok_or(UnitError("a rate such as 2mbit (units: kbit, mbit, gbit)"))
    }
}

impl FromStr for Bytes {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Bytes, UnitError> {
        let units = [("kib", 1024), ("mib", 1024 * 1024), ("kb", 1000), ("mb", 1_000_000), ("b", 1), ("", 1)];
        parse(text, &units, u32::MAX.into())
            .map(|bytes| Bytes(bytes as u32))
            .ok_or(UnitError("a number of bytes such as 64kb (units: b, kb, kib, mb, mib)"))
    }
}

impl FromStr for Share {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Share, UnitError> {
        parse(text, &[("%", 10_000)], 1_000_000)
            .map(|ppm| Share(ppm as u32))
            .ok_or(UnitError("a share from 0% to 100%, in steps of 0.0001%"))
    }
}

/// What a quantity should have looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnitError(pub &'static str);

/// `value / one` in plain decimals, as many as it needs, then the unit. `one` is a power of ten.
fn decimal(f: &mut Formatter<'_>, value: u64, one: u64, unit: &str) -> fmt::Result {
    let (whole, mut rest) = (value / one, value % one);
    write!(f, "{whole}")?;
    if rest > 0 {
        write!(f, ".")?;
        let mut place = one / 10;
        while rest > 0 {
            write!(f, "{}", rest / place)?;
            rest %= place;
            place /= 10;
        }
    }
    write!(f, "{unit}")
}

/// `digits[.digits]` and a unit that the number is multiplied with; none unless that is a whole number of at most `most`.
fn parse(text: &str, units: &[(&str, u64)], most: u64) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, one) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let places = 10u128.pow(fraction.len() as u32);
    let scaled = u128::from(fraction.parse::<u64>().ok()?) * u128::from(*one);
    let value = u128::from(whole.parse::<u64>().ok()?) * u128::from(*one) + scaled / places;
    (scaled % places == 0 && value <= most.into()).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_as_people_write_them() {
        assert_eq!("1.5ms".parse(), Ok(Time(1500)));
        assert_eq!("2s".parse(), Ok(Time(2_000_000)));
        assert_eq!("2.5mbit".parse(), Ok(Rate(2_500_000)));
        assert_eq!("64kib".parse(), Ok(Bytes(65_536)));
        assert_eq!("0.1%".parse(), Ok(Share(1000)));
        assert_eq!(
            [Time(0).to_string(), Time(150).to_string(), Time(1_500_000).to_string()],
            ["0ms", "150us", "1500ms"]
        );
        assert_eq!([Share(1).to_string(), Share(1_000_000).to_string()], ["0.0001%", "100%"]);
        assert_eq!([Rate(1).to_string(), Rate(2_500_000).to_string()], ["0.001kbit", "2.5mbit"]);
        assert_eq!([Bytes(65_536).to_string(), Bytes(64_000).to_string()], ["65536b", "64kb"]);
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in
            ["", "ms", "100", "-1ms", "1e3ms", "1.ms", ".5ms", "1..5ms", "0.5us", "1m", "9999999999999999999ms", "1 ms"]
        {
            assert!(text.parse::<Time>().is_err(), "{text:?}");
        }
        for text in ["101%", "5", "%", "0.00001%"] {
            assert!(text.parse::<Share>().is_err(), "{text:?}");
        }
        assert!("5000mb".parse::<Bytes>().is_err() && "1.5b".parse::<Bytes>().is_err());
    }
}
