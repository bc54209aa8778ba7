//! Is there a screen to open a window on?

/// Why no window can be opened, or `None` if one probably can.
pub(super) fn missing() -> Option<String> {
    if cfg!(not(feature = "gui")) {
        return Some("this program was built without its window (feature `gui`)".to_owned());
    }
    server::missing()
}

/// Systems where a window needs a display server that may not be there.
#[cfg(all(unix, not(target_os = "macos")))]
mod server {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    pub(super) fn missing() -> Option<String> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if variable("WAYLAND_SOCKET").is_some() {
            return None;
        }
        let (wayland, x11) = (variable("WAYLAND_DISPLAY"), variable("DISPLAY"));
        if wayland.as_deref().is_some_and(wayland_answers) || x11.as_deref().is_some_and(x11_answers) {
            return None;
        }
        Some(match (wayland, x11) {
            (None, None) => "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned(),
            (Some(name), None) => format!("no display answers at WAYLAND_DISPLAY={name}"),
            (None, Some(name)) => format!("no display answers at DISPLAY={name}"),
            (Some(wayland), Some(x11)) => {
                format!("no display answers at WAYLAND_DISPLAY={wayland} or DISPLAY={x11}")
            }
        })
    }

    fn wayland_answers(name: &str) -> bool {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        UnixStream::connect(folder.join(name)).is_ok_and(keep)
    }

    /// Local displays (`:0`, `:0.1`) are tried; one of another host is taken at its word.
    fn x11_answers(name: &str) -> bool {
        let Some(number) = name.strip_prefix(':').map(|rest| rest.split('.').next().unwrap_or(rest)) else {
            return true;
        };
        let path = format!("/tmp/.X11-unix/X{number}");
        UnixStream::connect(&path).is_ok_and(keep) || abstract_socket_answers(&path)
    }

    /// An X server without other clients starts anew when its last one leaves, and refuses the next until it is done: so
    /// this connection stays open as long as the program.
    fn keep(connection: UnixStream) -> bool {
        std::mem::forget(connection);
        true
    }

    #[cfg(target_os = "linux")]
    fn abstract_socket_answers(path: &str) -> bool {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;
        SocketAddr::from_abstract_name(path).is_ok_and(|addr| UnixStream::connect_addr(&addr).is_ok_and(keep))
    }

    #[cfg(not(target_os = "linux"))]
    fn abstract_socket_answers(_path: &str) -> bool {
        false
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod server {
    pub(super) fn missing() -> Option<String> {
        None
    }
}
