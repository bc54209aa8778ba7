//! The link conditioner.
