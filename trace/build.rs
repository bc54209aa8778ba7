//! Compiles the schema in `proto/` to Rust, and to the descriptors that every trace carries; and the few messages of Perfetto's
//! that an export is made of.

use prost::Message;
use protox::prost_reflect::prost_types::FileDescriptorSet;
use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo names it"));

    let descriptors = compile(&["common.proto", "server.proto", "client.proto"], "proto");
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec()).expect("cargo's folder can be written to");
    let mut schema = prost_build::Config::new();
    // Exports alone need JSON, and Perfetto's types.
    let tool = std::env::var_os("CARGO_FEATURE_TOOL").is_some();
    if tool {
        schema.type_attribute(".", "#[derive(serde::Serialize)]");
        as_text(&descriptors, &mut schema);
    }
    generate(schema, descriptors);
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

/// What JSON has no words for is written as text: numbers of 64 bits, which JavaScript would round, bytes, and names of enums.
fn as_text(descriptors: &FileDescriptorSet, config: &mut prost_build::Config) {
    for file in &descriptors.file {
        for message in &file.message_type {
            for field in message.field.iter().filter(|field| field.label() != Label::Repeated) {
                let function = match field.r#type() {
                    Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Fixed64 | Type::Sfixed64
                        if field.proto3_optional() =>
                    {
                        "optional_number".to_owned()
                    }
                    Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Fixed64 | Type::Sfixed64 => "number".to_owned(),
                    Type::Bytes => "bytes".to_owned(),
                    Type::Enum => enum_function(file.package(), field.type_name()),
                    _ => continue,
                };
                let path = format!(".{}.{}.{}", file.package(), message.name(), field.name());
                config.field_attribute(path, format!("#[serde(serialize_with = \"crate::proto::text::{function}\")]"));
            }
        }
    }
}

/// `.package.RecorderNote.Kind` is written by `recorder_note_kind`.
fn enum_function(package: &str, enum_type: &str) -> String {
    let name = enum_type.trim_start_matches('.').trim_start_matches(package).trim_start_matches('.');
    let mut function = String::new();
    for letter in name.chars() {
        match letter {
            '.' => {}
            letter if letter.is_uppercase() => {
                function.push_str(if function.is_empty() { "" } else { "_" });
                function.extend(letter.to_lowercase());
            }
            letter => function.push(letter),
        }
    }
    function
}
