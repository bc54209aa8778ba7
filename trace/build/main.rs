//! Compiles the schema in `proto/` to Rust, and to the descriptors that every trace carries; and the few messages of Perfetto's
//! that an export is made of.

mod descriptors;
mod json;

use prost_types::FileDescriptorSet;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo names it"));
    let schema = compile(&["common.proto", "server.proto", "client.proto"], "proto");
    descriptors::write_all(&out, &schema);
    let mut config = prost_build::Config::new();
    // Exports alone need JSON, and Perfetto's types.
    let tool = std::env::var_os("CARGO_FEATURE_TOOL").is_some();
    if tool {
        config.type_attribute(".", "#[derive(serde::Serialize)]");
        json::as_text(&schema, &mut config);
    }
    generate(config, schema);
    if tool {
        generate(prost_build::Config::new(), compile(&["perfetto.proto"], "proto/foreign"));
    }
}

fn compile(files: &[&str], folder: &str) -> FileDescriptorSet {
    protox::compile(files, [folder])
        .unwrap_or_else(|error| panic!("the schema in trace/{folder} is not valid: {error:?}"))
}

fn generate(mut config: prost_build::Config, descriptors: FileDescriptorSet) {
    config.skip_source_info().compile_fds(descriptors).expect("a schema that protox accepts becomes code");
}
