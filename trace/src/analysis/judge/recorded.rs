//! What a server knew of the shooter of one shot, as its record tells.
//!
//! Only this one shot can be asked about: who was told what in other snapshots is not written down.

use crate::model::ServerTrace;
use crate::proto::{ServerTick, Shot, Stamp};
use tickshot_shared::lagcomp::{Believed, MatchRules, Shooters, Tells};
use tickshot_shared::limits::REWIND_MS_CAP_MAX;
use tickshot_shared::modes::HitCheck;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Buttons, Heading, Input, OwnView, ViewStamp};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// The shooter of one shot.
pub(super) struct Recorded<'t> {
    trace: &'t ServerTrace,
    shot: &'t Shot,
    a: Option<RecordedTold<'t>>,
    b: Option<RecordedTold<'t>>,
    based_on: Option<Tick>,
}

/// What one snapshot told it.
pub(super) struct RecordedTold<'t> {
    tick: Tick,
    own: Slot,
    /// By slot: the age of the state told; 255 = not told.
    ages: &'t [u8],
}

impl<'t> Recorded<'t> {
    pub(super) fn of(trace: &'t ServerTrace, shot: &'t Shot, claim: &ViewStamp) -> Recorded<'t> {
        let own = Slot(shot.shooter as u16);
        let told = |tick: Tick, ages: &'t [u8]| (!ages.is_empty()).then_some(RecordedTold { tick, own, ages });
        let based_on = match claim.own {
            OwnView::Between { based_on, .. } if shot.based_on_told => Some(based_on),
            _ => None,
        };
        Recorded { trace, shot, a: told(claim.a, &shot.told_a), b: told(claim.b, &shot.told_b), based_on }
    }

    /// A tick so many before the shot's; nothing recorded is older than the server.
    fn ago(&self, age: u32) -> Option<Tick> {
        Tick(self.shot.tick).checked_minus(age)
    }
}

impl<'t> Shooters for Recorded<'t> {
    type Told = RecordedTold<'t>;

    fn told(&self, _: Slot, tick: Tick) -> Option<&RecordedTold<'t>> {
        self.a.iter().chain(&self.b).find(|told| told.tick == tick)
    }

    fn was_told(&self, shooter: Slot, tick: Tick) -> bool {
        self.told(shooter, tick).is_some() || self.based_on == Some(tick)
    }

    fn acked(&self, _: Slot) -> Option<Tick> {
        self.ago(self.shot.acked_age?)
    }

    fn believed(&self, _: Slot, _: Tick) -> Option<Believed> {
        let belief = self.shot.belief.as_ref()?;
        let at = |age: i32| i64::from(self.shot.tick) - i64::from(age);
        Some(Believed {
            estimate: at(belief.estimate_age),
            first: at(belief.first_age),
            last: at(belief.last_age),
            had: belief.had_age.and_then(|age| u32::try_from(at(age)).ok()).map(Tick),
        })
    }

    fn input(&self, shooter: Slot, tick: Tick) -> Option<Input> {
        input(self.trace.tick(tick.0)?, shooter)
    }
}

impl Tells for RecordedTold<'_> {
    fn tick(&self) -> Tick {
        self.tick
    }

    fn own(&self) -> Option<Slot> {
        Some(self.own)
    }

    fn told_at(&self, slot: Slot) -> Option<Tick> {
        let age = self.ages.get(slot.index()).filter(|age| **age != NOT_TOLD)?;
        self.tick.checked_minus(u32::from(*age))
    }
}

/// The input that was used for `slot`, without its stamp; `None`: there was nothing to go by.
fn input(tick: &ServerTick, slot: Slot) -> Option<Input> {
    let i = tick.input_slots.iter().position(|it| *it == u32::from(slot.0))?;
    let at = |column: &[u32]| column.get(i).copied();
    let used = at(&tick.input_uses)? != IDLE;
    let byte = |column: &[u32]| at(column).and_then(|number| u8::try_from(number).ok());
    used.then_some(Input {
        heading: Heading::new(byte(&tick.headings)?)?,
        aim: Turn(u16::try_from(at(&tick.aims)?).ok()?),
        buttons: Buttons(byte(&tick.buttons)?),
        weapon: Weapon::new(byte(&tick.weapons)?)?,
        view: None,
    })
}

/// The stamp of a shot of `tick`; `None`: it names what no stamp can.
pub(super) fn view_stamp(stamp: &Stamp, tick: u32) -> Option<ViewStamp> {
    let ago = |age: u32| Tick(tick).checked_minus(age);
    let own = match stamp.own_age {
        None => OwnView::WithOthers,
        Some(age) => OwnView::Between {
            from: ago(age)?,
            fraction: u8::try_from(stamp.own_fraction_256ths).ok()?,
            based_on: ago(stamp.based_on_age)?,
        },
    };
    Some(ViewStamp {
        a: ago(stamp.a_age)?,
        b: ago(stamp.b_age)?,
        fraction: u16::try_from(stamp.fraction_256ths).ok()?,
        own,
        check: *HitCheck::ALL.get(stamp.check as usize)?,
    })
}

/// The rules for shots of `tick`; `None`: the trace does not say, or says what none can be.
pub(super) fn rules(trace: &ServerTrace, tick: u32) -> Option<MatchRules> {
    let rules = trace.rules.iter().rev().find(|rules| rules.tick < tick)?;
    Some(MatchRules {
        experiments: rules.experiments,
        hit_checks: *HitCheck::ALL.get(rules.hit_checks as usize)?,
        rewind_ms: u16::try_from(rules.rewind_ms).ok().filter(|ms| *ms <= REWIND_MS_CAP_MAX)?,
    })
}

/// How many ticks of the past are needed to judge this shot under any policy.
pub(super) fn past_ticks(shot: &Shot) -> u32 {
    let oldest = |ages: &[u8]| ages.iter().filter(|age| **age != NOT_TOLD).max().map(|age| u32::from(*age));
    let Some(claim) = &shot.claim else { return 0 };
    let a = oldest(&shot.told_a).map(|age| claim.a_age.saturating_add(age));
    let b = oldest(&shot.told_b).map(|age| claim.b_age.saturating_add(age));
    let based_on = shot.based_on_told.then_some(claim.based_on_age);
    let believed = shot.belief.as_ref().and_then(|belief| u32::try_from(belief.first_age).ok());
    // A blend of true states begins one tick earlier.
    [a, b, based_on, claim.own_age, believed].into_iter().flatten().max().unwrap_or(0).saturating_add(1)
}

/// Of an age in `Shot.told_a` and `told_b`.
const NOT_TOLD: u8 = u8::MAX;
/// Of `ServerTick.input_uses`.
const IDLE: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::ShotBelief;

    fn shot() -> Shot {
        Shot {
            tick: 100,
            shooter: 1,
            claim: Some(Stamp {
                a_age: 9,
                b_age: 8,
                fraction_256ths: 77,
                own_age: Some(2),
                based_on_age: 4,
                ..Stamp::default()
            }),
            acked_age: Some(3),
            belief: Some(ShotBelief { estimate_age: 8, first_age: 11, last_age: 5, had_age: Some(4) }),
            told_a: vec![0, 255, 6],
            told_b: vec![255, 255, 5],
            based_on_told: true,
            ..Shot::default()
        }
    }

    #[test]
    fn what_was_known_of_a_shooter_comes_back_as_it_was() {
        let (trace, shot) = (ServerTrace::default(), shot());
        let stamp = view_stamp(shot.claim.as_ref().unwrap(), shot.tick).unwrap();
        let known = Recorded::of(&trace, &shot, &stamp);
        let me = Slot(1);
        let (a, b) = (known.told(me, Tick(91)).unwrap(), known.told(me, Tick(92)).unwrap());
        assert_eq!([0, 1, 2, 3].map(|slot| a.told_at(Slot(slot))), [Some(Tick(91)), None, Some(Tick(85)), None]);
        assert_eq!((b.told_at(Slot(0)), b.told_at(Slot(2)), b.own()), (None, Some(Tick(87)), Some(me)));
        assert!(known.told(me, Tick(96)).is_none() && known.was_told(me, Tick(96)), "sent, whatever it told");
        assert!(!known.was_told(me, Tick(95)));
        assert_eq!(known.acked(me), Some(Tick(97)));
        let believed = Believed { estimate: 92, first: 89, last: 95, had: Some(Tick(96)) };
        assert_eq!(known.believed(me, Tick(100)), Some(believed));
    }

    #[test]
    fn a_shot_says_how_much_of_the_past_it_needs() {
        let told_long_ago = shot();
        assert_eq!(past_ticks(&told_long_ago), 9 + 6 + 1);
        let nothing_told = Shot { told_a: Vec::new(), told_b: Vec::new(), ..shot() };
        assert_eq!(past_ticks(&nothing_told), 11 + 1, "as far as the server believes");
        let starved = Shot { claim: Some(Stamp { based_on_age: 40, ..shot().claim.unwrap() }), ..shot() };
        assert_eq!(past_ticks(&starved), 41);
    }

    #[test]
    fn a_stamp_that_names_nothing_possible_is_none() {
        let stamp = shot().claim.unwrap();
        for wrong in [
            Stamp { a_age: 101, ..stamp },
            Stamp { check: 3, ..stamp },
            Stamp { own_fraction_256ths: 256, ..stamp },
            Stamp { fraction_256ths: 1 << 16, ..stamp },
        ] {
            assert_eq!(view_stamp(&wrong, 100), None, "{wrong:?}");
        }
    }
}
