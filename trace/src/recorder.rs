//! The recorder: a thread of its own between cores and files. Never waited for.
