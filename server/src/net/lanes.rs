//! The control lane as both ends set it up: one reliable ordered renet channel, silent while nobody speaks.
//!
//! It stands alone because renet acknowledges acknowledgements: left alone, an idle pair sends a datagram per update
//! each way for ever. Here an end asks renet for packets only while it has messages under way or owes an ack, and it
//! owes one only for messages. It must not know what a message means.

use std::time::Duration;

use bevy_renet::renet::{ChannelConfig, ConnectionConfig, SendType};
use tickshot_shared::limits::{CONTROL_BYTES_PER_TICK, CONTROL_MEMORY_TO_CLIENT, CONTROL_MEMORY_TO_SERVER};

/// The one renet channel.
pub const CONTROL_CHANNEL: u8 = 0;

/// The configuration of `RenetServer` and `RenetClient`: both ends must use this one.
pub fn control_config() -> ConnectionConfig {
    ConnectionConfig {
        available_bytes_per_tick: CONTROL_BYTES_PER_TICK,
        server_channels_config: vec![channel(CONTROL_MEMORY_TO_CLIENT)],
        client_channels_config: vec![channel(CONTROL_MEMORY_TO_SERVER)],
    }
}

/// When one end of a control lane has something to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct ControlFlow {
    owes_ack: bool,
}

impl ControlFlow {
    /// A control packet came in.
    pub fn handle_packet(&mut self, messages: bool) {
        self.owes_ack |= messages;
    }

    /// True if renet should be asked for packets; `messages_under_way` if any message is not acknowledged yet.
    pub fn wants_flush(self, messages_under_way: bool) -> bool {
        self.owes_ack || messages_under_way
    }

    /// Which of renet's packets are worth sending: messages, and an ack if one is owed. Call [`Self::flushed`] after.
    pub fn is_worth_sending(self, packet: &[u8]) -> bool {
        packet.first() != Some(&ACK_PACKET) || self.owes_ack
    }

    /// What was owed has been sent.
    pub fn flushed(&mut self) {
        self.owes_ack = false;
    }
}

fn channel(max_memory_usage_bytes: usize) -> ChannelConfig {
    ChannelConfig {
        channel_id: CONTROL_CHANNEL,
        max_memory_usage_bytes,
        send_type: SendType::ReliableOrdered { resend_time: RESEND },
    }
}

/// A lost message is sent again after this long: a round trip of a LAN many times over, and two of a bad link.
const RESEND: Duration = Duration::from_millis(200);
/// renet's packet type of acknowledgements.
const ACK_PACKET: u8 = 4;
