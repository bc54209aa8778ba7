//! `tickshot-trace`: traces in, answers out.

use std::process::ExitCode;

fn main() -> ExitCode {
    tickshot_trace::cli::run()
}
