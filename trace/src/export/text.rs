//! Numbers of the schema as the words that stand for them in tables and lines.

/// An id as UUIDs are written; anything of another length in hexadecimal.
pub(crate) fn id(bytes: &[u8]) -> String {
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() == 16 {
        for dash in [20, 16, 12, 8] {
            text.insert(dash, '-');
        }
    }
    text
}

/// One of `words`, or `?` for a number of a later version.
pub(super) fn word(words: &[&'static str], number: u32) -> &'static str {
    words.get(number as usize).copied().unwrap_or("?")
}

/// A slot plus 1; 0 = nobody.
pub(super) fn slot_of(plus_one: u32) -> Option<u32> {
    plus_one.checked_sub(1)
}

/// World units as millimetres.
pub(super) fn mm(units: i32) -> f64 {
    f64::from(units) * 1000.0 / f64::from(tickshot_shared::limits::TILE_UNITS)
}

pub(super) const USES: &[&str] = &["used", "repeated", "idle"];
pub(super) const CHECKS: &[&str] = &["none", "whole_tick", "exact"];
pub(super) const CLAMPS: &[&str] = &["none", "cap", "ahead", "early", "late", "unknown"];
pub(super) const FATES: &[&str] = &["rewound", "dead", "respawned", "not_told"];
pub(super) const TEAMS: &[&str] = &["amber", "azure"];
pub(super) const WEAPONS: &[&str] = &["rifle", "shotgun", "launcher"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_other_bytes_hexadecimal() {
        assert_eq!(id(&[0x01, 0xab]), "01ab");
        let sixteen: Vec<u8> = (0..16).collect();
        assert_eq!(id(&sixteen), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!((word(USES, 1), word(USES, 9)), ("repeated", "?"));
    }
}
