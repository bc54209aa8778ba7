//! What can be learnt from traces: pure functions from models to numbers.

mod columns;
pub mod diff;
pub mod judge;
pub mod latency;
pub mod merge;
pub mod shots;
