//! Logs to stderr, quiet by default; `RUST_LOG` changes that.

use tracing_subscriber::EnvFilter;

/// Install the process-wide log output; a second call changes nothing.
pub fn init() {
    // renetcode logs an error line per junk or repeated packet: a flood of packets must not become a flood of lines.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,renetcode=off,renet=off,wgpu=error,naga=error,winit=error"));
    _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().try_init();
}
