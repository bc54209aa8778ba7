//! Whether a server's trace is what a server made: all of its ticks, worlds and shots, made again and compared.
//!
//! The bytes are for [`crate::file::check`] to prove. Must not know clocks: who calls says how long it took.

use super::{Divergence, Replay, ReplayError};
use crate::model::ServerTrace;
use serde::Serialize;

/// What making it again showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VerifyReport {
    /// Every recorded tick was made again, and is as it was.
    pub holds: bool,
    /// First and last tick made again; 0 and 0 if none was.
    pub first_tick: u32,
    pub last_tick: u32,
    pub ticks: u64,
    /// Of the match, in seconds.
    pub seconds: f64,
    /// Most players in the world at once.
    pub players_max: usize,
    /// Whole worlds compared field by field.
    pub keyframes: u64,
    pub shots_judged_again: u64,
    /// Shots that look back further than the trace begins: their verdicts are the record's.
    pub shots_by_record: u64,
    /// Ticks that the recorder lost, and said so.
    pub gaps: Vec<Gap>,
    pub divergence: Option<Divergence>,
    /// Why it could not be replayed at all.
    pub error: Option<String>,
}

/// Ticks that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    pub first_tick: u32,
    /// The keyframe that the replay went on from.
    pub resumed_tick: u32,
}

/// Makes all of it again. `see` is called with (ticks made, ticks there are) every now and then.
pub fn verify(trace: &ServerTrace, see: &mut dyn FnMut(u64, u64)) -> VerifyReport {
    let mut report = VerifyReport::default();
    if let Err(error) = verify_into(&mut report, trace, see) {
        report.error = Some(error.to_string());
    }
    report.seconds = report.ticks as f64 * trace.tick_ns() as f64 / 1e9;
    report.holds = report.error.is_none() && report.divergence.is_none() && report.ticks > 0;
    report
}

fn verify_into(
    report: &mut VerifyReport,
    trace: &ServerTrace,
    see: &mut dyn FnMut(u64, u64),
) -> Result<(), ReplayError> {
    let mut replay = Replay::new(trace)?;
    report.first_tick = replay.world().tick.0 + 1;
    let before = trace.ticks.partition_point(|record| record.tick < report.first_tick);
    let all = trace.ticks.len() as u64;
    loop {
        let outcome = match replay.step() {
            Some(Ok(step)) => Ok((step.record.tick, step.record.input_slots.len())),
            Some(Err(divergence)) => Err(divergence),
            None => break,
        };
        match outcome {
            Ok((tick, players)) => {
                report.last_tick = tick;
                report.ticks += 1;
                report.players_max = report.players_max.max(players);
                if report.ticks.is_multiple_of(SEEN_EVERY_TICKS) {
                    see(before as u64 + report.ticks, all);
                }
            }
            Err(divergence) => {
                report.count(&replay);
                // Lost ticks that the recorder owns up to are a gap; all else is no honest record.
                let resumed = resume(trace, &replay, &divergence);
                let Some((gap, resumed)) = resumed else {
                    report.divergence = Some(divergence);
                    return Ok(());
                };
                report.gaps.push(gap);
                replay = resumed;
            }
        }
    }
    report.count(&replay);
    see(all, all);
    Ok(())
}

/// The replay from the keyframe after missing ticks, if the recorder said that it lost some.
fn resume<'t>(trace: &'t ServerTrace, replay: &Replay<'t>, divergence: &Divergence) -> Option<(Gap, Replay<'t>)> {
    let has_lost = trace.health.lost > 0
        || trace.notes.iter().any(|note| note.it.kind() == crate::proto::recorder_note::Kind::Lost);
    if divergence.field != Some("tick") || !has_lost {
        return None;
    }
    let made = replay.world().tick.0;
    let next = trace.ticks.iter().map(|record| record.tick).find(|tick| *tick > made + 1)?;
    let keyframe = trace.keyframes.iter().find(|keyframe| super::tick_of(keyframe) + 1 >= next)?;
    let resumed = Replay::begin(trace, keyframe).ok()?;
    Some((Gap { first_tick: divergence.tick, resumed_tick: super::tick_of(keyframe) }, resumed))
}

impl VerifyReport {
    fn count(&mut self, replay: &Replay<'_>) {
        let counts = replay.counts();
        self.keyframes += counts.keyframes;
        self.shots_judged_again += counts.shots_judged_again;
        self.shots_by_record += counts.shots_by_record;
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        if self.ticks > 0 {
            lines.push(format!(
                "{} ticks made again ({} to {}, {:.1} s of up to {} players), {} keyframes compared field by field",
                self.ticks, self.first_tick, self.last_tick, self.seconds, self.players_max, self.keyframes,
            ));
        }
        lines.push(format!(
            "{} shots judged again with the same evidence{}",
            self.shots_judged_again,
            match self.shots_by_record {
                0 => String::new(),
                count => format!(", {count} by recorded verdict (they look back to before the trace begins)"),
            },
        ));
        for gap in &self.gaps {
            lines.push(format!(
                "from tick {} on ticks are missing (the recorder said that it lost records); went on at keyframe {}",
                gap.first_tick, gap.resumed_tick
            ));
        }
        lines.extend(self.divergence.as_ref().map(|divergence| format!("DIVERGES at {divergence}")));
        lines.extend(self.error.as_ref().map(|error| format!("CANNOT be replayed: {error}")));
        lines.join("\n")
    }
}

/// How often somebody who waits is told how far it is.
const SEEN_EVERY_TICKS: u64 = 1024;
