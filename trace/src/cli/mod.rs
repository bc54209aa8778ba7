//! The command line of `tickshot-trace`.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
