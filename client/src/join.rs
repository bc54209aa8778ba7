//! From "welcome" to a loaded arena: the map this machine has, or the server's, asked for piece by piece.
//!
//! The whole file is checked against the hash of the welcome before it is parsed, and parsed before it is trusted. Must
//! not know how messages travel.

use std::sync::Arc;
use tickshot_shared::limits::{MAP_BYTES_MAX, MAP_CHUNK_BYTES};
use tickshot_shared::protocol::control::ClientControl;
use tickshot_shared::sim::arena::{Arena, MapHash};

/// A map on its way.
#[derive(Clone, Debug)]
pub struct MapDownload {
    name: String,
    hash: MapHash,
    /// Received so far, from the start without gaps (the control lane is ordered).
    bytes: Vec<u8>,
    total: usize,
    /// End of what has been asked for.
    asked: usize,
}

/// Why a map cannot be had. `Display` is what the player reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    #[error(
        "the server's map '{name}' has {bytes} bytes; a map has 1 to {MAP_BYTES_MAX}: the server is faulty or not Tickshot"
    )]
    Size { name: String, bytes: u32 },
    #[error("the map '{name}' arrived damaged (its hash does not match): join again")]
    Damaged { name: String },
    #[error("the server's map cannot be used: {0}")]
    Unusable(String),
}

impl MapDownload {
    pub fn new(name: String, hash: MapHash, total: u32) -> Result<MapDownload, MapError> {
        let bytes = total as usize;
        if bytes == 0 || bytes > MAP_BYTES_MAX {
            return Err(MapError::Size { name, bytes: total });
        }
        Ok(MapDownload { name, hash, bytes: Vec::new(), total: bytes, asked: 0 })
    }

    /// Received and total bytes.
    pub fn progress(&self) -> (usize, usize) {
        (self.bytes.len(), self.total)
    }

    /// Requests to send now: a window of pieces is kept on the way, so that a map does not cost a round trip per piece.
    pub fn poll_requests(&mut self, out: &mut Vec<ClientControl>) {
        let end = self.total.min(self.bytes.len() + CHUNKS_IN_FLIGHT_MAX * MAP_CHUNK_BYTES);
        while self.asked < end {
            out.push(ClientControl::MapRequest { hash: self.hash, offset: self.asked as u32 });
            self.asked += MAP_CHUNK_BYTES;
        }
    }

    /// A piece came. False if it is not the next one, or not of the length asked for: then nothing has changed.
    #[must_use]
    pub fn handle_chunk(&mut self, offset: u32, bytes: &[u8]) -> bool {
        let expected = (self.total - self.bytes.len()).min(MAP_CHUNK_BYTES);
        if offset as usize != self.bytes.len() || bytes.len() != expected || self.is_complete() {
            return false;
        }
        self.bytes.extend_from_slice(bytes);
        true
    }

    pub fn is_complete(&self) -> bool {
        self.bytes.len() == self.total
    }

    /// The arena, if every byte is as the server promised.
    pub fn finish(&self) -> Result<Arc<Arena>, MapError> {
        if MapHash::of(&self.bytes) != self.hash {
            return Err(MapError::Damaged { name: self.name.clone() });
        }
        parse(&self.name, &self.bytes)
    }
}

/// The arena of a map file that this machine has; `None` if it is not the very file with this hash.
pub fn parse_local(name: &str, hash: MapHash, bytes: &[u8]) -> Option<Result<Arc<Arena>, MapError>> {
    (MapHash::of(bytes) == hash).then(|| parse(name, bytes))
}

fn parse(name: &str, bytes: &[u8]) -> Result<Arc<Arena>, MapError> {
    Arena::parse(name, bytes).map(Arc::new).map_err(|error| MapError::Unusable(error.to_string()))
}

/// Pieces asked for and not yet received. 16 kB in flight: the largest map in 17 round trips.
const CHUNKS_IN_FLIGHT_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_comes_in_pieces_and_is_checked_as_a_whole() {
        let file = vec![7u8; 2 * MAP_CHUNK_BYTES + 5];
        let mut download = MapDownload::new("m".into(), MapHash::of(&file), file.len() as u32).unwrap();
        let mut requests = Vec::new();
        download.poll_requests(&mut requests);
        download.poll_requests(&mut requests);
        assert_eq!(requests.len(), 3);
        assert!(!download.handle_chunk(1000, &file[..MAP_CHUNK_BYTES]), "out of order");
        assert!(!download.handle_chunk(0, &file[..MAP_CHUNK_BYTES - 1]), "short");
        for chunk in 0..3 {
            let bytes = &file[chunk * MAP_CHUNK_BYTES..file.len().min((chunk + 1) * MAP_CHUNK_BYTES)];
            assert!(download.handle_chunk((chunk * MAP_CHUNK_BYTES) as u32, bytes));
        }
        assert!(!download.handle_chunk(file.len() as u32, &[]), "beyond the end");
        assert!(matches!(download.finish(), Err(MapError::Unusable(_))), "not a map, but the right bytes");
    }

    #[test]
    fn a_damaged_map_is_not_parsed_and_a_huge_one_not_begun() {
        let mut download = MapDownload::new("m".into(), MapHash::of(b"good"), 3).unwrap();
        assert!(download.handle_chunk(0, b"bad"));
        assert_eq!(download.finish().unwrap_err(), MapError::Damaged { name: "m".into() });
        assert!(MapDownload::new("m".into(), MapHash::of(b""), u32::MAX).is_err());
    }
}
