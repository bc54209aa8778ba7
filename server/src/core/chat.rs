//! Chat: who may say how much, who reads it, and what those who come later still get to read.
//!
//! Part of [`ServerCore`] because a line is read by sessions and said by seats; must not know how a line is drawn.

use super::ServerCore;
use tickshot_shared::protocol::control::Audience;

impl ServerCore {
    /// `client_id` says something; `Err` names why nobody hears it (already counted).
    pub(super) fn handle_chat(&mut self, _client_id: u64, _to: Audience, _text: &str) -> Result<(), &'static str> {
        Ok(())
    }
}
