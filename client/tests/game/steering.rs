//! Hands that press everything there is.

use tickshot_client::view::Controls;
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::input::Heading;
use tickshot_shared::sim::weapon::Weapon;

/// Anything a person could press, weapons held for a while.
pub(crate) fn anything(rng: &mut Rng, before: &Controls) -> Controls {
    let weapon = if rng.chance(1, 20) { Weapon::ALL[rng.below(3) as usize] } else { before.weapon };
    Controls {
        read_at: before.read_at,
        heading: Heading::new(rng.below(9) as u8).unwrap_or_default(),
        aim: Turn(rng.next_u64() as u16),
        fire: rng.chance(1, 2),
        dash: rng.chance(1, 8),
        reload: rng.chance(1, 16),
        weapon,
    }
}
