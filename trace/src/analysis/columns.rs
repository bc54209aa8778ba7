//! Words for a terminal: tables with columns as wide as what is in them, lines no longer than it is wide.
//!
//! Must not know what the columns mean.

/// A table in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// Heads; those that begin with `<` stand at the left, all others at the right.
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// With these heads; `<` before one puts its column to the left.
    pub(crate) fn new(heads: &[&'static str]) -> Columns {
        Columns { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// One line; cells beyond the heads are not shown.
    pub(crate) fn push<const N: usize>(&mut self, row: [String; N]) {
        self.push_row(row.to_vec());
    }

    /// The same, of as many cells as it happens to have.
    pub(crate) fn push_row(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The table, each line ended.
    pub(crate) fn text(&self) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| head.trim_start_matches('<').to_owned()).collect();
        let lines = || std::iter::once(&heads).chain(&self.rows);
        let width = |i: usize| lines().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..heads.len()).map(|i| width(i).unwrap_or(0)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).zip(&self.heads).map(|((cell, width), head)| {
                if head.starts_with('<') { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        lines().map(line).collect()
    }
}

/// In lines of at most 120 characters.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one from the beginning");
        if line.chars().count() + 1 + word.chars().count() > 120 {
            lines.push(word.to_owned());
        } else {
            *line += &format!("{}{word}", if line.is_empty() { "" } else { " " });
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_words_stand_at_the_left() {
        let mut columns = Columns::new(&["<who", "ms"]);
        columns.push(["Ann".to_owned(), "7".to_owned()]);
        columns.push(["Zoë B.".to_owned(), "1300".to_owned()]);
        assert_eq!(columns.text(), "who       ms\nAnn        7\nZoë B.  1300\n");
    }
}
