//! What a datagram costs: 64 sockets send 45 bytes at 64 Hz to one server for some seconds, on loopback.
//!
//! `cargo run --example io_cost -p tickshot-server [SECONDS]`. The senders are another process, so that the figure is the
//! server's alone. Prints process CPU time per datagram, wires only (no netcode), and how well arrivals were stamped.

use std::env;
use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use tickshot_server::net::socket::{Clock, IoThread};
use tickshot_server::net::wire::Wire;

const PEERS: u32 = 64;
const TICK: Duration = Duration::from_nanos(1_000_000_000 / 64);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        Some("send") => {
            let to = args.next().ok_or("whom to send to")?.parse()?;
            send(to, args.next().ok_or("for how long")?.parse()?)
        }
        seconds => receive(seconds.map_or(Ok(10), str::parse)?),
    }
}

/// The process measured: one server that empties its wire once per tick and answers every datagram.
fn receive(seconds: u32) -> Result<(), Box<dyn std::error::Error>> {
    let clock = Clock::start();
    let io = IoThread::start(clock)?;
    let mut wire = io.listen(([127, 0, 0, 1], 0).into())?;
    let to = wire.local_addr().to_string();
    let mut senders = Command::new(env::current_exe()?).args(["send", &to, &(seconds + 1).to_string()]).spawn()?;
    let (mut received, mut spread, mut start, mut cpu) = (0u64, [0u64; 16], Instant::now(), ProcessTime::now());
    for tick in 0..64 * seconds {
        // The first second warms up.
        if tick == 64 {
            (received, spread, start, cpu) = (0, [0; 16], Instant::now(), ProcessTime::now());
        }
        thread::sleep(TICK);
        let now = clock.now();
        wire.poll(now);
        while let Some(datagram) = wire.receive() {
            wire.admit(datagram.from);
            received += 1;
            spread[(now.saturating_sub(datagram.arrived).as_millis() as usize).min(15)] += 1;
            wire.send(datagram.from, &[0; 200]);
            wire.recycle(datagram.bytes);
        }
    }
    let (spent, passed) = (cpu.elapsed().as_secs_f64(), start.elapsed().as_secs_f64());
    println!("{received} datagrams in and out in {passed:.1} s, {:.0} a second", received as f64 / passed);
    println!("{:.2} us of CPU for one in and one out; drops {:?}", spent * 1e6 / received as f64, wire.drops());
    println!("age when polled, per millisecond (even when stamped on arrival): {spread:?}");
    senders.wait()?;
    Ok(())
}

/// 64 clients, spread evenly over the tick.
fn send(to: SocketAddr, seconds: u32) -> Result<(), Box<dyn std::error::Error>> {
    let io = IoThread::start(Clock::start())?;
    let mut wires = (0..PEERS).map(|_| io.connect(to)).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let mut due = start;
    for number in 0..64 * seconds * PEERS {
        due += TICK / PEERS;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let wire = &mut wires[(number % PEERS) as usize];
        wire.send(to, &[0x15; 45]);
    }
    Ok(())
}
