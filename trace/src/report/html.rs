//! HTML in the making: everything that is said goes through one escape, and tables, figures and plots look alike everywhere.
//!
//! Stands alone because a report is full of names that players chose. Must not know what it tells.

use serde::Serialize;
use std::fmt::Write;

/// A page's body, and the data of its plots.
#[derive(Debug, Default)]
pub(super) struct Html {
    out: String,
    contents: Vec<(&'static str, &'static str)>,
    plots: Vec<Plot>,
}

/// Lines over time that uPlot draws.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Plot {
    pub(super) unit: &'static str,
    /// Seconds.
    pub(super) x: Vec<f64>,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    pub(super) name: String,
    /// Colour of the palette.
    pub(super) colour: usize,
    pub(super) dashed: bool,
    pub(super) y: Vec<Option<f64>>,
}

/// Text that is HTML already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Markup(pub(super) String);

/// What stands in a cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(String),
    Markup(Markup),
}

impl Html {
    /// Begins a section; `lead` says what it is about.
    pub(super) fn section(&mut self, id: &'static str, title: &'static str, lead: &str) {
        if !self.contents.is_empty() {
            self.out += "</section>\n";
        }
        self.contents.push((id, title));
        _ = writeln!(self.out, "<section id=\"{id}\"><h2>{}</h2>", escape(title));
        self.lead(lead);
    }

    fn lead(&mut self, text: &str) {
        _ = writeln!(self.out, "<p class=\"lead\">{}</p>", escape(text));
    }

    pub(super) fn heading(&mut self, text: &str) {
        _ = writeln!(self.out, "<h3>{}</h3>", escape(text));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        _ = writeln!(self.out, "<p>{}</p>", escape(text));
    }

    /// Something a reader must not overlook.
    pub(super) fn note(&mut self, text: &str) {
        _ = writeln!(self.out, "<p class=\"note\">{}</p>", escape(text));
    }

    pub(super) fn markup(&mut self, markup: &Markup) {
        self.out += &markup.0;
    }

    /// Words that a section needs, each in a sentence.
    pub(super) fn terms(&mut self, terms: &[(&str, &str)]) {
        self.out += "<dl class=\"terms\">";
        for (term, says) in terms {
            _ = write!(self.out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(term), escape(says));
        }
        self.out += "</dl>\n";
    }

    /// Heads that begin with `<` stand at the left, as their columns do.
    pub(super) fn table(&mut self, caption: &str, heads: &[&str], rows: &[Vec<Cell>]) {
        _ = write!(
            self.out,
            "<div class=\"scroll\" tabindex=\"0\"><table><caption>{}</caption><thead><tr>",
            escape(caption)
        );
        for head in heads {
            let (class, head) = head.strip_prefix('<').map_or((" class=\"n\"", *head), |head| ("", head));
            _ = write!(self.out, "<th scope=\"col\"{class}>{}</th>", escape(head));
        }
        self.out += "</tr></thead><tbody>";
        for row in rows {
            self.out += "<tr>";
            for cell in row {
                match cell {
                    Cell::Text(text) => _ = write!(self.out, "<td>{}</td>", escape(text)),
                    Cell::Number(text) => _ = write!(self.out, "<td class=\"n\">{}</td>", escape(text)),
                    Cell::Markup(markup) => _ = write!(self.out, "<td>{}</td>", markup.0),
                }
            }
            self.out += "</tr>";
        }
        self.out += "</tbody></table></div>\n";
    }

    /// A drawing and what it shows.
    pub(super) fn figure(&mut self, svg: &Markup, caption: &str) {
        _ = writeln!(self.out, "<figure>{}<figcaption>{}</figcaption></figure>", svg.0, escape(caption));
    }

    /// Lines over time. Without JavaScript only the caption is there, which should say where the numbers stand.
    pub(super) fn plot(&mut self, title: &str, caption: &str, plot: Plot) {
        if plot.x.is_empty() || plot.lines.is_empty() {
            return;
        }
        _ = writeln!(
            self.out,
            "<figure class=\"live\"><h4>{}</h4><div class=\"plot\" data-plot=\"{}\" role=\"img\" aria-label=\"{}\"></div>\
             <noscript>This plot over time is drawn by JavaScript; the tables hold its percentiles.</noscript>\
             <figcaption>{}</figcaption></figure>",
            escape(title),
            self.plots.len(),
            escape(title),
            escape(caption)
        );
        self.plots.push(plot);
    }

    /// The body, its contents list, and the plots' data.
    pub(super) fn finish(mut self) -> (String, Vec<(&'static str, &'static str)>, Vec<Plot>) {
        if !self.contents.is_empty() {
            self.out += "</section>\n";
        }
        (self.out, self.contents, self.plots)
    }
}

/// Text as HTML, within elements and quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            // Would turn the text around it.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            letter if letter.is_control() && letter != '\n' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// Data for a script element: nothing in it can end that element.
pub(super) fn script_json(data: &impl Serialize) -> String {
    serde_json::to_string(data)
        .expect("numbers, names and lists")
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

pub(super) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

pub(super) fn whole(number: impl Into<u64>) -> Cell {
    Cell::Number(grouped(number.into()))
}

/// With so many decimals; a dash for what is not known.
pub(super) fn decimal(number: impl Into<Option<f64>>, decimals: usize) -> Cell {
    Cell::Number(number.into().map_or("-".to_owned(), |number| format!("{number:.decimals$}")))
}

/// Digits in threes, apart by a narrow space.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A name in its player's colour.
pub(super) fn player(name: &str, slot: Option<u32>) -> Cell {
    let swatch = slot.map_or(String::new(), |slot| format!("<i class=\"swatch b{}\"></i>", colour(slot)));
    Cell::Markup(Markup(format!("<span class=\"player\">{swatch}{}</span>", escape(name))))
}

/// The place in the palette of the player in `slot`, as in the game.
pub(super) fn colour(slot: u32) -> usize {
    slot as usize % PLAYER_COLOURS
}

const PLAYER_COLOURS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_ever_markup() {
        let hostile = "<script>alert(1)</script>\"'&\u{202e}\0";
        assert_eq!(escape(hostile), "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}");
        assert_eq!(script_json(&"</script><!--"), r#""\u003c/script>\u003c!--""#);
        let mut html = Html::default();
        html.section("a", "A", hostile);
        html.table(hostile, &["<name"], &[vec![text(hostile)], vec![player(hostile, Some(3))]]);
        let (body, ..) = html.finish();
        assert!(!body.contains("<script"), "{body}");
    }

    #[test]
    fn numbers_are_grouped_in_threes() {
        assert_eq!([grouped(7), grouped(1234), grouped(1_234_567)], ["7", "1\u{202f}234", "1\u{202f}234\u{202f}567"]);
    }
}
