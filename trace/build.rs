//! Compiles the schema in `proto/` to Rust, and to the descriptors that every trace carries.

use prost::Message;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(["common.proto", "server.proto", "client.proto"], ["proto"])
        .unwrap_or_else(|error| panic!("the schema in trace/proto is not valid: {error:?}"));
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo names it"));
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec()).expect("cargo's folder can be written to");
    prost_build::Config::new()
        .skip_source_info()
        .compile_fds(descriptors)
        .expect("a schema that protox accepts becomes code");
}
