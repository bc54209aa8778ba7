//! What one session counted.

/// Counters of one session.
#[derive(Clone, Debug, Default)]
pub struct ClientStats {}
