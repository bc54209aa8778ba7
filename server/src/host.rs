//! A server in a thread of this process: what `play`, the demo and the tests use.

use crate::app::{Server, ServerError};
use crate::config::ServerConfig;
use crate::metrics::ServerReport;
use crate::recording::RecordingSwitch;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread::JoinHandle;

/// A running server; dropping it stops it and waits for that.
pub struct HostedServer {
    addr: SocketAddr,
    seed: u64,
    recording: RecordingSwitch,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<ServerReport>>,
}

/// A server that is being started. Dropping it lets it end by itself.
pub struct StartingServer {
    bound: Receiver<Result<Bound, ServerError>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<ServerReport>>,
}

/// What is known of a server as soon as clients can connect.
struct Bound {
    addr: SocketAddr,
    seed: u64,
    recording: RecordingSwitch,
}

impl StartingServer {
    /// The server once clients can connect, or why they never will; `None` = not yet. Never waits; a frame can call it.
    pub fn poll(&mut self) -> Option<Result<HostedServer, ServerError>> {
        match self.bound.try_recv() {
            Err(TryRecvError::Empty) => None,
            Ok(bound) => Some(self.finish(bound)),
            // The thread reports before it does anything else, so it panicked: that is passed on.
            Err(TryRecvError::Disconnected) => self.resume_panic(),
        }
    }

    /// The same, but waits.
    pub fn wait(mut self) -> Result<HostedServer, ServerError> {
        match self.bound.recv() {
            Ok(bound) => self.finish(bound),
            Err(_) => self.resume_panic(),
        }
    }

    fn finish(&mut self, bound: Result<Bound, ServerError>) -> Result<HostedServer, ServerError> {
        let thread = self.thread.take();
        bound.map(|Bound { addr, seed, recording }| HostedServer {
            addr,
            seed,
            recording,
            stop: Arc::clone(&self.stop),
            thread,
        })
    }

    fn resume_panic<T>(&mut self) -> T {
        let panic = self.thread.take().and_then(|thread| thread.join().err());
        std::panic::resume_unwind(panic.unwrap_or_else(|| Box::new("this server was polled after it had started")))
    }
}

impl Drop for StartingServer {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl HostedServer {
    /// Bind and run in a new thread; returns once clients can connect, or why they never will.
    pub fn start(config: ServerConfig) -> Result<HostedServer, ServerError> {
        HostedServer::begin(config).wait()
    }

    /// The same without waiting for it.
    pub fn begin(config: ServerConfig) -> StartingServer {
        let stop = Arc::new(AtomicBool::new(false));
        let (report, bound) = std::sync::mpsc::channel();
        let stop_in_thread = Arc::clone(&stop);
        // An `App` cannot change threads, so it is made where it runs.
        let run = move || {
            let server = match Server::bind(&config) {
                Ok(server) => server,
                Err(error) => {
                    _ = report.send(Err(error));
                    return ServerReport::default();
                }
            };
            let bound = Bound { addr: server.local_addr(), seed: server.seed(), recording: server.recording() };
            _ = report.send(Ok(bound));
            server.run(&stop_in_thread, &mut |_| {})
        };
        let thread = std::thread::Builder::new()
            .name("tickshot-server".to_owned())
            .spawn(run)
            .expect("a system that starts no thread runs no game");
        StartingServer { bound, stop, thread: Some(thread) }
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

    /// Begins and ends recordings of it, and saves its last minute.
    pub fn recording(&self) -> RecordingSwitch {
        self.recording.clone()
    }

    /// Stop soon: everyone is told goodbye meanwhile. Dropping it once it [has stopped](Self::has_stopped) waits for nothing.
    pub fn begin_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub fn has_stopped(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
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
