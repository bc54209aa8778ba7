//! What time it is elsewhere: who knows what at which tick, on whose clock. The client's side only; a server just counts.
//!
//! ```text
//! server time  ──┬────────┬────────┬────────┬────────┬──▶  deadline(T) = T ticks after the server's start
//!               T-4      T-3      T-2      T-1       T      state T exists from deadline(T) on
//!                │ snapshot T-4, stamped "sent x us after deadline(T-4)"         ▲ input T must be there
//!                ╲                                                              ╱  `margin` before deadline(T)
//!            down ╲ (one-way)                                               up ╱ (one-way)
//!                  ▼                                                          ╱
//! client time  ────●───────────────────────────────●─────────────────────────●────▶
//!                  arrives: display now may         server now: estimate      input now = T:
//!                  reach T-4 - delay                (mid of the two ways)     input T is sampled and sent,
//!                                                                            own state T predicted
//! ```
//!
//! - [`sync`] turns what packets say about both clocks into three lines "server time = local time + offset": the
//!   server's own present, how far ahead an input must leave, how early a snapshot can be had.
//! - [`timeline`] walks a tick position along such a line: at local speed, dilated by at most 5 %, snapping beyond 8 ticks.
//! - [`pacer`] cuts the input position into whole ticks, each produced once.
//!
//! At input now *T* (position exactly T) input T is sampled; until T+1 the own player is drawn between its predicted
//! states T-1 and T. At display now *D* the others are drawn between the snapshots around D. Local and server time are
//! signed nanoseconds; the epochs are anyone's.
