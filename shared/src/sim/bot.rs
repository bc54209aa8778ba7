//! A bot's brain: what it may see in, one input out.
