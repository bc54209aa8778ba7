//! Mending: what is whole of a torn file, as a finished file that every reader takes. Its seals are new, so it says of
//! which file it is made, and how that one's chain ended: who trusted that seal can still compare.

use super::chain::Seal;
use super::health::{Health, Origin};
use super::read::ReadError;
use super::scan::{Whole, scan};
use super::write::{TraceWriter, WriteOptions};
use std::collections::BTreeMap;
use std::io;

/// What became of a torn file.
#[derive(Clone, Debug)]
pub struct Recovered {
    pub bytes: Vec<u8>,
    /// Of the new file.
    pub seal: Seal,
    /// Of the torn one.
    pub health: Health,
}

/// Rewrite what is whole.
pub fn recover(bytes: &[u8]) -> Result<Recovered, ReadError> {
    let health = scan(bytes, |_| {})?;
    if health.messages == 0 {
        let fault = health.faults.first().map_or_else(|| "it has no records".to_owned(), ToString::to_string);
        return Err(ReadError::Nothing(fault));
    }
    let (seal, bytes) = rewrite(bytes, &health).map_err(ReadError::Rewrite)?;
    Ok(Recovered { bytes, seal, health })
}

fn rewrite(bytes: &[u8], health: &Health) -> io::Result<(Seal, Vec<u8>)> {
    let mut writer = TraceWriter::new(Vec::new(), 0, WriteOptions::default())?;
    writer.note_origin(&Origin::from(health))?;
    let mut channels = BTreeMap::new();
    let mut outcome = Ok(());
    let scanned = scan(bytes, |message| {
        if outcome.is_ok() {
            outcome = copy(&message, &mut writer, &mut channels);
        }
    });
    scanned.map_err(io::Error::other)?;
    outcome?;
    writer.finish()
}

/// A message as it is, with its own schema: what a later version wrote stays what it was.
fn copy(
    message: &Whole<'_>,
    writer: &mut TraceWriter<Vec<u8>>,
    channels: &mut BTreeMap<String, u16>,
) -> io::Result<()> {
    let channel = message.channel;
    let id = match channels.get(&channel.topic) {
        Some(id) => *id,
        None => {
            let id = writer.add_channel(&channel.topic, &channel.schema.name, &channel.schema.descriptor)?;
            channels.insert(channel.topic.clone(), id);
            id
        }
    };
    writer.write_message(id, message.log_time, message.payload)
}

impl From<&Health> for Origin {
    fn from(health: &Health) -> Origin {
        Origin {
            bytes: health.bytes,
            valid_bytes: health.valid_bytes,
            seals: health.seals,
            last_seal: health.last_seal.clone(),
            fault: health.faults.first().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

impl Origin {
    pub(super) fn entries(&self) -> BTreeMap<String, String> {
        [
            ("bytes", self.bytes.to_string()),
            ("valid_bytes", self.valid_bytes.to_string()),
            ("seals", self.seals.to_string()),
            ("last_seal", self.last_seal.clone()),
            ("fault", self.fault.clone()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// What is missing or no number is zero: the seals say whether it was changed.
    pub(super) fn of(entries: &[(&str, &str)]) -> Origin {
        let text = |key| entries.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| *value);
        let number = |key| text(key).parse().unwrap_or(0);
        Origin {
            bytes: number("bytes"),
            valid_bytes: number("valid_bytes"),
            seals: number("seals"),
            last_seal: text("last_seal").to_owned(),
            fault: text("fault").to_owned(),
        }
    }
}
