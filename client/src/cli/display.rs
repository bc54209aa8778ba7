//! Is there a screen to open a window on?

/// Why no window can be opened, or `None` if one probably can.
pub(super) fn missing() -> Option<&'static str> {
    if cfg!(not(feature = "gui")) {
        return Some("this program was built without its window (feature `gui`)");
    }
    if cfg!(all(unix, not(target_os = "macos"))) {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !set("DISPLAY") && !set("WAYLAND_DISPLAY") && !set("WAYLAND_SOCKET") {
            return Some("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)");
        }
    }
    None
}
