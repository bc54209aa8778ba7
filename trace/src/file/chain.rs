//! The chain of seals: what each covers, and how it stands in the file.
//!
//! Seal n = BLAKE3(seal n-1, then every byte of the file from behind seal n-1 to before seal n); seal 0 is the hash of a
//! fixed sentence, and stands in no file. A seal's own bytes follow from its number and its hash alone, so they cannot
//! change unseen either. Must not know chunks or messages.

use std::collections::BTreeMap;
use std::fmt;

/// BLAKE3 over the seal before it and every byte of the file since.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal(pub [u8; 32]);

/// A chain, at some byte of a file.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// Seals so far.
    pub(super) seals: u64,
    last: Seal,
    /// Of the last seal and what came since.
    hasher: blake3::Hasher,
}

impl Chain {
    pub(super) fn new() -> Chain {
        Chain::from(0, Seal(*blake3::hash(BEGINNING.as_bytes()).as_bytes()))
    }

    fn from(seals: u64, last: Seal) -> Chain {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&last.0);
        Chain { seals, last, hasher }
    }

    /// Bytes of the file that no seal covers yet.
    pub(super) fn cover(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Everything covered so far is sealed.
    pub(super) fn seal(&mut self) -> Seal {
        let seal = Seal(*self.hasher.finalize().as_bytes());
        *self = Chain::from(self.seals + 1, seal);
        seal
    }

    /// The last seal; `None` = there is none yet.
    pub(super) fn last(&self) -> Option<Seal> {
        (self.seals > 0).then_some(self.last)
    }
}

/// What the metadata record of seal number `n` says.
pub(super) fn seal_entries(n: u64, seal: Seal) -> BTreeMap<String, String> {
    BTreeMap::from([("blake3".to_owned(), seal.to_string()), ("n".to_owned(), n.to_string())])
}

/// The bytes of seal number `n`, the only ones that are right.
pub(super) fn seal_bytes(n: u64, seal: Seal) -> Vec<u8> {
    let text = |text: &str, to: &mut Vec<u8>| {
        to.extend_from_slice(&(text.len() as u32).to_le_bytes());
        to.extend_from_slice(text.as_bytes());
    };
    let mut entries = Vec::new();
    for (key, value) in seal_entries(n, seal) {
        text(&key, &mut entries);
        text(&value, &mut entries);
    }
    let mut body = Vec::new();
    text(SEAL, &mut body);
    body.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    body.extend(entries);
    let mut bytes = vec![mcap::records::op::METADATA];
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend(body);
    bytes
}

impl fmt::Display for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Seal({self})")
    }
}

/// Name of the metadata records that are seals.
pub(super) const SEAL: &str = "tickshot.seal";

const BEGINNING: &str = "Tickshot trace: the chain of seals begins here, version 1.";
