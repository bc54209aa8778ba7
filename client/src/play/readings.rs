//! What the instruments read: the connection in numbers, and its news as they come.

use super::Play;
use crate::stats::ClientStats;
use crate::view::{NetNews, NetView};
use std::time::Duration;
use tickshot_shared::clock::ServerTime;
use tickshot_shared::clock::sync::Timing;
use tickshot_shared::protocol::server_msg::SnapshotHeader;
use tickshot_shared::tick::Tick;

/// What the snapshots have said so far that adds up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heard {
    newest: Option<Tick>,
    starved: Option<u8>,
    /// Ticks the server made without our input.
    starved_ticks: u64,
}

impl Play {
    /// A snapshot came: what is new in it for the plots and the counts.
    pub(super) fn report(&mut self, arrived: Duration, timing: &Timing, stats: &mut ClientStats) {
        let at_s = arrived.as_secs_f64();
        let late_ms = self.clocks.lateness(arrived, timing.tick).as_secs_f32() * 1000.0;
        self.note(NetNews::Snapshot { at_s, tick: timing.tick.0, late_ms });
        if self.heard.newest.is_some_and(|newest| timing.tick <= newest) {
            return;
        }
        let passed = self.heard.newest.and_then(|newest| timing.tick.since(newest)).unwrap_or(0);
        let every = self.clocks.snapshot_interval_ticks();
        if passed > every {
            self.note(NetNews::Gap { at_s, ticks: passed - every });
        }
        let counted = self.heard.starved.map_or(0, |before| u32::from(timing.starved.wrapping_sub(before)));
        // The count is modulo 256. In a silence that long hardly any tick had an input: the most that fits is true.
        let starved = counted + passed.saturating_sub(counted) / 256 * 256;
        if starved > 0 {
            self.note(NetNews::Starved { at_s, ticks: starved });
        }
        stats.server_ticks += u64::from(passed);
        self.heard.starved_ticks += u64::from(starved);
        stats.server_starved_ticks += u64::from(starved);
        (self.heard.newest, self.heard.starved) = (Some(timing.tick), Some(timing.starved));
        stats.dilation_pct_sum += f64::from(self.clocks.dilation_pct().abs());
        stats.dilations += 1;
        if let Some(margin_16ths) = timing.margin_16ths {
            stats.input_margin_ms.record(f32::from(margin_16ths) / 16.0 * 1000.0 / self.rate.hz() as f32);
        }
    }

    pub(super) fn net_view(&self, now: Duration, stats: &ClientStats) -> NetView {
        let clocks = &self.clocks;
        let tick_ms = 1000.0 / self.rate.hz() as f32;
        let ticks = |time: Option<ServerTime>| time.map(|time| time.ticks_f64(self.rate));
        let (input, server, display) =
            (ticks(clocks.input_now()), ticks(clocks.server_now()), ticks(clocks.display_now()));
        let between = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(0.0, |(a, b)| (a - b) as f32);
        NetView {
            rtt_ms: clocks.rtt().map_or(0.0, |rtt| rtt.as_secs_f32() * 1000.0),
            tick_rate: self.rate.hz(),
            input_lead_ticks: between(input, server),
            display_delay_ms: between(server, display) * tick_ms,
            corrections: stats.corrections.count(),
            starved_frames_pct: stats.starved_frames_pct() as f32,
            now_s: now.as_secs_f64(),
            input_now: input,
            server_now: server,
            display_now: display,
            newest_snapshot: self.ring.newest().map(|snapshot| f64::from(snapshot.header.tick.0)),
            jitter_ms: clocks.jitter().as_secs_f32() * 1000.0,
            loss_up_pct: clocks.loss_up_pct(),
            loss_down_pct: clocks.loss_down_pct(),
            input_margin_ms: clocks.input_margin_ticks().unwrap_or(0.0) * tick_ms,
            dilation_pct: clocks.dilation_pct(),
            server_starved_ticks: self.heard.starved_ticks,
            // Whoever owns the socket counts bytes.
            in_kb_s: 0.0,
            out_kb_s: 0.0,
        }
    }
}

pub(super) fn timing(header: &SnapshotHeader) -> Timing {
    Timing {
        tick: header.tick,
        since_tick_us: header.pong.map_or(0, |pong| pong.since_tick_us),
        pong: header.pong.map(|pong| (pong.ping, pong.hold_us)),
        margin_16ths: header.margin_16ths,
        received: header.received,
        starved: header.starved,
    }
}
