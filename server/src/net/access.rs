//! Who may open a session, and what a client says of itself when it does.
//!
//! Both ends make the same netcode key from what they share: an open server's key is a constant, a locked one's comes
//! from the password (argon2id, salted afresh at every start of the server). The claim, exactly: without the password
//! nothing is accepted from you. No more: an open server keeps nothing secret, and whoever records a locked server's
//! traffic can try passwords at his leisure. It must not know sockets or sessions.

use std::net::SocketAddr;

use argon2::{Algorithm, Argon2, Params, Version};
use tickshot_shared::limits::NAME_BYTES_MAX;

/// A netcode key.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey([u8; 32]);

/// A password that cannot be made into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has 1 to {PASSWORD_BYTES_MAX} bytes, this one has {bytes}")]
pub struct PasswordError {
    pub bytes: usize,
}

impl SessionKey {
    /// The key of an open server: known to everybody.
    pub fn open() -> SessionKey {
        SessionKey(blake3::derive_key(OPEN_CONTEXT, b""))
    }

    /// The key of a locked server. Takes about 50 ms and 19 MiB, on purpose.
    ///
    /// # Errors
    /// If the password is empty or longer than [`PASSWORD_BYTES_MAX`].
    pub fn from_password(password: &str, salt: &[u8; 16]) -> Result<SessionKey, PasswordError> {
        if !(1..=PASSWORD_BYTES_MAX).contains(&password.len()) {
            return Err(PasswordError { bytes: password.len() });
        }
        // OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
        let params = Params::new(19 * 1024, 2, 1, Some(32)).expect("constant parameters within argon2's bounds");
        let mut hashed = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), salt, &mut hashed)
            .expect("password, salt and output lengths within argon2's bounds");
        Ok(SessionKey(blake3::derive_key(PASSWORD_CONTEXT, &hashed)))
    }

    /// The bytes netcode works with.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

/// What a client says of itself in its token: protocol version (u64), length of the name (u8), name, zeros.
///
/// Sealed with the server's key, so nobody else can have changed it; the client may still lie. The rest of the 256
/// bytes is kept for a resume token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introduction {
    pub version: u64,
    /// At most `NAME_BYTES_MAX` bytes.
    pub name: String,
}

impl Introduction {
    /// As netcode user data. A name that is too long is cut at a character.
    pub fn encode(&self) -> [u8; 256] {
        let mut end = self.name.len().min(NAME_BYTES_MAX);
        while !self.name.is_char_boundary(end) {
            end -= 1;
        }
        let mut bytes = [0; 256];
        bytes[..8].copy_from_slice(&self.version.to_le_bytes());
        bytes[8] = end as u8;
        bytes[9..9 + end].copy_from_slice(&self.name.as_bytes()[..end]);
        bytes
    }

    /// From netcode user data; `None` if the name is too long or no text.
    pub fn decode(bytes: &[u8; 256]) -> Option<Introduction> {
        let (version, rest) = bytes.split_first_chunk()?;
        let (&length, rest) = rest.split_first()?;
        let name = rest.get(..usize::from(length)).filter(|name| name.len() <= NAME_BYTES_MAX)?;
        Some(Introduction { version: u64::from_le_bytes(*version), name: std::str::from_utf8(name).ok()?.to_owned() })
    }
}

/// The address every token names and every server answers to. Where datagrams really go is the wire's business, so a
/// server need not know by which of its addresses a client reached it.
pub fn token_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

/// Tells netcode sessions of this program from any other's. Not the protocol version: a client of another release is to
/// be told so, not ignored.
pub const NETCODE_PROTOCOL_ID: u64 = 0x7469_636B_7368_6F74;
/// How long a token opens a session, in seconds of the server's clock. Short, because netcode remembers a half-open
/// session, and refuses its address a new one, until its token ends.
pub const TOKEN_SECONDS: u64 = 5;
/// Longest password, in bytes.
pub const PASSWORD_BYTES_MAX: usize = 64;

const OPEN_CONTEXT: &str = "tickshot 2026-11-22 session key of an open server";
const PASSWORD_CONTEXT: &str = "tickshot 2026-11-22 session key from a password";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_password_and_salt_give_the_same_key_and_nothing_else_does() {
        let key = |password, salt| SessionKey::from_password(password, &[salt; 16]).expect("a valid password");
        assert!(key("tick", 1) == key("tick", 1));
        assert!(key("tick", 1) != key("tock", 1));
        assert!(key("tick", 1) != key("tick", 2));
        assert!(key("tick", 1) != SessionKey::open());
        assert_eq!(SessionKey::from_password("", &[0; 16]).map(|_| ()), Err(PasswordError { bytes: 0 }));
    }

    #[test]
    fn an_introduction_survives_the_token_and_a_bad_one_is_refused() {
        let said = Introduction { version: 7, name: "Ädä".into() };
        let mut bytes = said.encode();
        assert_eq!(Introduction::decode(&bytes), Some(said));
        bytes[9] = 0xFF;
        assert_eq!(Introduction::decode(&bytes), None, "not text");
        bytes[8] = 255;
        assert_eq!(Introduction::decode(&bytes), None, "too long");
        let long = Introduction { version: 7, name: "é".repeat(30) };
        assert_eq!(Introduction::decode(&long.encode()).map(|cut| cut.name), Some("é".repeat(12)));
    }
}
