//! What lag compensation needs of a server: how old a picture each client draws, and what is counted of its shots.
//!
//! How a shot is judged is in [`tickshot_shared::lagcomp`], which tells the whole time line.

pub mod estimate;
pub mod tally;
