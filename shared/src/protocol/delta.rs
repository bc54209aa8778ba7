//! One entity: its fields as bits against a baseline.
