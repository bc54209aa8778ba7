//! `tickshot-trace recover`: what is whole of a torn file, as a file that every reader takes.

use super::{Failure, Output};
use crate::file::{self, Fault, Health};
use serde::Serialize;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The torn trace; it is not changed
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to; without it beside FILE, as NAME-recovered.mcap
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Overwrite OUT if it exists
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Answer {
    file: PathBuf,
    /// `None` = there was nothing to mend.
    recovered: Option<PathBuf>,
    kept_records: u64,
    kept_bytes: u64,
    /// Bytes of the torn file behind the last that is whole. How many records were in them nobody knows.
    lost_bytes: u64,
    old_last_seal: String,
    new_last_seal: String,
    faults: Vec<Fault>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let undone = |error: String| Failure::Undone(format!("{}: {error}", args.file.display()));
    let bytes = file::load(&args.file).map_err(|error| Failure::Undone(error.to_string()))?;
    let health = file::check(&bytes).map_err(|error| undone(error.to_string()))?;
    let mut answer = Answer::of(args.file.clone(), &health);
    if health.is_whole() && args.output.is_none() {
        let text = format!("{} is whole: nothing to mend, nothing written", args.file.display());
        output.print(&answer, &text);
        return Ok(());
    }
    let recovered = file::recover(&bytes).map_err(|error| undone(error.to_string()))?;
    let out = args.output.clone().unwrap_or_else(|| beside(&args.file));
    write(&out, &recovered.bytes, args.force, &args.file)?;
    answer.new_last_seal = recovered.seal.to_string();
    answer.recovered = Some(out);
    output.print(&answer, &answer.text());
    Ok(())
}

/// `torn.mcap` becomes `torn-recovered.mcap`.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push("-recovered.mcap");
    file.with_file_name(name)
}

/// Under its name only when it is complete: an error leaves no half file, and nothing that was there is lost.
fn write(out: &Path, bytes: &[u8], force: bool, torn: &Path) -> Result<(), Failure> {
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(out, torn) {
        let text = format!("{} is the torn file itself, which stays as it is; name another with -o", out.display());
        return Err(Failure::Undone(text));
    }
    if !force && out.exists() {
        let text = format!("{} exists; name another file with -o, or overwrite it with --force", out.display());
        return Err(Failure::Undone(text));
    }
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, out));
    written.map_err(|error| {
        _ = std::fs::remove_file(&part);
        Failure::Undone(format!("cannot write {}: {error}", out.display()))
    })
}

impl Answer {
    fn of(file: PathBuf, health: &Health) -> Answer {
        Answer {
            file,
            recovered: None,
            kept_records: health.messages,
            kept_bytes: health.valid_bytes,
            lost_bytes: health.bytes - health.valid_bytes,
            old_last_seal: health.last_seal.clone(),
            new_last_seal: String::new(),
            faults: health.faults.clone(),
        }
    }

    fn text(&self) -> String {
        let faults: Vec<String> = self.faults.iter().map(|fault| format!("fault     {fault}\n")).collect();
        let out = self.recovered.as_deref().unwrap_or(&self.file).display().to_string();
        let old = if self.old_last_seal.is_empty() { "none" } else { &self.old_last_seal };
        format!(
            "{}kept      {} records, {} bytes\nlost      {} bytes behind them\nwritten   {out}\n\
             old seal  {old}\nnew seal  {}\n",
            faults.concat(),
            self.kept_records,
            self.kept_bytes,
            self.lost_bytes,
            self.new_last_seal,
        )
    }
}
