//! The one table of player fields on the wire. Encode, decode, delta, statistics and the protocol version all read it.
//!
//! A field is a number of fixed width. What travels is its residual: the difference, modulo that width, between the
//! value and what the receiver would [`predict`] without being told. Every value of the width can therefore be
//! reached from every baseline, and nothing overflows. Must not know about packets or ticks other than an age.

use super::bits::BitRun;
use crate::limits::POS_BITS;
use crate::sim::input::Heading;
use crate::sim::movement;
use crate::sim::weapon::Weapon;
use crate::sim::world::Player;
use crate::tick::TickRate;
use glam::IVec2;

/// One number of a player.
pub struct Field {
    pub name: &'static str,
    /// Width on the wire and modulus of its residual.
    pub bits: u32,
    /// The value in the low `bits`; signed values in two's complement.
    pub read: fn(&Player) -> u32,
    /// Store a value; false if no player can have it.
    pub write: fn(&mut Player, u32) -> bool,
}

/// Fields that tend to change together. A group whose residuals are all 0 costs one bit.
pub struct Group {
    pub name: &'static str,
    pub form: Form,
    pub fields: &'static [Field],
}

/// How the residuals of a changed group are written.
///
/// Classes are widths, ascending, the last the full one: the smallest class that holds every residual is named in
/// unary, then the residuals follow as signed numbers of that width.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// One field, by class.
    One(&'static [u32]),
    /// Two fields, x and y, by class; a mark tells when only one of them changed, and which.
    Pair(&'static [u32]),
    /// Per field one bit, and its residual in full if it changed.
    Each,
}

/// The magazine of a weapon: no fuller than full.
macro_rules! magazine {
    ($name:literal, $weapon:expr, $bits:literal) => {
        Field {
            name: $name,
            bits: $bits,
            read: |p| u32::from(p.magazines[$weapon.index()]),
            write: |p, v| (p.magazines[$weapon.index()] = v as u8, v <= MAGAZINES[$weapon.index()]).1,
        }
    };
}

/// The rounds beside the magazine of a weapon that can run out of them.
macro_rules! reserve {
    ($name:literal, $weapon:expr, $bits:literal) => {
        Field {
            name: $name,
            bits: $bits,
            read: |p| u32::from(p.reserves[$weapon.index()]),
            write: |p, v| (p.reserves[$weapon.index()] = v as u8, v <= RESERVES[$weapon.index()]).1,
        }
    };
}

/// Fields told to whoever sees a player. The frequent ones last: a changed player whose other groups did not change
/// needs no bit to say that the last one did.
pub static PUBLIC: [Group; 3] = [
    Group {
        name: "rare",
        form: Form::Each,
        fields: &[
            Field {
                name: "heading",
                bits: 4,
                read: |p| u32::from(p.heading.value()),
                write: |p, v| Heading::new(v as u8).map(|h| p.heading = h).is_some(),
            },
            Field { name: "alive", bits: 1, read: |p| u32::from(p.alive), write: |p, v| (p.alive = v == 1, true).1 },
            Field {
                name: "weapon",
                bits: 2,
                read: |p| p.weapon as u32,
                write: |p, v| Weapon::new(v as u8).map(|w| p.weapon = w).is_some(),
            },
            Field {
                name: "shot_seq",
                bits: 3,
                read: |p| u32::from(p.shot_seq),
                write: |p, v| (p.shot_seq = v as u8, true).1,
            },
            Field {
                name: "shot_range",
                bits: 8,
                read: |p| u32::from(p.shot_range),
                write: |p, v| (p.shot_range = v as u8, true).1,
            },
        ],
    },
    Group {
        name: "pos",
        form: Form::Pair(&[6, 8, 10, POS_BITS]),
        fields: &[
            Field { name: "x", bits: POS_BITS, read: |p| p.pos.x as u32, write: |p, v| (p.pos.x = v as i32, true).1 },
            Field { name: "y", bits: POS_BITS, read: |p| p.pos.y as u32, write: |p, v| (p.pos.y = v as i32, true).1 },
        ],
    },
    Group {
        name: "aim",
        form: Form::One(&[4, 6, 8, 10]),
        fields: &[Field {
            name: "aim",
            bits: 10,
            read: |p| u32::from(p.aim),
            write: |p, v| (p.aim = v as u16, true).1,
        }],
    },
];

/// Fields told to the player itself, after the public ones. What one event changes is together: a blow, a change of what it
/// carries, and what the rifle, which fires most, changes with every shot.
pub static OWNER: [Group; 5] = [
    Group {
        name: "rare",
        form: Form::Each,
        fields: &[
            Field {
                name: "respawn_ticks",
                bits: 16,
                read: |p| u32::from(p.respawn_ticks),
                write: |p, v| (p.respawn_ticks = v as u16, true).1,
            },
            Field {
                name: "frozen_ticks",
                bits: 16,
                read: |p| u32::from(p.frozen_ticks),
                write: |p, v| (p.frozen_ticks = v as u16, true).1,
            },
            Field {
                name: "dash_ticks",
                bits: 8,
                read: |p| u32::from(p.dash_ticks),
                write: |p, v| (p.dash_ticks = v as u8, true).1,
            },
            Field {
                name: "dash_cooldown",
                bits: 16,
                read: |p| u32::from(p.dash_cooldown),
                write: |p, v| (p.dash_cooldown = v as u16, true).1,
            },
            Field {
                name: "pickup_seq",
                bits: 3,
                read: |p| u32::from(p.pickup_seq),
                write: |p, v| (p.pickup_seq = v as u8, true).1,
            },
        ],
    },
    Group {
        name: "hurt",
        form: Form::Each,
        fields: &[
            Field {
                name: "health",
                bits: 7,
                read: |p| u32::from(p.health),
                write: |p, v| (p.health = v as u8, p.health <= Player::HEALTH_FULL).1,
            },
            Field {
                name: "armour",
                bits: 7,
                read: |p| u32::from(p.armour),
                write: |p, v| (p.armour = v as u8, p.armour <= Player::ARMOUR_FULL).1,
            },
            Field { name: "hits", bits: 8, read: |p| u32::from(p.hits), write: |p, v| (p.hits = v as u8, true).1 },
            Field {
                name: "hurt_seq",
                bits: 4,
                read: |p| u32::from(p.hurt_seq),
                write: |p, v| (p.hurt_seq = v as u8, true).1,
            },
            Field {
                name: "hurt_from",
                bits: 6,
                read: |p| u32::from(p.hurt_from),
                write: |p, v| (p.hurt_from = v as u8, true).1,
            },
        ],
    },
    // The rounds beside the rifle's magazine do not run out, so nothing tells them.
    Group {
        name: "rounds",
        form: Form::Each,
        fields: &[
            Field {
                name: "reload_ticks",
                bits: 10,
                read: |p| u32::from(p.reload_ticks),
                write: |p, v| (p.reload_ticks = v as u16, true).1,
            },
            magazine!("shells", Weapon::Shotgun, 3),
            reserve!("shells beside", Weapon::Shotgun, 5),
            magazine!("rockets", Weapon::Launcher, 2),
            reserve!("rockets beside", Weapon::Launcher, 4),
        ],
    },
    Group {
        name: "trigger",
        form: Form::Pair(&[5, 8]),
        fields: &[
            Field {
                name: "fire_cooldown",
                bits: 8,
                read: |p| u32::from(p.fire_cooldown),
                write: |p, v| (p.fire_cooldown = v as u8, true).1,
            },
            // As wide as its partner in the pair.
            magazine!("cartridges", Weapon::Rifle, 8),
        ],
    },
    Group {
        name: "vel",
        form: Form::Pair(&[6, 9, VEL_BITS]),
        fields: &[
            Field {
                name: "vel_x",
                bits: VEL_BITS,
                read: |p| wrap_signed(p.vel.x, VEL_BITS),
                write: |p, v| (p.vel.x = signed(v, VEL_BITS), true).1,
            },
            Field {
                name: "vel_y",
                bits: VEL_BITS,
                read: |p| wrap_signed(p.vel.y, VEL_BITS),
                write: |p, v| (p.vel.y = signed(v, VEL_BITS), true).1,
            },
        ],
    },
];

/// What a receiver that was told `baseline` expects `age` ticks later: a walker walks on, countdowns run.
pub fn predict(baseline: &Player, age: u32, table: &ExtrapolationTable) -> Player {
    let mut player = *baseline;
    if player.alive {
        let far = player.pos + table.step(player.heading) * age as i32;
        player.pos = far.clamp(IVec2::ZERO, IVec2::splat((1 << POS_BITS) - 1));
    }
    let (small, wide) = (age.min(255) as u8, age.min(65_535) as u16);
    player.fire_cooldown = player.fire_cooldown.saturating_sub(small);
    player.dash_ticks = player.dash_ticks.saturating_sub(small);
    player.dash_cooldown = player.dash_cooldown.saturating_sub(wide);
    player.reload_ticks = player.reload_ticks.saturating_sub(wide);
    player.frozen_ticks = player.frozen_ticks.saturating_sub(wide);
    if player.respawn_ticks != Player::OUT {
        player.respawn_ticks = player.respawn_ticks.saturating_sub(wide);
    }
    player
}

/// Only what whoever sees `player` is told; everything else default.
pub fn public_part(player: &Player) -> Player {
    copy_fields(&PUBLIC, player, Player::default())
}

/// What the player itself is told: public and owner fields; everything else default.
pub fn owner_part(player: &Player) -> Player {
    copy_fields(&OWNER, player, public_part(player))
}

/// World units a body walking at full speed moves in one tick, by [`Heading`]. Both ends must use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtrapolationTable([IVec2; Heading::COUNT as usize]);

impl ExtrapolationTable {
    /// The table of a match with this tick rate.
    pub fn of(rate: TickRate) -> ExtrapolationTable {
        ExtrapolationTable::new(|heading| movement::full_speed(rate, heading))
    }

    /// The table of any step function (units per tick, each axis below 2^20).
    pub fn new(step: impl Fn(Heading) -> IVec2) -> ExtrapolationTable {
        ExtrapolationTable(std::array::from_fn(|value| step(Heading::new(value as u8).unwrap_or_default())))
    }

    /// World units per tick.
    #[inline]
    pub fn step(&self, heading: Heading) -> IVec2 {
        self.0[usize::from(heading.value())]
    }
}

impl From<TickRate> for ExtrapolationTable {
    fn from(rate: TickRate) -> ExtrapolationTable {
        ExtrapolationTable::of(rate)
    }
}

impl Field {
    /// The value, cut to its width.
    #[inline]
    pub(super) fn value(&self, player: &Player) -> u32 {
        let value = (self.read)(player);
        debug_assert!(value <= mask(self.bits), "{} = {value} is wider than {} bits", self.name, self.bits);
        value & mask(self.bits)
    }

    /// How far `to` is from `from`: the shortest way round the field's circle of values.
    #[inline]
    pub(super) fn residual(&self, from: &Player, to: &Player) -> i32 {
        signed(self.value(to).wrapping_sub(self.value(from)) & mask(self.bits), self.bits)
    }

    /// Move the field of `player` by `residual`; false if no player can have the result.
    #[inline]
    pub(super) fn shift(&self, player: &mut Player, residual: i32) -> bool {
        let value = self.value(player).wrapping_add(residual as u32) & mask(self.bits);
        (self.write)(player, value)
    }
}

/// Most bits one player's `groups` can take, the leading "changed" bit included.
pub const fn bits_max(groups: &[Group]) -> u32 {
    let mut bits = 1;
    let mut g = 0;
    while g < groups.len() {
        let fields = groups[g].fields;
        bits += match groups[g].form {
            Form::One(classes) => classes.len() as u32,
            Form::Pair(classes) => 1 + classes.len() as u32,
            Form::Each => 1 + fields.len() as u32,
        };
        let mut f = 0;
        while f < fields.len() {
            bits += fields[f].bits;
            f += 1;
        }
        g += 1;
    }
    bits
}

/// The low `bits` of `value` as a signed number.
#[inline]
pub(super) fn signed(value: u32, bits: u32) -> i32 {
    ((value << (32 - bits)) as i32) >> (32 - bits)
}

/// A signed number in the low `bits`, two's complement.
#[inline]
pub(super) fn wrap_signed(value: i32, bits: u32) -> u32 {
    debug_assert!(fits(value, bits), "{value} does not fit {bits} signed bits");
    value as u32 & mask(bits)
}

/// Does `value` fit `bits` signed bits?
#[inline]
pub(super) fn fits(value: i32, bits: u32) -> bool {
    signed(value as u32, bits) == value
}

#[inline]
pub(super) const fn mask(bits: u32) -> u32 {
    ((1u64 << bits) - 1) as u32
}

fn copy_fields(groups: &[Group], from: &Player, mut to: Player) -> Player {
    for field in groups.iter().flat_map(|g| g.fields) {
        (field.write)(&mut to, field.value(from));
    }
    to
}

/// Rounds in a full magazine, and most rounds beside it, by [`Weapon`].
const MAGAZINES: [u32; 3] =
    [magazine_max(Weapon::Rifle), magazine_max(Weapon::Shotgun), magazine_max(Weapon::Launcher)];
const RESERVES: [u32; 3] = [reserve_max(Weapon::Rifle), reserve_max(Weapon::Shotgun), reserve_max(Weapon::Launcher)];

const fn magazine_max(weapon: Weapon) -> u32 {
    weapon.table().magazine as u32
}

const fn reserve_max(weapon: Weapon) -> u32 {
    match weapon.table().reserve {
        Some((_, most)) => most as u32,
        None => 0,
    }
}

// Rounds fit their fields, and there is one for every weapon that can run out.
const _: () = assert!(MAGAZINES[0] <= mask(8) && MAGAZINES[1] <= mask(3) && MAGAZINES[2] <= mask(2));
const _: () = assert!(RESERVES[0] == 0 && RESERVES[1] <= mask(5) && RESERVES[2] <= mask(4));

/// Width of one velocity component: +-32,767 units a tick, 2 km/s at 64 Hz.
const VEL_BITS: u32 = 16;

// The cache of encoded deltas keeps a player in one run.
const _: () = assert!(bits_max(&PUBLIC) <= BitRun::BITS_MAX);
// A group's form fits its fields, and its widest class holds every residual.
const _: () = assert!(forms_fit(&PUBLIC) && forms_fit(&OWNER));

const fn forms_fit(groups: &[Group]) -> bool {
    let mut g = 0;
    while g < groups.len() {
        let fields = groups[g].fields;
        let fits = match groups[g].form {
            Form::One(classes) => fields.len() == 1 && classes[classes.len() - 1] == fields[0].bits,
            Form::Pair(classes) => {
                let full = classes[classes.len() - 1];
                fields.len() == 2 && full == fields[0].bits && full == fields[1].bits
            }
            Form::Each => true,
        };
        if !fits {
            return false;
        }
        g += 1;
    }
    true
}
