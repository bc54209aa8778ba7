//! Every way a session can fail, in words: what happened, why, what to do, and the button that does it.

use super::{FrontRequest, Join};
use crate::ending::Ending;
use crate::net::connect::ConnectError;
use tickshot_server::net::socket::SocketError;
use tickshot_shared::protocol::control::Refusal;

/// A message that waits for an answer.
#[derive(Clone, Debug)]
pub struct Dialog {
    pub title: &'static str,
    /// What happened.
    pub what: String,
    /// Why, as far as it is known.
    pub why: String,
    /// What the person can do.
    pub what_to_do: String,
    pub retry: Option<Retry>,
}

/// Another try that a dialog offers.
#[derive(Clone, Debug)]
pub enum Retry {
    /// The same again; with the words of its button.
    Again { words: &'static str, request: FrontRequest },
    /// The same with a password.
    WithPassword(Join),
}

fn again(words: &'static str, whom: Join) -> Option<Retry> {
    Some(Retry::Again { words, request: FrontRequest::Join(whom) })
}

/// The transport's reason; `was_playing`: a match broke off, rather than never begun.
pub fn of_connection(error: &ConnectError, whom: Join, was_playing: bool) -> Dialog {
    match error {
        ConnectError::NobodyThere { addr } => Dialog {
            title: "Nobody there",
            what: format!("No server answers at {addr}."),
            why: format!("It does not run, the address is another, or a firewall drops UDP port {}.", addr.port()),
            what_to_do: "Check the address with whoever hosts, or choose a server from the list.".into(),
            retry: again("Try again", whom),
        },
        ConnectError::WrongVersion { addr, server, client } => wrong_version(&addr.to_string(), *server, *client),
        ConnectError::PasswordNeeded { addr } => Dialog {
            title: "Password needed",
            what: format!("The server at {addr} lets in those who know its password."),
            why: String::new(),
            what_to_do: "Ask whoever hosts, and type it here.".into(),
            retry: Some(Retry::WithPassword(whom)),
        },
        ConnectError::PasswordWrong { addr } => Dialog {
            title: "Wrong password",
            what: format!("That is not the password of the server at {addr}."),
            why: "Capital letters count.".into(),
            what_to_do: "Type it again, or ask whoever hosts.".into(),
            retry: Some(Retry::WithPassword(whom)),
        },
        ConnectError::Full { players, max, .. } => full(*players, *max, whom),
        ConnectError::NoSession { addr } => Dialog {
            title: "No session",
            what: format!("The server at {addr} answers questions but opens no session."),
            why: "It may be too busy, or a firewall lets only the smallest packets through.".into(),
            what_to_do: "Try again in a few seconds.".into(),
            retry: again("Try again", whom),
        },
        ConnectError::TimedOut { addr, seconds } => Dialog {
            title: "Connection lost",
            what: format!("Nothing was heard from {addr} for {seconds} s."),
            why: "The network between you broke, or the server hangs.".into(),
            what_to_do: "Check cable or Wi-Fi; the match may still be running.".into(),
            retry: again("Reconnect", whom),
        },
        ConnectError::Gone { addr } => Dialog {
            title: "Server vanished",
            what: format!("The server at {addr} is gone."),
            why: "Its machine says that nobody listens there any more: it ended without a word.".into(),
            what_to_do: "Ask whoever hosts to start it again, then reconnect.".into(),
            retry: again("Reconnect", whom),
        },
        ConnectError::ClosedByServer { addr } => Dialog {
            title: if was_playing { "Session ended" } else { "Not let in" },
            what: format!("The server at {addr} ended the session without a reason."),
            why: "It may have been stopped, or another program answers there.".into(),
            what_to_do: "Join again; if it repeats, ask whoever hosts.".into(),
            retry: again("Join again", whom),
        },
    }
}

/// The session's own reason.
pub fn of_ending(ending: &Ending, whom: Join) -> Dialog {
    match ending {
        Ending::Refused(Refusal::Full { players, max }) => full(*players, *max, whom),
        Ending::Refused(Refusal::Version { server, client }) => wrong_version(&whom.addr.to_string(), *server, *client),
        Ending::Refused(Refusal::NameInvalid) => Dialog {
            title: "Name not accepted",
            what: format!("The server does not accept the name '{}'.", whom.name),
            why: Refusal::NameInvalid.to_string(),
            what_to_do: "Change your name in the menu.".into(),
            retry: None,
        },
        Ending::Refused(Refusal::Kicked(reason)) => Dialog {
            title: "You were removed",
            what: "You were removed from the match.".into(),
            why: reason.clone(),
            what_to_do: "Talk to the others before you join again.".into(),
            retry: None,
        },
        Ending::Closing(reason) => Dialog {
            title: "Server closed",
            what: format!("The server at {} has closed.", whom.addr),
            why: reason.clone(),
            what_to_do: "Choose another match, or start one of your own.".into(),
            retry: None,
        },
        Ending::Map(error) => Dialog {
            title: "Map broken",
            what: "The server's map cannot be used.".into(),
            why: error.to_string(),
            what_to_do: "Whoever hosts can check the file, or play another map.".into(),
            retry: again("Join again", whom),
        },
        Ending::Faulty(what) => Dialog {
            title: "Faulty server",
            what: format!("The server at {} says what cannot be.", whom.addr),
            why: what.clone(),
            what_to_do: "Make sure that it is a Tickshot server of the same release.".into(),
            retry: None,
        },
        Ending::Disconnected(what) => Dialog {
            title: "Session ended",
            what: "The session is over.".into(),
            why: what.clone(),
            what_to_do: String::new(),
            retry: again("Join again", whom),
        },
    }
}

/// A server of our own that could not be started.
pub fn of_host(error: &str) -> Dialog {
    Dialog {
        title: "Cannot host",
        what: "The match could not be started.".into(),
        why: error.to_owned(),
        what_to_do: "Change what is named above, and try again.".into(),
        retry: None,
    }
}

/// Not even a socket.
pub(super) fn of_socket(error: &SocketError, whom: Join) -> Dialog {
    Dialog {
        title: "No network",
        what: "This machine gives the game no network socket.".into(),
        why: error.to_string(),
        what_to_do: "Check its network settings.".into(),
        retry: again("Try again", whom),
    }
}

fn full(players: u16, max: u16, whom: Join) -> Dialog {
    Dialog {
        title: "Server full",
        what: format!("All places are taken: {players} of {max}."),
        why: String::new(),
        what_to_do: "Try again when somebody has left.".into(),
        retry: again("Try again", whom),
    }
}

fn wrong_version(addr: &str, server: u64, client: u64) -> Dialog {
    Dialog {
        title: "Another version",
        what: format!("The server at {addr} runs another version of the game."),
        why: format!("It speaks protocol {server:016x}, this game {client:016x}."),
        what_to_do: "Use the same release on both machines.".into(),
        retry: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::MapError;
    use std::collections::BTreeSet;

    #[test]
    fn every_failure_has_a_dialog_of_its_own_that_says_what_happened() {
        let addr: std::net::SocketAddr = "10.0.0.7:34197".parse().unwrap();
        let whom = || Join { addr, name: "Ann".into(), password: None };
        let connection = [
            ConnectError::NobodyThere { addr },
            ConnectError::WrongVersion { addr, server: 1, client: 2 },
            ConnectError::PasswordNeeded { addr },
            ConnectError::PasswordWrong { addr },
            ConnectError::Full { addr, players: 4, max: 4 },
            ConnectError::NoSession { addr },
            ConnectError::TimedOut { addr, seconds: 40 },
            ConnectError::Gone { addr },
            ConnectError::ClosedByServer { addr },
        ];
        let endings = [
            Ending::Refused(Refusal::Kicked("by vote".into())),
            Ending::Refused(Refusal::NameInvalid),
            Ending::Closing("tea".into()),
            Ending::Map(MapError::Damaged { name: "den".into() }),
            Ending::Faulty("place 9 of 8".into()),
        ];
        let dialogs = connection.iter().map(|error| of_connection(error, whom(), true));
        let dialogs: Vec<Dialog> = dialogs.chain(endings.iter().map(|ending| of_ending(ending, whom()))).collect();
        let titles: BTreeSet<&str> = dialogs.iter().map(|dialog| dialog.title).collect();
        assert_eq!(titles.len(), connection.len() + endings.len());
        assert!(dialogs.iter().all(|dialog| !dialog.what.is_empty() && !dialog.what_to_do.is_empty()));
    }
}
