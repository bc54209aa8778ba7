//! The schema of `trace/proto` as Rust types, and its descriptors, which every file carries.

#![allow(clippy::all, missing_docs, reason = "generated from the schema; its comments are there")]

#[cfg(feature = "tool")]
mod text;

include!(concat!(env!("OUT_DIR"), "/tickshot.trace.v1.rs"));

/// All of the schema as a `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The package of every message.
pub const PACKAGE: &str = "tickshot.trace.v1";

/// By message: the part of the schema that it is made of, as a `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS_BY_MESSAGE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/descriptors_by_message.rs"));
