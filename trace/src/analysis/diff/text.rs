//! A comparison for a terminal.

use super::{Diff, First};
use crate::analysis::columns::{Columns, wrapped};
use crate::analysis::shots::words::{number, short};

impl Diff {
    /// For a terminal. A and B are the files in the order in which they were given.
    pub fn text(&self) -> String {
        let mut text = if self.same_recording {
            format!("A and B are of one recording of a {}.\n\n", self.role)
        } else {
            format!("A and B are two recordings of {}s.\n\n", self.role)
        };
        text += &self.givens_text();
        text += &self.ticks_text();
        for (what, first) in [
            ("inputs differ", &self.first_input),
            ("worlds differ", &self.first_world),
            ("shots differ", &self.first_shot),
        ] {
            if let Some(first) = first {
                text += &first_text(what, first);
            }
        }
        text += &self.records_text();
        text += &self.numbers_text();
        for note in &self.notes {
            text += &(wrapped(note) + "\n");
        }
        text
    }

    fn givens_text(&self) -> String {
        let same: Vec<&str> = self.givens.iter().filter(|given| given.same).map(|given| given.what).collect();
        let same = if same.is_empty() { "nothing".to_owned() } else { same.join(", ") };
        let mut text = wrapped(&format!("the same: {same}")) + "\n";
        for given in self.givens.iter().filter(|given| !given.same) {
            text += &format!(
                "{}\n  A: {}\n  B: {}\n",
                given.what,
                short(&given.a, VALUE_CHARS),
                short(&given.b, VALUE_CHARS)
            );
        }
        text + "\n"
    }

    fn ticks_text(&self) -> String {
        let Some(common) = &self.common else { return String::new() };
        let worlds = match self.role {
            "server" => format!(", the same worlds in {}", common.same_worlds),
            _ => String::new(),
        };
        format!(
            "{} ticks in common, {} to {}: the same inputs in {}{worlds}\n\n",
            common.ticks, common.first, common.last, common.same_inputs
        )
    }

    fn records_text(&self) -> String {
        let mut columns = Columns::new(&["<records", "A", "B", "equal from the first on"]);
        for kind in self.records.iter().filter(|kind| kind.a + kind.b > 0) {
            columns.push([kind.kind.to_owned(), kind.a.to_string(), kind.b.to_string(), kind.equal.to_string()]);
        }
        columns.text() + "\n"
    }

    fn numbers_text(&self) -> String {
        let mut columns = Columns::new(&["<", "A", "B", "B - A", "%", "<unit"]);
        for it in self.numbers.iter().filter(|it| it.is_something()) {
            let more = it.a.zip(it.b).map(|(a, b)| b - a);
            columns.push([
                it.name.clone(),
                number(it.a, 0),
                number(it.b, 0),
                more.map_or_else(|| "-".to_owned(), |more| format!("{more:+.0}")),
                it.change_percent().map_or_else(String::new, |percent| format!("{percent:+.1}")),
                it.unit.to_owned(),
            ]);
        }
        columns.text() + "\n"
    }
}

fn first_text(what: &str, first: &First) -> String {
    let mut text = format!("{what} from tick {} on ({:.3} s)\n", first.tick, first.time_ms as f64 / 1000.0);
    for it in &first.differences {
        let (a, b) = (short(&it.a, VALUE_CHARS / 2 - 12), short(&it.b, VALUE_CHARS / 2 - 12));
        text += &format!("  {} {}: A {a}, B {b}\n", it.of, it.field);
    }
    if first.more > 0 {
        text += &format!("  and {} more\n", first.more);
    }
    text + "\n"
}

/// Of a value that may be long.
const VALUE_CHARS: usize = 112;
