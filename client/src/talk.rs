//! What is said in a match besides playing: the round, chat, votes, and notices, as the server told them.
//!
//! Bounded by the lines that are kept. Must not know how messages travel, nor how anything is drawn.

use crate::roster::Roster;
use crate::view::{CHAT_VIEW_LINES, ChatView, Effect, RoundView, Saying, ViewModel, VoteView};
use std::collections::VecDeque;
use std::time::Duration;
use tickshot_shared::limits::CHAT_BYTES_MAX;
use tickshot_shared::protocol::control::{Audience, ChatLine, ClientControl, RoundState, VoteState, VoteSubject};
use tickshot_shared::tick::{Tick, TickRate};

/// The latest of everything that was said.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    round: Option<RoundState>,
    chat: VecDeque<(Duration, ChatLine)>,
    vote: Option<VoteState>,
    notice: Option<(Duration, String)>,
    /// For the next frame.
    effects: Vec<Effect>,
}

impl Talk {
    pub fn handle_round(&mut self, state: RoundState) {
        if self.round.is_none_or(|before| before.phase != state.phase || before.number != state.number) {
            self.note(Effect::PhaseBegan { phase: state.phase });
        }
        self.round = Some(state);
    }

    /// Has this line not come before? A late joiner is told of lines that it may have been told of before it came back.
    pub fn is_news(&self, line: &ChatLine) -> bool {
        !self.chat.iter().any(|(_, known)| known.id == line.id)
    }

    pub fn handle_chat(&mut self, now: Duration, line: ChatLine) {
        if !self.is_news(&line) {
            return;
        }
        if self.chat.len() == CHAT_VIEW_LINES {
            self.chat.pop_front();
        }
        self.chat.push_back((now, line));
        self.note(Effect::ChatCame);
    }

    pub fn handle_vote(&mut self, vote: Option<VoteState>) {
        self.vote = vote;
    }

    pub fn handle_notice(&mut self, now: Duration, text: String) {
        self.notice = Some((now, text));
    }

    /// For the next frame; who draws none keeps the first few.
    fn note(&mut self, effect: Effect) {
        if self.effects.len() < EFFECTS_MAX {
            self.effects.push(effect);
        }
    }

    pub fn round(&self) -> Option<&RoundState> {
        self.round.as_ref()
    }

    /// The lines as they came, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &ChatLine> {
        self.chat.iter().map(|(_, line)| line)
    }

    /// The frame of `now`, when the server's clock says `server` (`None` before it is known).
    pub fn fill(&mut self, now: Duration, server: Option<f64>, rate: TickRate, roster: &Roster, view: &mut ViewModel) {
        let left =
            |ends: Tick| server.map(|server| ((f64::from(ends.0) - server) / f64::from(rate.hz())).max(0.0) as f32);
        view.effects.append(&mut self.effects);
        view.round = RoundView { state: self.round, left_s: self.round.and_then(|round| round.ends).and_then(left) };
        view.chat.clear();
        view.chat.extend(self.chat.iter().map(|(at, line)| ChatView {
            slot: line.from.map(|slot| slot.0),
            name: line.name.clone(),
            team_only: line.to == Audience::Team,
            text: line.text.clone(),
            age_s: now.saturating_sub(*at).as_secs_f32(),
        }));
        view.vote = self.vote.as_ref().map(|vote| VoteView {
            number: vote.number,
            subject: subject(vote.subject, roster),
            options: vote.options.clone(),
            own: vote.own,
            left_s: left(vote.ends).unwrap_or(0.0),
        });
        view.notice = self
            .notice
            .as_ref()
            .map(|(at, text)| (text.clone(), now.saturating_sub(*at).as_secs_f32()))
            .filter(|(_, age_s)| *age_s < NOTICE_S);
    }
}

/// A saying as the message it is, cut to what a line may have; `None` if there is nothing left to say.
pub fn message(saying: Saying) -> Option<ClientControl> {
    match saying {
        Saying::Chat { to, text } => {
            let text = text.trim();
            let text = text[..text.floor_char_boundary(CHAT_BYTES_MAX)].to_owned();
            (!text.is_empty()).then_some(ClientControl::Chat { to, text })
        }
        Saying::CallKick { slot } => Some(ClientControl::CallKick { slot }),
        Saying::Ballot { vote, option } => Some(ClientControl::Ballot { vote, option }),
    }
}

fn subject(subject: VoteSubject, roster: &Roster) -> String {
    match subject {
        VoteSubject::NextMap => "next map".to_owned(),
        VoteSubject::Kick(slot) => match roster.entries().get(&slot) {
            Some(entry) => format!("kick {}", entry.name),
            None => format!("kick player {}", slot.0),
        },
    }
}

/// How long a notice is worth reading, seconds.
const NOTICE_S: f32 = 6.0;
/// Effects that wait for a frame; a hidden window need not blip for every line it missed.
const EFFECTS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use tickshot_shared::ids::Id;
    use tickshot_shared::sim::round::{MatchOptions, Phase};

    fn line(n: u8, text: &str) -> ChatLine {
        let id = Id([n; 16]);
        ChatLine { id, tick: Tick(1), from: None, name: "x".into(), to: Audience::All, text: text.into() }
    }

    #[test]
    fn a_line_told_twice_is_shown_once_and_old_ones_make_room() {
        let mut talk = Talk::default();
        for n in 0..60 {
            talk.handle_chat(Duration::from_secs(1), line(n, "hi"));
            talk.handle_chat(Duration::from_secs(2), line(n, "hi"));
        }
        assert_eq!(talk.lines().count(), CHAT_VIEW_LINES);
        assert_eq!(talk.lines().last().map(|line| line.id), Some(Id([59; 16])));
    }

    #[test]
    fn who_draws_no_frames_does_not_collect_effects_for_ever() {
        let mut talk = Talk::default();
        for number in 0..1000 {
            let (options, since) = (MatchOptions::default(), Tick(number));
            let (phase, number) = (Phase::Live, number as u16);
            talk.handle_round(RoundState { options, phase, since, ends: None, number, wins: [0; 2], winner: None });
            talk.handle_chat(Duration::ZERO, line(number as u8, "hi"));
        }
        assert_eq!(talk.effects.len(), EFFECTS_MAX);
    }

    #[test]
    fn a_long_line_is_cut_at_a_character_and_an_empty_one_not_said() {
        let said = |text: &str| message(Saying::Chat { to: Audience::All, text: text.to_owned() });
        assert_eq!(said("  \t "), None);
        let Some(ClientControl::Chat { text, .. }) = said(&"ä".repeat(100)) else { panic!("it is said") };
        assert_eq!(text, "ä".repeat(CHAT_BYTES_MAX / 2));
    }
}
