//! A server in a thread of this process: what `play`, the demo and the tests use.

use crate::app::{Server, ServerError};
use crate::config::ServerConfig;
use crate::metrics::ServerReport;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A running server; dropping it stops it.
pub struct HostedServer {
    addr: SocketAddr,
    seed: u64,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<ServerReport>>,
}

impl HostedServer {
    /// Bind and run in a new thread; returns once clients can connect, or why they never will.
    pub fn start(config: ServerConfig) -> Result<HostedServer, ServerError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (bound, is_bound) = std::sync::mpsc::channel();
        let stop_in_thread = Arc::clone(&stop);
        // An `App` cannot change threads, so it is made where it runs.
        let run = move || {
            let server = match Server::bind(&config) {
                Ok(server) => server,
                Err(error) => {
                    _ = bound.send(Err(error));
                    return ServerReport::default();
                }
            };
            _ = bound.send(Ok((server.local_addr(), server.seed())));
            server.run(&stop_in_thread, &mut |_| {})
        };
        let thread = std::thread::Builder::new()
            .name("tickshot-server".to_owned())
            .spawn(run)
            .expect("a system that starts no thread runs no game");
        let (addr, seed) = is_bound.recv().expect("the thread reports before it does anything else")?;
        Ok(HostedServer { addr, seed, stop, thread: Some(thread) })
    }

    /// Where clients on this machine reach it.
    pub fn addr(&self) -> SocketAddr {
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        addr
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Stop, say goodbye to everyone, and report. A panic of the server's thread is passed on.
    pub fn stop(mut self) -> ServerReport {
        self.join().unwrap_or_default()
    }

    fn join(&mut self) -> Option<ServerReport> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take()?;
        match thread.join() {
            Ok(report) => Some(report),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for HostedServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.join();
        }
    }
}
