//! What goes on around the fight in the gallery: rounds in all phases, pickups, chat, votes.

use crate::{Play, free_near_centre, metres, name};
use bevy::prelude::*;
use tickshot_client::view::{ChatView, Effect, PickupView, RoundView, Saying, Sayings, ViewModel, VoteView};
use tickshot_shared::protocol::control::{Audience, RoundState};
use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::round::{GameMode, MatchOptions, Phase, Team, Winner};
use tickshot_shared::tick::Tick;

/// The match around the fight.
pub(crate) struct Party {
    pub teams: bool,
    pub phase: Phase,
    pub left_s: f32,
    number: u16,
    wins: [u16; 2],
    winner: Option<Winner>,
    pickups: Vec<(PickupView, f32)>,
    chat: Vec<ChatView>,
    next_line_s: f32,
    said: usize,
    vote: Option<VoteView>,
}

impl Party {
    pub(crate) fn new(teams: bool, pickups: Vec<PickupView>) -> Party {
        let phase = if teams { Phase::Freeze } else { Phase::Live };
        let left_s = if teams { 3.0 } else { 300.0 };
        let pickups = pickups.into_iter().map(|pickup| (pickup, 0.0)).collect();
        Party {
            teams,
            phase,
            left_s,
            number: 1,
            wins: [0; 2],
            winner: None,
            pickups,
            chat: Vec::new(),
            next_line_s: 1.0,
            said: 0,
            vote: None,
        }
    }

    /// The map's own pickups, else one of each kind near the middle.
    pub(crate) fn pickups(arena: &tickshot_shared::sim::arena::Arena) -> Vec<PickupView> {
        let own = arena.pickups().iter().map(|pickup| (pickup.kind, metres(pickup.pos)));
        let made_up = PickupKind::ALL.into_iter().cycle().take(6).zip(3u16..);
        let made_up = made_up.map(|(kind, slot)| (kind, metres(free_near_centre(arena, slot * 3))));
        let own: Vec<_> = own.collect();
        let all = if own.is_empty() { made_up.collect() } else { own };
        all.into_iter().map(|(kind, pos)| PickupView { kind, pos, there: true }).collect()
    }
}

impl Play {
    pub(crate) fn teams(&self) -> bool {
        self.party.teams
    }

    pub(crate) fn hurts(&self) -> bool {
        self.party.phase.hurts()
    }

    pub(crate) fn run_party(&mut self, dt_s: f32, sayings: &mut Sayings, effects: &mut Vec<Effect>) {
        self.party.left_s -= dt_s;
        if self.teams() {
            self.turn_phase(effects);
        }
        self.lay_pickups(dt_s, effects);
        self.talk(dt_s, sayings, effects);
        let (party, number) = (&mut self.party, 7);
        match &mut party.vote {
            Some(vote) => {
                vote.left_s -= dt_s;
                if vote.left_s <= 0.0 {
                    party.vote = None;
                }
            }
            None if party.phase == Phase::MatchOver => {
                let options = ["duel", "citadel", "district"].map(|map| (map.into(), 2)).to_vec();
                let (subject, left_s) = ("next map".into(), party.left_s);
                party.vote = Some(VoteView { number, subject, options, own: None, left_s });
            }
            None => {}
        }
    }

    pub(crate) fn call_vote(&mut self) {
        let options = vec![("Yes".into(), 3), ("No".into(), 1)];
        let subject = format!("kick {}", name(4));
        self.party.vote = Some(VoteView { number: 3, subject, options, own: None, left_s: 25.0 });
    }

    /// Straight to the end of the match.
    pub(crate) fn end_match(&mut self, effects: &mut Vec<Effect>) {
        (self.party.wins, self.party.winner) = ([3, 5], Some(Winner::Team(Team::Azure)));
        self.enter(Phase::MatchOver, 30.0, effects);
    }

    fn enter(&mut self, phase: Phase, left_s: f32, effects: &mut Vec<Effect>) {
        (self.party.phase, self.party.left_s) = (phase, left_s);
        effects.push(Effect::PhaseBegan { phase });
    }

    fn turn_phase(&mut self, effects: &mut Vec<Effect>) {
        let stands = |parity: usize| {
            let side = self.actors.iter().skip(parity).step_by(2);
            side.filter(|actor| actor.dead_s <= 0.0).count()
        };
        let (amber, azure) = (stands(0), stands(1));
        let over = self.party.left_s <= 0.0;
        match self.party.phase {
            Phase::Freeze if over => self.enter(Phase::Live, 90.0, effects),
            Phase::Live if over || amber == 0 || azure == 0 => {
                let team = if amber >= azure { Team::Amber } else { Team::Azure };
                self.party.wins[team.index()] += 1;
                self.party.winner = Some(Winner::Team(team));
                self.enter(Phase::RoundOver, 4.0, effects);
            }
            Phase::RoundOver | Phase::MatchOver if over => {
                if self.party.phase == Phase::MatchOver {
                    (self.party.wins, self.party.number) = ([0; 2], 0);
                }
                self.party.number += 1;
                self.party.winner = None;
                for slot in 0..self.actors.len() {
                    self.actors[slot].dead_s = 0.0;
                    self.actors[slot].health = 100;
                    effects.push(Effect::Spawned { slot: slot as u16, pos: metres(self.actors[slot].pos) });
                }
                self.enter(Phase::Freeze, 3.0, effects);
            }
            _ => {}
        }
    }

    fn lay_pickups(&mut self, dt_s: f32, effects: &mut Vec<Effect>) {
        for (pickup, back_s) in &mut self.party.pickups {
            let (kind, pos) = (pickup.kind, pickup.pos);
            if pickup.there {
                let near = |pos_units: IVec2| metres(pos_units).distance(pos) < 0.7;
                let taker = self.actors.iter().position(|actor| actor.dead_s <= 0.0 && near(actor.pos));
                if let Some(slot) = taker {
                    (pickup.there, *back_s) = (false, 6.0);
                    effects.push(Effect::PickedUp { kind, pos, own: slot == 0 });
                    let actor = &mut self.actors[slot];
                    match kind {
                        PickupKind::Health => actor.health = (actor.health + 40).min(100),
                        PickupKind::Armour => actor.armour = (actor.armour + 50).min(100),
                        PickupKind::Ammo => {
                            actor.arms.reserves = actor.arms.reserves.map(|rounds| (rounds + 6).min(30));
                        }
                    }
                }
            } else {
                *back_s -= dt_s;
                if *back_s <= 0.0 {
                    pickup.there = true;
                    effects.push(Effect::PickupBack { kind, pos });
                }
            }
        }
    }

    fn talk(&mut self, dt_s: f32, sayings: &mut Sayings, effects: &mut Vec<Effect>) {
        for line in &mut self.party.chat {
            line.age_s += dt_s;
        }
        self.party.next_line_s -= dt_s;
        if self.party.next_line_s <= 0.0 {
            let (slot, team_only, text) = LINES[self.party.said % LINES.len()];
            let name = slot.map_or(String::new(), name);
            self.party.chat.push(ChatView { slot, name, team_only, text: text.into(), age_s: 0.0 });
            effects.push(Effect::ChatCame);
            (self.party.said, self.party.next_line_s) = (self.party.said + 1, 3.5);
        }
        for saying in sayings.0.drain(..) {
            match saying {
                Saying::Chat { to, text } => {
                    let team_only = to == Audience::Team;
                    self.party.chat.push(ChatView { slot: Some(0), name: name(0), team_only, text, age_s: 0.0 });
                }
                Saying::Ballot { option, .. } => {
                    if let Some(vote) = &mut self.party.vote {
                        vote.own = Some(option);
                    }
                }
                Saying::CallKick { .. } => {}
            }
        }
        let surplus = self.party.chat.len().saturating_sub(50);
        self.party.chat.drain(..surplus);
    }

    pub(crate) fn show_party(&self, view: &mut ViewModel) {
        let party = &self.party;
        let mode = if party.teams { GameMode::Elimination } else { GameMode::Deathmatch };
        let options = MatchOptions { mode, ..MatchOptions::default() };
        let (phase, number, wins, winner) = (party.phase, party.number, party.wins, party.winner);
        let state = RoundState { options, phase, since: Tick(0), ends: None, number, wins, winner };
        view.round = RoundView { state: Some(state), left_s: Some(party.left_s.max(0.0)) };
        view.pickups = party.pickups.iter().map(|(pickup, _)| *pickup).collect();
        view.chat.clone_from(&party.chat);
        view.vote.clone_from(&party.vote);
        view.rockets = self.rockets_shown();
    }
}

const LINES: [(Option<u16>, bool, &str); 6] = [
    (Some(1), false, "gl hf"),
    (Some(2), true, "two of them behind the long wall, I go left"),
    (None, false, "Zoë joined the match"),
    (Some(5), false, "Schöne Grüße an alle, Καλησπέρα, Привет! A line that is long enough to be broken in two."),
    (Some(7), false, "that rocket was luck"),
    (Some(4), true, "reloading"),
];
