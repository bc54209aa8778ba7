//! Lag compensation: what is drawn is what is tested, and claiming another past does not pay.

mod exactness;
mod honest;
mod liars;
mod limits;
mod rig;
mod targets;
mod wishes;
