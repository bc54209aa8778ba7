pub mod net;
pub mod view;
