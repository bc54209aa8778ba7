//! Sets of slots as bits.
