//! `tickshot-trace` as these tests run it: the tool's own command line, built where recorded matches can be made.

use std::process::ExitCode;

fn main() -> ExitCode {
    tickshot_trace::cli::run()
}
