//! See the command of this name.
