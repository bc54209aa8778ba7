//! From what a person types to an address. Asking the system for a name can take seconds: a window lets a thread wait.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use tickshot_server::config::DEFAULT_PORT;

/// `host`, `host:port`, `1.2.3.4`, `[::1]:port`: the first address it resolves to, or what is wrong with it.
pub fn resolve(server: &str) -> Result<SocketAddr, String> {
    if let Ok(ip) = server.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, DEFAULT_PORT));
    }
    let with_port = server.parse::<SocketAddr>().is_ok()
        || server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let text = if with_port { server.to_owned() } else { format!("{server}:{DEFAULT_PORT}") };
    let addresses: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| format!("cannot find server '{server}': {error}; give an address like 192.168.1.20:34197"))?
        .collect();
    // Servers listen on IPv4 unless told otherwise.
    let first = addresses.iter().find(|a| a.is_ipv4()).or(addresses.first());
    first.copied().ok_or_else(|| format!("server name '{server}' has no address"))
}

/// An address that is being looked up. Behind a lock only because what a window keeps is shared between threads.
pub struct Lookup(Mutex<Receiver<Result<SocketAddr, String>>>);

/// Look it up in a thread of its own.
pub fn resolve_in_background(server: &str) -> Lookup {
    let (tell, answer) = channel();
    let server = server.to_owned();
    // If there is no thread, the sender is gone and the lookup says so.
    _ = std::thread::Builder::new().name("tickshot-lookup".to_owned()).spawn(move || {
        // Nobody may want to know any more.
        _ = tell.send(resolve(&server));
    });
    Lookup(Mutex::new(answer))
}

impl Lookup {
    /// The outcome, once there is one.
    pub fn poll(&self) -> Option<Result<SocketAddr, String>> {
        let Ok(answer) = self.0.lock() else {
            return Some(Err("the address could not be looked up".to_owned()));
        };
        match answer.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the address could not be looked up".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_the_default_one() {
        assert_eq!(resolve("127.0.0.1").unwrap().port(), DEFAULT_PORT);
        assert_eq!(resolve("127.0.0.1:7").unwrap().port(), 7);
        assert_eq!(resolve("[::1]:7").unwrap().port(), 7);
        assert_eq!(resolve("::1").unwrap().port(), DEFAULT_PORT);
    }

    #[test]
    fn a_server_name_that_means_nothing_is_named_in_the_error() {
        assert!(resolve("no such host").unwrap_err().contains("no such host"));
    }
}
