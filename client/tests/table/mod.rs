//! A table of results that is committed: written as Markdown, compared line by line.

#![allow(unreachable_pub, reason = "a test's module")]

use std::path::PathBuf;

/// One column: its head, and what stands in it.
pub struct Column<R> {
    pub head: &'static str,
    pub cell: fn(&R) -> String,
}

/// The whole file.
pub fn render<R>(title: &str, notes: &str, columns: &[Column<R>], rows: &[R]) -> String {
    let heads: Vec<String> = columns.iter().map(|column| column.head.to_owned()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|column| (column.cell)(row)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(heads).chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = format!("# {title}\n\n{notes}\n\n");
    for (number, line) in lines.iter().enumerate() {
        let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        text += &format!("| {} |\n", padded.join(" | "));
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| format!("{}:", "-".repeat(width - 1))).collect();
            text += &format!("| {} |\n", rules.join(" | "));
        }
    }
    text
}

/// What differs between `text` and the committed file of this name, line by line; `None` if nothing does. With
/// `UPDATE_SNAPSHOTS=1` the file is written instead.
pub fn compare(name: &str, text: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        return None;
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (Vec<&str>, Vec<&str>) = (held.lines().collect(), text.lines().collect());
    let mut difference = String::new();
    for line in 0..old.len().max(new.len()) {
        let (old, new) = (old.get(line).copied(), new.get(line).copied());
        if old != new {
            old.into_iter().for_each(|line| difference += &format!("-{line}\n"));
            new.into_iter().for_each(|line| difference += &format!("+{line}\n"));
        }
    }
    (!difference.is_empty()).then(|| {
        let file = path.display();
        format!("{file} differs (UPDATE_SNAPSHOTS=1 writes it anew, if that is meant):\n{difference}")
    })
}
