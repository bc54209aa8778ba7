//! The chain of seals: what each covers, how it is written, and whether it holds.
