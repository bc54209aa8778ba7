//! The three clocks of a client over wires of every kind, on virtual time.

// Tests print the seed of a failing run, and what was measured.
#![allow(clippy::disallowed_macros)]

mod accuracy;
mod display;
mod lead;
mod losses;
mod rig;
mod stalls;
