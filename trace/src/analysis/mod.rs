//! What can be learnt from traces.
