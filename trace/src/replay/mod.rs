//! Ticks made again from a trace, and compared with what was recorded.
