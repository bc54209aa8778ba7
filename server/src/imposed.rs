//! Which links a server imposes on whom, as told at start.
//!
//! It stands alone because flags, file and shell share it. It must not know addresses: a client is the name it asks for.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use tickshot_shared::link::presets;
use tickshot_shared::link::profile::LinkSettings;
use tickshot_shared::link::text::LinkTextError;
use tickshot_shared::protocol::control::name_is_valid;

/// Links by the name clients ask for; `*` is everyone who is not named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImposedLinks {
    by_name: BTreeMap<String, LinkSettings>,
}

/// Why a client's link cannot be imposed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImposeError {
    #[error("'{0}' has no '='; write NAME=PROFILE, for example '*=wifi-bad' or 'Ann=delay 75ms loss 5%'")]
    NoProfile(String),
    #[error("'{0}' is no name a client can have; write one as it is shown in the game, or * for everyone")]
    Name(String),
    #[error("link of '{name}': {error}")]
    Link { name: String, error: LinkTextError },
}

impl ImposedLinks {
    /// Impose what `text` says on `name`; the last word on a name counts.
    pub fn impose(&mut self, name: &str, text: &str) -> Result<(), ImposeError> {
        if name != EVERYONE && !name_is_valid(name) {
            return Err(ImposeError::Name(name.to_owned()));
        }
        let link = text.parse().map_err(|error| ImposeError::Link { name: name.to_owned(), error })?;
        self.by_name.insert(name.to_owned(), link);
        Ok(())
    }

    /// The same for `NAME=PROFILE`.
    pub fn impose_pair(&mut self, pair: &str) -> Result<(), ImposeError> {
        let (name, text) = pair.split_once('=').ok_or_else(|| ImposeError::NoProfile(pair.to_owned()))?;
        self.impose(name.trim(), text)
    }

    /// What a client that asks for `name` gets; none if nothing is done to it.
    pub fn of(&self, name: &str) -> Option<LinkSettings> {
        let link = self.by_name.get(name).or_else(|| self.by_name.get(EVERYONE))?;
        (!link.is_clean()).then_some(*link)
    }

    /// True if nothing is imposed on anyone.
    pub fn is_empty(&self) -> bool {
        self.by_name.values().all(LinkSettings::is_clean)
    }
}

impl Display for ImposedLinks {
    /// One line for whoever runs the server: simulated lag must not be forgotten.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, (name, link)) in self.by_name.iter().enumerate() {
            let name = if name == EVERYONE { "everyone" } else { name };
            write!(f, "{}{name}: {}", if i > 0 { ", " } else { "" }, told(link))?;
        }
        Ok(())
    }
}

/// What the client is told: the preset's name if it is one, else every word.
pub fn told(link: &LinkSettings) -> String {
    presets::of(link).map_or_else(|| link.to_string(), |preset| preset.name.to_owned())
}

const EVERYONE: &str = "*";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_more_than_everyone_and_can_be_let_off() {
        let mut links = ImposedLinks::default();
        assert!(links.is_empty());
        for pair in ["*=wifi-bad", "Ann = up delay 50ms", "Bob=off"] {
            links.impose_pair(pair).unwrap();
        }
        assert_eq!(links.of("Ann").map(|link| told(&link)).as_deref(), Some("up delay 50ms"));
        assert_eq!(links.of("Bob"), None);
        assert_eq!(links.of("Cid").map(|link| told(&link)).as_deref(), Some("wifi-bad"));
        assert!(!links.is_empty());
        assert_eq!(links.to_string(), "everyone: wifi-bad, Ann: up delay 50ms, Bob: clean");
    }

    #[test]
    fn bad_text_is_refused_with_what_to_write() {
        let error = |pair: &str| ImposedLinks::default().impose_pair(pair).unwrap_err().to_string();
        assert!(error("wifi-bad").contains("NAME=PROFILE"));
        assert!(error("=lan").contains("no name a client can have"));
        assert!(error("Ann=dealy 5ms").contains("link of 'Ann': word 1 'dealy' is no preset"));
    }
}
