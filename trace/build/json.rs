//! How generated types are written as JSON: for exports.

use prost_types::FileDescriptorSet;
use prost_types::field_descriptor_proto::{Label, Type};

/// What JSON has no words for is written as text: numbers of 64 bits, which JavaScript would round, bytes, and names of enums.
pub(super) fn as_text(descriptors: &FileDescriptorSet, config: &mut prost_build::Config) {
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
