//! Chat at a moment: all that was said by the server's word, or what one client had been told by then.
//!
//! Through the server's eye one reads what each side said to itself, marked as such, at the tick in which it was said. Through
//! a client's eye one reads what that client was told, when it was told: it never got what the other side said to itself.
//!
//! Must not know how lines are drawn, nor how long they stay.

use super::eye::Eye;
use super::time::Moment;
use crate::view::ChatView;
use tickshot_shared::protocol::control::{tidy_chat, tidy_name};
use tickshot_shared::tick::TickRate;
use tickshot_trace::model::ServerTrace;
use tickshot_trace::proto::Chat;

/// All lines, each at the tick in which it was said.
pub fn said(server: &ServerTrace) -> impl DoubleEndedIterator<Item = (Moment, &Chat)> {
    server.chat.iter().map(|line| (Moment::of(line.tick), line))
}

/// All lines that a client was told in its session, each at the moment at which it came.
pub fn told<'e>(eye: &'e Eye<'_>) -> impl DoubleEndedIterator<Item = (Moment, &'e Chat)> {
    let own = eye.trace.chat.iter().filter(|line| eye.owns(line.at_ns));
    own.map(|line| (eye.moment(line.at_ns), &line.it))
}

/// The latest of `lines` at `at`, oldest first. `speaker`: who said a line; `None` = nobody who is known, or the server, whose
/// name is `server`.
pub fn draw<'l>(
    lines: impl DoubleEndedIterator<Item = (Moment, &'l Chat)>,
    (at, rate): (Moment, TickRate),
    speaker: impl Fn(&Chat) -> Option<u16>,
    server: Option<&str>,
    view: &mut Vec<ChatView>,
) {
    view.clear();
    let latest = lines.rev().skip_while(|(then, _)| *then > at).take(LINES_MAX);
    view.extend(latest.map(|(then, line)| {
        let slot = speaker(line);
        let (name, words) = tidy(line);
        // A line of nobody is drawn without a name, as the server's own are.
        let text = match slot {
            None if server != Some(line.name.as_str()) => format!("{name}: {words}"),
            _ => words,
        };
        let age_s = (at.ms_since(then, rate) / 1000.0) as f32;
        ChatView { slot, name, team_only: line.to_side, text, age_s }
    }));
    view.reverse();
}

/// Who said what, as the game itself lets it pass: a file may have been written by anybody.
pub(super) fn tidy(line: &Chat) -> (String, String) {
    (tidy_name(&line.name, "somebody"), tidy_chat(&line.text))
}

/// More than the game shows at once.
const LINES_MAX: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::limits::{CHAT_BYTES_MAX, NAME_BYTES_MAX};

    fn line(tick: u32, name: &str, to_side: bool) -> Chat {
        Chat { tick, name: name.to_owned(), text: format!("said at {tick}"), to_side, ..Chat::default() }
    }

    fn drawn(server: &ServerTrace, tick: u32) -> Vec<ChatView> {
        let mut view = Vec::new();
        let speaker = |line: &Chat| (line.name == "Ann").then_some(3);
        draw(said(server), (Moment::of(tick), TickRate::default()), speaker, Some("LAN"), &mut view);
        view
    }

    #[test]
    fn at_each_moment_stands_what_was_said_until_then_as_old_as_it_is() {
        let chat = (1..=20).map(|second| line(second * 64, "Ann", second == 2)).collect();
        let server = ServerTrace { chat, ..ServerTrace::default() };
        let read = |tick| drawn(&server, tick).iter().map(|line| (line.text.clone(), line.age_s)).collect::<Vec<_>>();
        assert_eq!(read(63), []);
        let second = vec![("said at 64".to_owned(), 1.5), ("said at 128".to_owned(), 0.5)];
        assert_eq!(read(160), second);
        let late = drawn(&server, 64 * 100);
        assert_eq!((late.len(), late[0].text.as_str()), (LINES_MAX, "said at 576"));
        assert_eq!(read(160), second, "going back shows the same");
        assert_eq!(drawn(&server, 160).iter().map(|line| line.team_only).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_line_has_its_speakers_seat_and_a_name_whoever_said_it() {
        let chat = vec![line(1, "Ann", false), line(2, "LAN", false), line(3, "Zoe", false)];
        let lines = drawn(&ServerTrace { chat, ..ServerTrace::default() }, 9);
        let [ann, server, zoe] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((ann.slot, ann.name.as_str(), ann.text.as_str()), (Some(3), "Ann", "said at 1"));
        assert_eq!((server.slot, server.text.as_str()), (None, "said at 2"));
        assert_eq!((zoe.slot, zoe.text.as_str()), (None, "Zoe: said at 3"), "her seat is not known");
    }

    #[test]
    fn a_forged_line_is_cut_to_what_the_game_lets_pass() {
        let forged =
            Chat { name: "\u{1b}[2J".repeat(99), text: "\n".to_owned() + &"w".repeat(9999), ..line(1, "", false) };
        let lines = drawn(&ServerTrace { chat: vec![forged], ..ServerTrace::default() }, 9);
        assert!(lines[0].text.len() <= NAME_BYTES_MAX + 2 + CHAT_BYTES_MAX, "{lines:?}");
        assert!(!lines[0].text.chars().any(char::is_control), "{lines:?}");
    }
}
