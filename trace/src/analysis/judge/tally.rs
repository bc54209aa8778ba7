//! What the verdicts of all policies add up to: which shots flip, who gains by it and who loses.
//!
//! Every count stands beside how many shots it is of. Must not know how a verdict came about.

use super::Policy;
use crate::analysis::shots::round_trip::RoundTrips;
use crate::analysis::shots::words::{self, handle, ms_of_256ths};
use crate::analysis::shots::{Players, Who};
use crate::model::ServerTrace;
use crate::proto::Shot;
use serde::Serialize;
use std::collections::BTreeMap;
use tickshot_shared::sim::world::Slot;

/// One shot and whom it hits, in the order of [`Policy::ALL`].
#[derive(Clone, Debug)]
pub(super) struct Rejudged<'t> {
    pub(super) shot: &'t Shot,
    pub(super) victims: [Option<Slot>; Policy::ALL.len()],
}

/// What one policy would have made of all shots.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyResult {
    pub policy: Policy,
    pub what: String,
    /// Of `Judgement::judged` shots.
    pub hits: usize,
    /// Hits that become misses, misses that become hits, hits of another body.
    pub lost: usize,
    pub gained: usize,
    pub moved: usize,
}

/// A shot that at least one policy decides otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct Flip {
    /// `slot@tick`.
    pub shot: String,
    pub id: String,
    pub time_s: f64,
    pub shooter: Who,
    pub weapon: String,
    pub picture_age_ms: f64,
    pub round_trip_ms: Option<f64>,
    /// As it was decided.
    pub was: Option<Who>,
    /// The policies that say otherwise, and what.
    pub becomes: Vec<Otherwise>,
}

/// What one policy says otherwise.
#[derive(Clone, Debug, Serialize)]
pub struct Otherwise {
    pub policy: Policy,
    pub hit: Option<Who>,
}

/// Some shots, and what each policy makes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swing {
    pub shots: usize,
    /// Hits as it was.
    pub hits: usize,
    /// By policy, in the order of `Judgement::policies`: hits won less hits lost.
    pub net: Vec<i64>,
}

/// One player, as shooter and as target.
#[derive(Clone, Debug, Serialize)]
pub struct PlayerSwing {
    pub who: Who,
    /// Middle of its shots'.
    pub picture_age_ms: Option<f64>,
    pub round_trip_ms: Option<f64>,
    pub fired: Swing,
    /// `shots` and `hits` are those that hit it; a positive `net` is what it would have suffered more.
    pub suffered: Swing,
}

/// Shots of which something lies between two bounds.
#[derive(Clone, Debug, Serialize)]
pub struct Band {
    /// In words.
    pub range: String,
    /// From here on, and below there; neither: it was not measured.
    pub from_ms: Option<f64>,
    pub to_ms: Option<f64>,
    pub fired: Swing,
}

/// Counts and names for one trace.
pub(super) struct Tally<'t> {
    hz: u32,
    players: Players,
    trips: RoundTrips,
    shots: &'t [Rejudged<'t>],
}

impl<'t> Tally<'t> {
    pub(super) fn new(trace: &ServerTrace, shots: &'t [Rejudged<'t>]) -> Tally<'t> {
        let hz = trace.header.tick_rate_hz;
        Tally { hz, players: Players::of(trace), trips: RoundTrips::of(trace), shots }
    }

    pub(super) fn policies(&self) -> Vec<PolicyResult> {
        let result = |(i, policy): (usize, &Policy)| {
            let count = |test: &dyn Fn(Option<Slot>, Option<Slot>) -> bool| {
                self.shots.iter().filter(|shot| test(shot.was(), shot.victims[i])).count()
            };
            PolicyResult {
                policy: *policy,
                what: policy.text(),
                hits: count(&|_, now| now.is_some()),
                lost: count(&|was, now| was.is_some() && now.is_none()),
                gained: count(&|was, now| was.is_none() && now.is_some()),
                moved: count(&|was, now| was.is_some() && now.is_some() && was != now),
            }
        };
        Policy::ALL.iter().enumerate().map(result).collect()
    }

    pub(super) fn flips(&self) -> Vec<Flip> {
        self.shots.iter().filter_map(|shot| self.flip(shot)).collect()
    }

    fn flip(&self, rejudged: &Rejudged<'_>) -> Option<Flip> {
        let Rejudged { shot, victims } = rejudged;
        let who = |slot: Option<Slot>| slot.map(|slot| self.players.who(slot.0.into(), shot.tick));
        let others = Policy::ALL.iter().zip(victims).filter(|(_, victim)| **victim != rejudged.was());
        let becomes: Vec<Otherwise> =
            others.map(|(policy, victim)| Otherwise { policy: *policy, hit: who(*victim) }).collect();
        (!becomes.is_empty()).then(|| Flip {
            shot: handle(shot),
            id: words::id(&shot.id),
            time_s: f64::from(shot.tick) / f64::from(self.hz.max(1)),
            shooter: self.players.who(shot.shooter, shot.tick),
            weapon: words::weapon(shot.weapon),
            picture_age_ms: self.picture_age_ms(shot),
            round_trip_ms: self.round_trip_ms(shot),
            was: who(rejudged.was()),
            becomes,
        })
    }

    /// Everyone who fired or was hit under any policy, by name.
    pub(super) fn players(&self) -> Vec<PlayerSwing> {
        let mut fired: BTreeMap<Who, Vec<&Rejudged<'_>>> = BTreeMap::new();
        let mut suffered: BTreeMap<Who, Swing> = BTreeMap::new();
        for rejudged in self.shots {
            let who = |slot: Slot| self.players.who(slot.0.into(), rejudged.shot.tick);
            fired.entry(self.players.who(rejudged.shot.shooter, rejudged.shot.tick)).or_default().push(rejudged);
            for (i, victim) in rejudged.victims.iter().enumerate() {
                if *victim == rejudged.was() {
                    continue;
                }
                if let Some(more) = victim {
                    suffered.entry(who(*more)).or_insert_with(Swing::zero).net[i] += 1;
                }
                if let Some(less) = rejudged.was() {
                    suffered.entry(who(less)).or_insert_with(Swing::zero).net[i] -= 1;
                }
            }
            if let Some(victim) = rejudged.was() {
                let swing = suffered.entry(who(victim)).or_insert_with(Swing::zero);
                (swing.shots, swing.hits) = (swing.shots + 1, swing.hits + 1);
            }
        }
        let mut all: Vec<Who> = fired.keys().chain(suffered.keys()).cloned().collect();
        all.sort_by(|a, b| (&a.name, a.slot).cmp(&(&b.name, b.slot)));
        all.dedup();
        let swing = |who: Who| {
            let shots = fired.get(&who).map_or(&[][..], Vec::as_slice);
            PlayerSwing {
                picture_age_ms: middle(shots.iter().map(|it| self.picture_age_ms(it.shot)).collect()),
                round_trip_ms: middle(shots.iter().filter_map(|it| self.round_trip_ms(it.shot)).collect()),
                fired: Swing::of(shots.iter().copied()),
                suffered: suffered.get(&who).cloned().unwrap_or_else(Swing::zero),
                who,
            }
        };
        all.into_iter().map(swing).collect()
    }

    /// Shots by how old a picture their shooters claim.
    pub(super) fn by_picture_age(&self) -> Vec<Band> {
        self.bands(|shot| Some(self.picture_age_ms(shot)))
    }

    /// Shots by the round trips of their shooters; the last band is of those of whom none was measured.
    pub(super) fn by_round_trip(&self) -> Vec<Band> {
        self.bands(|shot| self.round_trip_ms(shot))
    }

    fn bands(&self, value: impl Fn(&Shot) -> Option<f64>) -> Vec<Band> {
        let edges = [None].into_iter().chain(BAND_EDGES_MS.map(Some)).chain([None]).collect::<Vec<Option<f64>>>();
        let band = |edge: &[Option<f64>]| {
            let (from_ms, to_ms) = (edge[0], edge[1]);
            let is_in = |ms: f64| from_ms.is_none_or(|from| ms >= from) && to_ms.is_none_or(|to| ms < to);
            let fired = Swing::of(self.shots.iter().filter(|it| value(it.shot).is_some_and(is_in)));
            let range = match (from_ms, to_ms) {
                (Some(from), Some(to)) => format!("{from:.0} to {to:.0} ms"),
                (Some(from), None) => format!("{from:.0} ms and more"),
                (None, to) => format!("under {:.0} ms", to.unwrap_or(0.0)),
            };
            Band { range, from_ms, to_ms, fired }
        };
        let unmeasured = Swing::of(self.shots.iter().filter(|it| value(it.shot).is_none()));
        let unmeasured = Band { range: "not measured".to_owned(), from_ms: None, to_ms: None, fired: unmeasured };
        let bands = edges.windows(2).map(band).chain([unmeasured]);
        bands.filter(|band| band.fired.shots > 0).collect()
    }

    fn picture_age_ms(&self, shot: &Shot) -> f64 {
        ms_of_256ths(shot.claimed_age_256ths.into(), self.hz)
    }

    fn round_trip_ms(&self, shot: &Shot) -> Option<f64> {
        self.trips.ms(shot.shooter, shot.tick, self.hz)
    }
}

impl Rejudged<'_> {
    /// As it was decided.
    pub(super) fn was(&self) -> Option<Slot> {
        self.shot.hit.checked_sub(1).and_then(|slot| u16::try_from(slot).ok()).map(Slot)
    }
}

impl Swing {
    fn zero() -> Swing {
        Swing { net: vec![0; Policy::ALL.len()], ..Swing::default() }
    }

    fn of<'a>(shots: impl Iterator<Item = &'a Rejudged<'a>>) -> Swing {
        let mut swing = Swing::zero();
        for shot in shots {
            let was = i64::from(shot.was().is_some());
            swing.shots += 1;
            swing.hits += was as usize;
            for (net, victim) in swing.net.iter_mut().zip(shot.victims) {
                *net += i64::from(victim.is_some()) - was;
            }
        }
        swing
    }
}

/// The middle one; of two the lower.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// Ages and round trips are told apart at these.
const BAND_EDGES_MS: [f64; 6] = [50.0, 100.0, 150.0, 250.0, 500.0, 1000.0];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::proto::session_event::Kind;
    use crate::proto::{Header, SessionEvent};

    fn trace() -> ServerTrace {
        let came = |(slot, name): (u32, &str)| At {
            at_ns: 0,
            it: SessionEvent { kind: Kind::Present.into(), slot, name: name.into(), ..SessionEvent::default() },
        };
        ServerTrace {
            header: Header { tick_rate_hz: 64, ..Header::default() },
            sessions: [(0, "Ann"), (1, "Bob"), (2, "Cid")].map(came).to_vec(),
            ..ServerTrace::default()
        }
    }

    /// Fired by `shooter` with a picture of so many ticks; hit as decided, and by the policies from `no rewind` on.
    fn shot(tick: u32, shooter: u32, age: i32, was: u32) -> Shot {
        Shot { tick, shooter, claimed_age_256ths: age * 256, hit: was, ..Shot::default() }
    }

    fn victims(was: u32, no_rewind: u32, cap_100: u32) -> [Option<Slot>; Policy::ALL.len()] {
        let slot = |slot_plus_one: u32| slot_plus_one.checked_sub(1).map(|slot| Slot(slot as u16));
        Policy::ALL.map(|policy| match policy {
            Policy::NoRewind => slot(no_rewind),
            Policy::ExactCap(100) => slot(cap_100),
            _ => slot(was),
        })
    }

    #[test]
    fn who_gains_and_who_loses_adds_up_by_player_and_by_age() {
        let trace = trace();
        // Ann is far away: both her hits on Cid need the past. Bob is near; one of his misses would hit Ann at present.
        let shots = [shot(100, 0, 15, 3), shot(200, 0, 15, 3), shot(210, 1, 2, 0), shot(220, 1, 2, 3)];
        let verdicts = [victims(3, 0, 0), victims(3, 2, 0), victims(0, 1, 0), victims(3, 3, 3)];
        let rejudged: Vec<Rejudged<'_>> =
            shots.iter().zip(verdicts).map(|(shot, victims)| Rejudged { shot, victims }).collect();
        let tally = Tally::new(&trace, &rejudged);
        let of = |policy: Policy| {
            let result = tally.policies().into_iter().find(|it| it.policy == policy).unwrap();
            (result.hits, result.lost, result.gained, result.moved)
        };
        assert_eq!(of(Policy::InForce), (3, 0, 0, 0));
        assert_eq!(of(Policy::NoRewind), (3, 1, 1, 1));
        assert_eq!(of(Policy::ExactCap(100)), (1, 2, 0, 0));
        let at = |policy: Policy| Policy::ALL.iter().position(|it| *it == policy).unwrap();
        let (none, cap) = (at(Policy::NoRewind), at(Policy::ExactCap(100)));
        let players = tally.players();
        let nets = |swing: &Swing| (swing.shots, swing.hits, swing.net[none], swing.net[cap]);
        let named: Vec<_> =
            players.iter().map(|it| (it.who.name.as_str(), nets(&it.fired), nets(&it.suffered))).collect();
        let expected = [
            ("Ann", (2, 2, -1, -2), (0, 0, 1, 0)),
            ("Bob", (2, 1, 1, 0), (0, 0, 1, 0)),
            ("Cid", (0, 0, 0, 0), (3, 3, -2, -2)),
        ];
        assert_eq!(named, expected);
        assert_eq!(players[0].picture_age_ms, Some(15.0 * 15.625));
        let bands: Vec<_> = tally.by_picture_age().iter().map(|band| (band.range.clone(), nets(&band.fired))).collect();
        assert_eq!(bands, [("under 50 ms".into(), (2, 1, 1, 0)), ("150 to 250 ms".into(), (2, 2, -1, -2))]);
        let trips: Vec<_> = tally.by_round_trip().iter().map(|band| band.range.clone()).collect();
        assert_eq!(trips, ["not measured"]);
    }

    #[test]
    fn a_flip_says_what_was_decided_and_who_says_otherwise() {
        let trace = trace();
        let (same, other) = (shot(90, 1, 2, 3), shot(100, 0, 15, 3));
        let rejudged =
            [Rejudged { shot: &same, victims: victims(3, 3, 3) }, Rejudged { shot: &other, victims: victims(3, 2, 0) }];
        let flips = Tally::new(&trace, &rejudged).flips();
        let [flip] = flips.as_slice() else { panic!("one shot flips: {flips:?}") };
        assert_eq!((flip.shot.as_str(), flip.was.as_ref().unwrap().name.as_str()), ("0@100", "Cid"));
        let said: Vec<_> =
            flip.becomes.iter().map(|it| (it.policy.name(), it.hit.as_ref().map(|who| who.name.clone()))).collect();
        assert_eq!(said, [("no rewind".to_owned(), Some("Bob".to_owned())), ("exact 100 ms".to_owned(), None)]);
    }
}
