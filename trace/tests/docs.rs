//! docs/TRACES.md explains every message and field: its tables are those of the schema's own comments.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p tickshot-trace --test docs` writes them anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tickshot_trace::record::Record;

/// A message or an enumeration: its comment, and its rows.
struct Block {
    name: String,
    about: String,
    rows: Vec<Row>,
}

/// Fields that share a comment; a heading has none.
struct Row {
    names: Vec<String>,
    types: Vec<String>,
    about: String,
}

#[test]
fn the_page_about_traces_explains_every_message_and_field_of_the_schema() {
    let files = ["common", "server", "client"];
    let blocks: Vec<Block> = files.iter().flat_map(|file| blocks(&read(&schema(file)))).collect();
    for block in &blocks {
        assert!(!block.about.is_empty(), "{} has no comment", block.name);
        for row in &block.rows {
            assert!(!row.about.is_empty(), "{}.{} has no comment", block.name, row.names.join(", "));
        }
    }
    let path = root().join("docs/TRACES.md");
    let page = read(&path);
    let (before, rest) = page.split_once(BEGIN).expect("the page says where the schema begins");
    let (_, after) = rest.split_once(END).expect("the page says where the schema ends");
    let wanted = format!("{before}{BEGIN}\n\n{}{END}{after}", render(&blocks));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return std::fs::write(&path, &wanted).expect("the page can be written");
    }
    assert!(page == wanted, "docs/TRACES.md tells of another schema: {HOW}");
}

fn render(blocks: &[Block]) -> String {
    let mut page = String::new();
    for Block { name, about, rows } in blocks {
        let topic = Record::CHANNELS.iter().find(|(_, message)| message == name).map(|(topic, _)| *topic);
        let on = topic.map_or_else(String::new, |topic| format!(" · channel `{topic}`"));
        _ = writeln!(page, "#### {name}{on}\n\n{about}\n\n| field | type | what |\n| --- | --- | --- |");
        for Row { names, types, about } in rows {
            let about = about.replace('|', "\\|");
            let mut kinds = types.clone();
            kinds.dedup();
            _ = match names.is_empty() {
                true => writeln!(page, "| | | *{about}* |"),
                false => writeln!(page, "| {} | {} | {about} |", code(names), code(&kinds)),
            };
        }
        page.push('\n');
    }
    page
}

fn code(words: &[String]) -> String {
    let words = words.iter().filter(|word| !word.is_empty());
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The messages and enumerations of a file, those inside others as `Outer.Inner`.
fn blocks(text: &str) -> Vec<Block> {
    let (mut done, mut open): (Vec<Block>, Vec<Block>) = (Vec::new(), Vec::new());
    // Lines of comment since the last line that was none.
    let mut comment: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("//") {
            comment.push(said.trim());
            continue;
        }
        let mut said = std::mem::take(&mut comment);
        if let Some(block) = open.last_mut()
            && let Some(heading) = said.first().and_then(|first| first.strip_prefix("--- "))
        {
            block.rows.push(Row { names: Vec::new(), types: Vec::new(), about: heading.to_owned() });
            said.remove(0);
        }
        if let Some(name) = line.strip_prefix("message ").or_else(|| line.strip_prefix("enum ")) {
            let name = name.trim_end_matches('{').trim();
            let (name, about) = match open.last() {
                Some(outer) => (format!("{}.{name}", outer.name), "Its values.".to_owned()),
                None => (name.to_owned(), said.join(" ")),
            };
            open.push(Block { name, about, rows: Vec::new() });
        } else if line == "}" {
            done.extend(open.pop());
        } else if let (Some(block), Some((field, _))) = (open.last_mut(), line.split_once('=')) {
            let (kind, name) = field.trim().rsplit_once(' ').unwrap_or(("", field.trim()));
            match block.rows.last_mut().filter(|row| said.is_empty() && !row.names.is_empty()) {
                Some(row) => {
                    row.names.push(name.to_owned());
                    row.types.push(kind.to_owned());
                }
                None => block.rows.push(Row {
                    names: vec![name.to_owned()],
                    types: vec![kind.to_owned()],
                    about: said.join(" "),
                }),
            }
        }
    }
    done
}

fn schema(file: &str) -> PathBuf {
    root().join(format!("trace/proto/{file}.proto"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

const BEGIN: &str = "<!-- schema: written by trace/tests/docs.rs -->";
const END: &str = "<!-- end of schema -->";
const HOW: &str = "run UPDATE_SNAPSHOTS=1 cargo test --release -p tickshot-trace --test docs";
