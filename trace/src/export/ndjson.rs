//! One line of JSON per record, in the order of the file: for `jq`, `grep` and whatever reads lines.
//!
//! A line is `{"process", "channel", "at_ns", "message"}`; a message has the fields of the schema under their names there.
//! Numbers of 64 bits are text, since JavaScript would round them; ids are UUIDs, other bytes hexadecimal. Must not know what
//! a message means.

use crate::record::{Record, Stamped};
use serde::Serialize;
use std::io::{self, Write};

/// Appends `records` of the process `process`; returns how many.
pub fn write(process: &str, records: &[Stamped], out: &mut impl Write) -> io::Result<u64> {
    for Stamped { at, record } in records {
        let (channel, _) = Record::CHANNELS[record.channel()];
        let line = Line { process, channel, at_ns: at.as_nanos().to_string(), message: record };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(records.len() as u64)
}

#[derive(Serialize)]
struct Line<'r> {
    process: &'r str,
    channel: &'static str,
    at_ns: String,
    message: &'r Record,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Header, Role, SessionEvent, Shot, session_event};
    use std::time::Duration;

    fn line(record: Record) -> serde_json::Value {
        let mut out = Vec::new();
        let at = Duration::from_nanos(9_007_199_254_740_993);
        assert_eq!(write("server", &[Stamped { at, record }], &mut out).unwrap(), 1);
        assert_eq!(out.last(), Some(&b'\n'));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn numbers_beyond_javascript_ids_and_enums_are_text() {
        let header =
            Header { seed: u64::MAX, role: Role::Server.into(), continues: vec![0xab, 1], ..Header::default() };
        let json = line(header.into());
        assert_eq!((&json["at_ns"], &json["channel"]), (&"9007199254740993".into(), &"/header".into()));
        assert_eq!(json["message"]["seed"], "18446744073709551615");
        assert_eq!((&json["message"]["role"], &json["message"]["continues"]), (&"ROLE_SERVER".into(), &"ab01".into()));
        let shot = Shot { id: (0..16).collect(), muzzle_x: -7, ..Shot::default() };
        let json = line(shot.into());
        assert_eq!(json["message"]["id"], "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(json["message"]["muzzle_x"], -7);
    }

    #[test]
    fn what_a_player_calls_itself_stays_on_its_line() {
        let name = "a\n{\"b\"}\u{2028}";
        let event =
            SessionEvent { name: name.into(), kind: session_event::Kind::Left.into(), ..SessionEvent::default() };
        let json = line(event.into());
        assert_eq!((&json["message"]["name"], &json["message"]["kind"]), (&name.into(), &"LEFT".into()));
    }
}
