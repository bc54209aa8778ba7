//! One HTML file that tells a trace.
