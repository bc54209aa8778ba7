//! MCAP's outer form: records, and the fields in them. Every length is checked against what is there before it is used;
//! mcap's own reader reserves memory for whatever a file claims. Must not know what records mean.

use super::health::Fault;

/// A record of an MCAP file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'b> {
    /// Where its opcode stands.
    pub(super) at: usize,
    pub(super) op: u8,
    pub(super) body: &'b [u8],
    /// Behind its last byte.
    pub(super) end: usize,
}

/// The record at byte `at`; the fault is that it is not all there.
pub(super) fn record_at(bytes: &[u8], at: usize) -> Result<Raw<'_>, Fault> {
    let mut fields = Fields { bytes: bytes.get(at..).unwrap_or_default() };
    let (Some(op), Some(length)) = (fields.u8(), fields.u64()) else {
        return Err(Fault::new(at, "cut off: the file ends within the first bytes of a record"));
    };
    let there = fields.bytes.len();
    let Some(body) = usize::try_from(length).ok().and_then(|length| fields.take(length)) else {
        let kind = op_name(op);
        return Err(Fault::new(at, format!("cut off: a record ({kind}) of {length} bytes, {there} of them are there")));
    };
    Ok(Raw { at, op, body, end: at + HEAD_BYTES + body.len() })
}

/// What is left of a record's body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'b> {
    pub(super) bytes: &'b [u8],
}

impl<'b> Fields<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Bytes behind their length.
    pub(super) fn block(&mut self) -> Option<&'b [u8]> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.block()?).ok()
    }

    /// Keys and values.
    pub(super) fn entries(&mut self) -> Option<Vec<(&'b str, &'b str)>> {
        let mut block = Fields { bytes: self.block()? };
        let mut entries = Vec::new();
        while !block.bytes.is_empty() {
            entries.push((block.text()?, block.text()?));
        }
        Some(entries)
    }
}

/// What MCAP calls records of this opcode.
pub(super) fn op_name(op: u8) -> String {
    let name = match op {
        0x01 => "header",
        0x02 => "footer",
        0x03 => "schema",
        0x04 => "channel",
        0x05 => "message",
        0x06 => "chunk",
        0x07 => "message index",
        0x0c => "metadata",
        0x0f => "end of data",
        _ => return format!("kind {op:#04x}"),
    };
    name.to_owned()
}

/// Opcode and length.
pub(super) const HEAD_BYTES: usize = 1 + 8;
