//! Fields of the schema that JSON has no words for, as text. `build.rs` names these functions at the fields they write.

use super::{Role, change, recorder_note, session_event};
use serde::Serializer;
use std::fmt::Display;

/// Of 64 bits: in decimal, since JavaScript rounds beyond 53.
pub(super) fn number<S: Serializer>(number: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(number)
}

pub(super) fn optional_number<S: Serializer>(number: &Option<impl Display>, to: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => to.collect_str(number),
        None => to.serialize_none(),
    }
}

/// Sixteen are an id, written as UUIDs are; others are hexadecimal.
pub(super) fn bytes<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::export::text::id(bytes))
}

/// Enums by their names in the schema; a number that it does not know as it is.
macro_rules! enums {
    ($($function:ident $type:ty;)+) => {
        $(pub(super) fn $function<S: Serializer>(number: &i32, to: S) -> Result<S::Ok, S::Error> {
            match <$type>::try_from(*number) {
                Ok(known) => to.serialize_str(known.as_str_name()),
                Err(_) => to.serialize_i32(*number),
            }
        })+
    };
}

enums! {
    role Role;
    recorder_note_kind recorder_note::Kind;
    change_kind change::Kind;
    session_event_kind session_event::Kind;
}
