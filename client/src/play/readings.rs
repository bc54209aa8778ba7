//! What the instruments read: the connection in numbers, and its news as they come.

use super::Play;
use crate::clocks::Heard;
use crate::stats::ClientStats;
use crate::view::{NetNews, NetView};
use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::clock::sync::Timing;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::tick::Tick;
