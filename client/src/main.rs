//! `tickshot`: the game.

use clap::Parser;
use std::process::ExitCode;
use tickshot_client::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tickshot_server::logging::init();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tickshot: {error}");
            ExitCode::FAILURE
        }
    }
}
