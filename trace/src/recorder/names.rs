//! Names of files: the time in UTC, who, which part. Must not know the disk.

/// The part of a file's name that all parts of a recording share: `20261122-224608-server`.
pub(super) fn stem(unix_ns: i64, label: &str) -> String {
    let digits: String = utc(unix_ns).chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{}-{}", digits.replace(' ', "-"), plain(label))
}

/// `2026-11-22 22:46:08`.
pub(crate) fn utc(unix_ns: i64) -> String {
    let seconds = unix_ns.div_euclid(1_000_000_000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// A label that is a file name everywhere. Names of players come from anywhere.
fn plain(label: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let plain: String = label.chars().take(LABEL_CHARS_MAX).map(allowed).collect();
    if plain.is_empty() { "trace".to_owned() } else { plain }
}

/// The Gregorian date of a day since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
fn date(day: i64) -> (i64, i64, i64) {
    // Years that begin in March, in eras of 400 years.
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + 400 * era + i64::from(month <= 2), month, day)
}

const LABEL_CHARS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_when_in_utc_and_who_in_letters_that_every_disk_takes() {
        assert_eq!(stem(1_795_387_568_999_999_999, "server"), "20261122-224608-server");
        assert_eq!(stem(951_782_400_000_000_000, "client-Ann"), "20000229-000000-client-Ann");
        assert_eq!(stem(0, "a/b\\..:\u{e9}"), "19700101-000000-a_b_____");
        assert_eq!(stem(-1, ""), "19691231-235959-trace");
    }
}
