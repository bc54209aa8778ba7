//! A whole match in one process on virtual time: the test bench, and the engine of the Lab.
//!
//! [`universe`] owns time: the real server core, and the real client cores of its [`machine`]s, joined by [`wire`]s; it
//! keeps the [`truth`]. Each machine has its own [`quartz`] and somebody who [`steer`]s it. Nothing here sleeps, opens a
//! socket or asks what time it is; every draw comes from one seed, so a run is its settings and its seed.

pub mod machine;
pub mod quartz;
pub mod steer;
pub mod truth;
pub mod universe;
pub mod wire;

use tickshot_trace::record::{Batch, Stamped};

/// All that was recorded; its header, the first record, stays.
fn take_but_header(trace: &mut Batch) -> Vec<Stamped> {
    let taken: Vec<Stamped> = trace.records().collect();
    trace.clear();
    taken.iter().take(1).for_each(|header| trace.push_record(header));
    taken
}
