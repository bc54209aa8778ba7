//! Inputs as columns of a tick's record, and back.
//!
//! Must not know where an input came from: a client's, a repeated one and a bot's look alike.

use super::ReplayError;
use super::state::small;
use crate::proto::{ServerTick, Stamp};
use tickshot_shared::modes::HitCheck;
use tickshot_shared::protocol::server_msg::InputUse;
use tickshot_shared::protocol::stamp::stamp_is_possible;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::{Buttons, Heading, Input, OwnView, ViewStamp};
use tickshot_shared::sim::weapon::Weapon;
use tickshot_shared::sim::world::Slot;
use tickshot_shared::tick::Tick;

/// Appends the input that was used for `slot` to the columns of `record`. Slots must come in ascending order.
pub fn push_input(record: &mut ServerTick, slot: Slot, used: InputUse, input: Option<&Input>, margin_us: i32) {
    let standing = Input::default();
    let Input { heading, aim, buttons, weapon, view } = input.unwrap_or(&standing);
    record.input_slots.push(slot.0.into());
    record.input_uses.push(number_of(used));
    record.headings.push(heading.value().into());
    record.aims.push(aim.0.into());
    record.buttons.push(buttons.0.into());
    record.weapons.push(*weapon as u32);
    record.margins_us.push(margin_us);
    if let Some(view) = view {
        push_stamp(record, &stamp(slot, Tick(record.tick), view));
    }
}

/// Appends a stamp to the columns of `record`. Slots must come in ascending order.
pub fn push_stamp(record: &mut ServerTick, stamp: &Stamp) {
    let Stamp { slot, a_age, b_age, fraction_256ths, own_age, own_fraction_256ths, based_on_age, check } = *stamp;
    record.stamp_slots.push(slot);
    record.stamp_a_ages.push(a_age);
    record.stamp_b_ages.push(b_age);
    record.stamp_fractions.push(fraction_256ths);
    record.stamp_own_ages.push(own_age.map_or(0, |age| age.saturating_add(1)));
    record.stamp_own_fractions.push(own_fraction_256ths);
    record.stamp_based_on_ages.push(based_on_age);
    record.stamp_checks.push(check);
}

/// The stamps of `record`, in slot order; what a column lacks is 0.
pub fn stamps(record: &ServerTick) -> impl Iterator<Item = Stamp> + '_ {
    record.stamp_slots.iter().enumerate().map(|(index, slot)| {
        let at = |column: &[u32]| column.get(index).copied().unwrap_or(0);
        Stamp {
            slot: *slot,
            a_age: at(&record.stamp_a_ages),
            b_age: at(&record.stamp_b_ages),
            fraction_256ths: at(&record.stamp_fractions),
            own_age: at(&record.stamp_own_ages).checked_sub(1),
            own_fraction_256ths: at(&record.stamp_own_fractions),
            based_on_age: at(&record.stamp_based_on_ages),
            check: at(&record.stamp_checks),
        }
    })
}

/// The stamp of the input of `slot`, if it carries one.
pub fn stamp_of(record: &ServerTick, slot: u32) -> Option<Stamp> {
    stamps(record).find(|stamp| stamp.slot == slot)
}

/// A view stamp of an input of `tick` as a message.
pub fn stamp(slot: Slot, tick: Tick, view: &ViewStamp) -> Stamp {
    let age = |at: Tick| tick.since(at).unwrap_or(0);
    let (own_age, own_fraction_256ths, based_on_age) = match view.own {
        OwnView::Between { from, fraction, based_on } => (Some(age(from)), fraction.into(), age(based_on)),
        OwnView::WithOthers => (None, 0, 0),
    };
    Stamp {
        slot: slot.0.into(),
        a_age: age(view.a),
        b_age: age(view.b),
        fraction_256ths: view.fraction.into(),
        own_age,
        own_fraction_256ths,
        based_on_age,
        check: view.check as u32,
    }
}

/// The stamp of an input of `tick`; `None` = no input can carry it.
pub fn view_stamp(stamp: &Stamp, tick: Tick) -> Option<ViewStamp> {
    let ago = |age: u32| tick.checked_minus(age);
    let own = match stamp.own_age {
        None => OwnView::WithOthers,
        Some(age) => OwnView::Between {
            from: ago(age)?,
            fraction: u8::try_from(stamp.own_fraction_256ths).ok()?,
            based_on: ago(stamp.based_on_age)?,
        },
    };
    let view = ViewStamp {
        a: ago(stamp.a_age)?,
        b: ago(stamp.b_age)?,
        fraction: u16::try_from(stamp.fraction_256ths).ok()?,
        own,
        check: *HitCheck::ALL.get(stamp.check as usize)?,
    };
    stamp_is_possible(&view, tick).then_some(view)
}

/// Writes what was used for everyone, by slot, into `inputs`.
pub(super) fn read_inputs(record: &ServerTick, inputs: &mut [Option<Input>]) -> Result<(), ReplayError> {
    inputs.fill(None);
    for (i, slot) in record.input_slots.iter().enumerate() {
        let place = inputs.get_mut(*slot as usize).ok_or(ReplayError::State("input_slots"))?;
        *place = input_at(record, i)?;
    }
    for stamp in stamps(record) {
        let view = view_stamp(&stamp, Tick(record.tick)).ok_or(ReplayError::State("stamps"))?;
        let input = inputs.get_mut(stamp.slot as usize).and_then(Option::as_mut).ok_or(ReplayError::State("stamps"))?;
        input.view = Some(view);
    }
    Ok(())
}

/// What was used for `slot`, but for its stamp.
pub(super) fn input_of(record: &ServerTick, slot: Slot) -> Option<Input> {
    let index = record.input_slots.binary_search(&slot.0.into()).ok()?;
    input_at(record, index).ok().flatten()
}

fn input_at(record: &ServerTick, index: usize) -> Result<Option<Input>, ReplayError> {
    let at = |column: &[u32], field| column.get(index).copied().ok_or(ReplayError::State(field));
    if at(&record.input_uses, "input_uses")? == IDLE {
        return Ok(None);
    }
    let heading = Heading::new(small(at(&record.headings, "headings")?, "headings")?);
    let weapon = Weapon::new(small(at(&record.weapons, "weapons")?, "weapons")?);
    let buttons = Buttons(small(at(&record.buttons, "buttons")?, "buttons")?);
    Ok(Some(Input {
        heading: heading.ok_or(ReplayError::State("headings"))?,
        aim: Turn(small(at(&record.aims, "aims")?, "aims")?),
        buttons,
        weapon: weapon.ok_or(ReplayError::State("weapons"))?,
        view: None,
    }))
}

fn number_of(used: InputUse) -> u32 {
    match used {
        InputUse::Used => 0,
        InputUse::Repeated => 1,
        InputUse::Idle => IDLE,
    }
}

/// `ServerTick.input_uses`: nothing to go by.
const IDLE: u32 = 2;
