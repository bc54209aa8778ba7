//! The descriptors that every trace carries: of each message those that it needs, without comments, because a file repeats
//! them in its summary.

use prost::Message;
use prost_types::FileDescriptorSet;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// Into `out`: all descriptors, those of each message, and a table of these as Rust.
pub(super) fn write_all(out: &Path, descriptors: &FileDescriptorSet) {
    write(&out.join("descriptors.bin"), &descriptors.encode_to_vec());
    let mut table = String::from("&[\n");
    for message in descriptors.file.iter().flat_map(|file| &file.message_type) {
        let name = message.name();
        let file = format!("{name}.descriptor");
        write(&out.join(&file), &needed_by(name, descriptors).encode_to_vec());
        writeln!(table, "(\"{name}\", include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))),").expect("memory");
    }
    table.push(']');
    write(&out.join("descriptors_by_message.rs"), table.as_bytes());
}

/// The part of the schema that the message `name` is made of.
fn needed_by(name: &str, all: &FileDescriptorSet) -> FileDescriptorSet {
    let mut needed = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        let message = all.file.iter().flat_map(|file| &file.message_type).find(|message| message.name() == name);
        if needed.insert(name) {
            let types = message.into_iter().flat_map(|message| &message.field).filter_map(|field| {
                // `Change.Kind` comes with `Change`.
                let path = field.type_name().strip_prefix(PACKAGE)?;
                path.split('.').next().map(str::to_owned)
            });
            open.extend(types);
        }
    }
    let mut set = all.clone();
    for file in &mut set.file {
        file.source_code_info = None;
        file.message_type.retain(|message| needed.contains(message.name()));
        file.enum_type.retain(|it| needed.contains(it.name()));
    }
    set.file.retain(|file| !(file.message_type.is_empty() && file.enum_type.is_empty()));
    let kept: Vec<String> = set.file.iter().map(|file| file.name().to_owned()).collect();
    for file in &mut set.file {
        file.dependency.retain(|dependency| kept.contains(dependency));
    }
    set
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("cargo's folder can be written to");
}

const PACKAGE: &str = ".tickshot.trace.v1.";
