//! What follows the last seal of a finished file: end of data, summary, footer, magic. Each has its CRC or its only form.

use super::container::{Fields, HEAD_BYTES, Raw, record_at};
use super::health::Fault;
use mcap::records::op;

/// Check everything from the end of data to the last byte.
pub(super) fn check(bytes: &[u8], data_end: Raw<'_>) -> Result<(), Fault> {
    let crc = Fields { bytes: data_end.body }.u32();
    if data_end.body.len() != 4 || crc != Some(crc32fast::hash(&bytes[..data_end.at])) {
        return Err(Fault::new(
            data_end.at,
            "the record at the end of data does not have the CRC of all bytes before it",
        ));
    }
    let summary_at = data_end.end;
    let rest = &bytes[summary_at..];
    if !rest.ends_with(mcap::MAGIC) || rest.len() < FOOTER_BYTES + mcap::MAGIC.len() {
        let what = "all records are whole, but the summary behind them is not: the file does not end with MCAP's magic";
        return Err(Fault::new(summary_at, what));
    }
    let magic_at = bytes.len() - mcap::MAGIC.len();
    let footer_at = magic_at - FOOTER_BYTES;
    let footer = record_at(&bytes[..magic_at], footer_at)?;
    let mut fields = Fields { bytes: footer.body };
    let (Some(summary_start), Some(_offsets), Some(crc)) = (fields.u64(), fields.u64(), fields.u32()) else {
        return Err(Fault::new(footer_at, "the footer is not one"));
    };
    if footer.op != op::FOOTER || footer.end != magic_at || summary_start != summary_at as u64 {
        return Err(Fault::new(footer_at, "the footer is not the one of this file"));
    }
    let sum = crc32fast::hash(&bytes[summary_at..magic_at - 4]);
    if crc != sum {
        let what =
            format!("the summary, bytes {summary_at} to {magic_at}, should have CRC {crc:08x}, and has {sum:08x}");
        return Err(Fault::new(summary_at, what));
    }
    Ok(())
}

/// Opcode, length, two offsets, CRC.
const FOOTER_BYTES: usize = HEAD_BYTES + 8 + 8 + 4;
