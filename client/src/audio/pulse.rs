//! PulseAudio's native protocol over its Unix socket, as PipeWire's `pipewire-pulse` speaks it, too.
//!
//! The wire format is the crate `pulseaudio`'s; connection, deadlines and the loop are here, because its own client keeps a
//! thread that cannot be ended. One thread, one blocking socket: the server asks for bytes, it gets them. Must not know
//! what they sound like.

use super::output::{Fill, Flow, Meter, Output, OutputError};
use super::synth::RATE_HZ;
use pulseaudio::protocol::{self, Command, CommandReply, Prop, ProtocolError, TagStructReader};
use std::ffi::CString;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// A playback stream on the server.
pub(super) struct Pulse {
    wire: Wire,
    path: PathBuf,
    channel: u32,
    /// Bytes the server waits for.
    wanted: usize,
    samples: Vec<f32>,
    bytes: Vec<u8>,
}

impl Pulse {
    /// Finds the server as libpulse does: `PULSE_SERVER`, `PULSE_RUNTIME_PATH`, `XDG_RUNTIME_DIR`.
    pub(super) fn connect() -> Result<Pulse, OutputError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let candidates = sockets(&variable);
        let Some(path) = candidates.iter().find(|path| path.exists()) else {
            let tried: Vec<_> = candidates.iter().map(|path| path.display().to_string()).collect();
            return Err(OutputError::Absent(match tried.is_empty() {
                true => "neither PULSE_SERVER nor XDG_RUNTIME_DIR names a local socket".to_owned(),
                false => format!("no socket at {}", tried.join(" or ")),
            }));
        };
        let cookie = cookies(&variable).iter().find_map(|path| std::fs::read(path).ok());
        Pulse::connect_to(path, cookie.unwrap_or_default())
    }

    /// The server at `path`, with the secret that shows who we are, if it needs one.
    pub(super) fn connect_to(path: &Path, mut cookie: Vec<u8>) -> Result<Pulse, OutputError> {
        // A server that needs no secret still refuses one of another length.
        cookie.resize(COOKIE_BYTES, 0);
        let socket = UnixStream::connect(path)
            .map_err(|error| OutputError::Absent(format!("nobody answers at {}: {error}", path.display())))?;
        let mut wire = Wire::new(socket)?;
        let auth =
            protocol::AuthParams { version: protocol::MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let auth: protocol::AuthReply = wire.ask(0, &Command::Auth(auth))?;
        wire.version = auth.version.min(protocol::MAX_VERSION);
        let _: protocol::SetClientNameReply = wire.ask(1, &Command::SetClientName(client_props()))?;
        let stream: protocol::CreatePlaybackStreamReply =
            wire.ask(2, &Command::CreatePlaybackStream(stream_params()))?;
        Ok(Pulse {
            wire,
            path: path.to_owned(),
            channel: stream.channel,
            wanted: stream.requested_bytes as usize,
            samples: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Sends what the server waits for, in pieces that keep the mixer's commands fresh.
    fn give(&mut self, fill: &mut Fill<'_>) -> Result<Flow, OutputError> {
        let mut flow = Flow::More;
        while self.wanted >= FRAME_BYTES && flow == Flow::More {
            let frames = (self.wanted / FRAME_BYTES).min(PIECE_FRAMES);
            self.samples.resize(2 * frames, 0.0);
            flow = fill(&mut self.samples);
            let (head, length) = (protocol::DESCRIPTOR_SIZE, frames * FRAME_BYTES);
            self.bytes.resize(head + length, 0);
            let descriptor = protocol::Descriptor {
                length: length as u32,
                channel: self.channel,
                offset: 0,
                flags: protocol::DescriptorFlags::empty(),
            };
            let head_bytes = (&mut self.bytes[..head]).try_into().expect("a slice of that length");
            protocol::encode_descriptor(head_bytes, &descriptor);
            for (to, sample) in self.bytes[head..].chunks_exact_mut(4).zip(&self.samples) {
                to.copy_from_slice(&sample.to_le_bytes());
            }
            self.wire.send(&self.bytes)?;
            self.wanted -= length;
        }
        Ok(flow)
    }

    /// What the server said by itself, or answered to a question about latency.
    fn handle(&mut self, message: &[u8], meter: &Meter) -> Result<(), OutputError> {
        let mut reader = Cursor::new(message);
        // Messages this crate does not know are of no interest here either.
        let Ok((seq, command)) = Command::read_tag_prefixed(&mut reader, self.wire.version) else { return Ok(()) };
        match command {
            Command::Request(request) if request.channel == self.channel => {
                self.wanted = (self.wanted + request.length as usize).min(WANTED_BYTES_MAX);
            }
            Command::Underflow(_) => meter.count_underrun(),
            Command::PlaybackStreamKilled(channel) if channel == self.channel => {
                return Err(OutputError::Lost("it ended our stream".to_owned()));
            }
            Command::Reply if seq == LATENCY_SEQ => {
                let mut reader = TagStructReader::new(&mut reader, self.wire.version);
                if let Ok(latency) = reader.read::<protocol::PlaybackLatency>() {
                    let queued = (latency.write_offset - latency.read_offset).max(0) as u64;
                    let queued_us = queued * 1_000_000 / (FRAME_BYTES as u64 * u64::from(RATE_HZ));
                    meter.set_latency(Duration::from_micros(latency.sink_usec + queued_us));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Lets the rest be played, for as long as that may take.
    fn drain(&mut self) -> Result<(), OutputError> {
        self.wire.tell(DRAIN_SEQ, &Command::DrainPlaybackStream(self.channel))?;
        let until = Instant::now() + DRAIN_MAX;
        while Instant::now() < until {
            if let Some(message) = self.wire.poll()? {
                let answer = Command::read_tag_prefixed(&mut Cursor::new(&message), self.wire.version);
                if matches!(answer, Ok((DRAIN_SEQ, _))) {
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Output for Pulse {
    fn play(&mut self, fill: &mut Fill<'_>, meter: &Meter) -> Result<(), OutputError> {
        let mut ask_latency_at = Instant::now() + LATENCY_EVERY / 2;
        loop {
            if self.give(fill)? == Flow::Last {
                return self.drain();
            }
            match self.wire.poll()? {
                Some(message) => self.handle(&message, meter)?,
                // Nothing is wanted (a suspended sink): still look whether this is the end.
                None if fill(&mut []) == Flow::Last => return Ok(()),
                None => {}
            }
            if Instant::now() >= ask_latency_at {
                ask_latency_at += LATENCY_EVERY;
                let params = protocol::LatencyParams { channel: self.channel, now: SystemTime::now() };
                self.wire.tell(LATENCY_SEQ, &Command::GetPlaybackLatency(params))?;
            }
        }
    }

    fn name(&self) -> String {
        format!("the PulseAudio server at {}", self.path.display())
    }
}

/// Messages over the socket, with deadlines.
struct Wire {
    socket: UnixStream,
    version: u16,
    /// Bytes that came and are not a whole message yet.
    inbox: Vec<u8>,
    chunk: Vec<u8>,
}

impl Wire {
    fn new(socket: UnixStream) -> Result<Wire, OutputError> {
        let timeouts = socket.set_read_timeout(Some(POLL)).and_then(|()| socket.set_write_timeout(Some(ANSWER_MAX)));
        timeouts.map_err(lost)?;
        Ok(Wire { socket, version: protocol::MAX_VERSION, inbox: Vec::new(), chunk: vec![0; 4096] })
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.socket.write_all(bytes).map_err(lost)
    }

    fn tell(&mut self, seq: u32, command: &Command) -> Result<(), OutputError> {
        protocol::write_command_message(&mut self.socket, seq, command, self.version).map_err(broken)
    }

    /// Sends `command` and waits for its answer; other messages are let go.
    fn ask<R: CommandReply>(&mut self, seq: u32, command: &Command) -> Result<R, OutputError> {
        self.tell(seq, command)?;
        let until = Instant::now() + ANSWER_MAX;
        while Instant::now() < until {
            let Some(message) = self.poll()? else { continue };
            let mut reader = Cursor::new(&message);
            match Command::read_tag_prefixed(&mut reader, self.version) {
                Ok((to, Command::Reply)) if to == seq => {
                    return TagStructReader::new(&mut reader, self.version).read().map_err(broken);
                }
                Ok((to, Command::Error(error))) if to == seq => {
                    return Err(OutputError::Refused(format!("{error:?}")));
                }
                _ => {}
            }
        }
        Err(OutputError::Refused(format!("no answer within {} s", ANSWER_MAX.as_secs())))
    }

    /// The next message of the control channel; `None` if none comes within [`POLL`].
    fn poll(&mut self) -> Result<Option<Vec<u8>>, OutputError> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            match self.socket.read(&mut self.chunk) {
                Ok(0) => return Err(OutputError::Lost("it closed the connection".to_owned())),
                Ok(count) => self.inbox.extend_from_slice(&self.chunk[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(lost(error)),
            }
        }
    }

    /// A whole message out of what has come.
    fn take(&mut self) -> Result<Option<Vec<u8>>, OutputError> {
        let head = protocol::DESCRIPTOR_SIZE;
        if self.inbox.len() < head {
            return Ok(None);
        }
        let descriptor = protocol::read_descriptor(&mut self.inbox.as_slice()).map_err(broken)?;
        let length = descriptor.length as usize;
        if length > MESSAGE_BYTES_MAX {
            return Err(OutputError::Lost(format!("it sent a message of {length} bytes")));
        }
        if self.inbox.len() < head + length {
            return Ok(None);
        }
        let message = self.inbox[head..head + length].to_vec();
        self.inbox.drain(..head + length);
        Ok(Some(message))
    }
}

fn lost(error: std::io::Error) -> OutputError {
    OutputError::Lost(error.to_string())
}

fn broken(error: ProtocolError) -> OutputError {
    OutputError::Lost(error.to_string())
}

fn client_props() -> protocol::Props {
    let mut props = protocol::Props::new();
    props.set(Prop::ApplicationName, c"Tickshot");
    let pid = CString::new(std::process::id().to_string()).expect("digits have no zero byte");
    props.set(Prop::ApplicationProcessId, pid);
    props
}

/// Stereo floats; as little in the buffers as a desktop keeps up with.
fn stream_params() -> protocol::PlaybackStreamParams {
    let mut props = protocol::Props::new();
    props.set(Prop::MediaName, c"Tickshot");
    props.set(Prop::MediaRole, c"game");
    protocol::PlaybackStreamParams {
        sample_spec: protocol::SampleSpec {
            format: protocol::SampleFormat::Float32Le,
            channels: 2,
            sample_rate: RATE_HZ,
        },
        channel_map: protocol::ChannelMap::stereo(),
        sink_name: Some(protocol::DEFAULT_SINK.to_owned()),
        buffer_attr: protocol::stream::BufferAttr {
            target_length: bytes_of(LATENCY_MS),
            // Starts at once, and goes on at once after a gap.
            pre_buffering: 0,
            minimum_request_length: bytes_of(REQUEST_MS),
            ..Default::default()
        },
        flags: protocol::stream::StreamFlags { adjust_latency: true, ..Default::default() },
        props,
        ..Default::default()
    }
}

/// Sockets in the order libpulse tries them. Servers of other hosts are not asked: sound that late is of no use here.
fn sockets(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    // A list of servers, each perhaps for one machine only: "{id}unix:/path /other/path tcp:host".
    for server in variable("PULSE_SERVER").iter().flat_map(|list| list.split_whitespace()) {
        let address = server.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(server, |(_, rest)| rest);
        let path = address.strip_prefix("unix:").unwrap_or(address);
        if path.starts_with('/') {
            paths.push(PathBuf::from(path));
        }
    }
    paths.extend(variable("PULSE_RUNTIME_PATH").map(|folder| Path::new(&folder).join("native")));
    paths.extend(variable("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("pulse/native")));
    paths
}

/// Where the secret may lie that shows who we are. Most servers know us by our user already.
fn cookies(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let mut paths: Vec<_> = variable("PULSE_COOKIE").map(PathBuf::from).into_iter().collect();
    if let Some(home) = variable("HOME") {
        paths.push(Path::new(&home).join(".config/pulse/cookie"));
        paths.push(Path::new(&home).join(".pulse-cookie"));
    }
    paths
}

const fn bytes_of(ms: u32) -> u32 {
    RATE_HZ * ms / 1000 * FRAME_BYTES as u32
}

const COOKIE_BYTES: usize = 256;
/// Two floats.
const FRAME_BYTES: usize = 8;
/// All that lies between the mixer and the loudspeaker; asked for, the server may not manage it.
const LATENCY_MS: u32 = 35;
/// How much the server asks for at a time, at least.
const REQUEST_MS: u32 = 6;
/// Frames mixed in one go: commands that come meanwhile are heard with the next.
const PIECE_FRAMES: usize = 256;
/// A server that wants more than this at once is out of its mind.
const WANTED_BYTES_MAX: usize = 4 * 1024 * 1024;
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Longest wait for a message before looking elsewhere.
const POLL: Duration = Duration::from_millis(50);
/// Longest wait for an answer, or for room in the socket.
const ANSWER_MAX: Duration = Duration::from_secs(2);
const DRAIN_MAX: Duration = Duration::from_millis(200);
const LATENCY_EVERY: Duration = Duration::from_secs(1);
const LATENCY_SEQ: u32 = 1000;
const DRAIN_SEQ: u32 = 1001;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_looked_for_where_libpulse_looks() {
        let sockets = |pairs: &[(&str, &str)]| {
            let find = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
            sockets(&find).iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(sockets(&[]), Vec::<String>::new());
        assert_eq!(sockets(&[("XDG_RUNTIME_DIR", "/run/user/7")]), ["/run/user/7/pulse/native"]);
        assert_eq!(
            sockets(&[("PULSE_SERVER", "{ab12}unix:/a tcp:there /b"), ("PULSE_RUNTIME_PATH", "/c")]),
            ["/a", "/b", "/c/native"]
        );
    }

    #[test]
    fn a_server_that_hangs_up_or_talks_nonsense_is_an_error_and_no_panic() {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair of sockets");
        let mut wire = Wire::new(ours).expect("timeouts can be set");
        assert_eq!(wire.poll(), Ok(None), "silence is no error");
        theirs.write_all(&[0xff; 64]).expect("room in the socket");
        assert!(matches!(wire.poll(), Err(OutputError::Lost(_))), "a message of four gigabytes");
        drop(theirs);
        wire.inbox.clear();
        assert!(matches!(wire.poll(), Err(OutputError::Lost(_))), "hung up");
    }

    #[test]
    fn a_message_in_pieces_is_put_together() {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair of sockets");
        let mut wire = Wire::new(ours).expect("timeouts can be set");
        let mut bytes = Vec::new();
        protocol::write_ack_message(&mut bytes, 77).expect("a vector takes all");
        for byte in &bytes[..bytes.len() - 1] {
            theirs.write_all(&[*byte]).expect("room in the socket");
        }
        assert_eq!(wire.poll(), Ok(None));
        theirs.write_all(&bytes[bytes.len() - 1..]).expect("room in the socket");
        let message = wire.poll().expect("a message").expect("whole");
        assert_eq!(message, bytes[protocol::DESCRIPTOR_SIZE..]);
    }
}
