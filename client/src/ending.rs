//! Why a session is over, in a form that can be acted upon. `Display` is what the player reads.

use crate::join::MapError;
use tickshot_shared::protocol::control::Refusal;

/// Why a session is over, as far as the session itself knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ending {
    /// The server does not let us play (any more).
    #[error("{0}")]
    Refused(Refusal),
    #[error("the server is closing: {0}")]
    Closing(String),
    /// There is no map to play on.
    #[error("{0}")]
    Map(MapError),
    /// The server says what cannot be.
    #[error("{0}")]
    Faulty(String),
    /// The connection under it is gone; the transport knows why.
    #[error("{0}")]
    Disconnected(String),
}

impl From<Refusal> for Ending {
    fn from(refusal: Refusal) -> Ending {
        Ending::Refused(refusal)
    }
}

impl From<MapError> for Ending {
    fn from(error: MapError) -> Ending {
        Ending::Map(error)
    }
}

impl From<String> for Ending {
    fn from(what: String) -> Ending {
        Ending::Faulty(what)
    }
}
