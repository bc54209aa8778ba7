//! What a server knows of one shot once it is judged: the shot card's text, and what a trace keeps of it.
//!
//! Time line: the shooter drew the claim; its input of `tick` carried it; at server tick `tick`, after movement and before
//! anyone was hurt, the shot was judged at the used time. Every other time here is told as an age before `tick`.
//!
//! Data only: who judges, and why a claim was clamped, is for [`crate::lagcomp`] to say.

use crate::ids::Id;
use crate::limits::PLAYERS_MAX;
use crate::modes::HitCheck;
use crate::sim::angle::Turn;
use crate::sim::input::{FRACTION_MAX, ViewStamp};
use crate::sim::weapon::Weapon;
use crate::sim::world::Slot;
use crate::tick::Tick;
use serde::{Deserialize, Serialize};

/// One judged shot of an input that carried a view stamp. Positions are world units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShotEvidence {
    /// Unique among all shots of all servers.
    pub id: Id,
    pub tick: Tick,
    pub shooter: Slot,
    pub weapon: Weapon,
    pub aim: Turn,
    pub claim: ViewStamp,
    /// How old what the shooter says it drew was at `tick`, in 1/256 tick; negative = the future.
    pub claimed_age_256ths: i32,
    /// How far back the shot was tested, in 1/256 tick: 0 = the server's present.
    pub used_age_256ths: u32,
    pub clamp: Clamp,
    /// The hit check in force, which decided.
    pub policy: HitCheck,
    pub muzzle: [i32; 2],
    /// From the muzzle to the body or wall that stopped the first ray that hit, else the middle one, or its full reach.
    pub range_units: i32,
    /// The body that most rays hit.
    pub hit: Option<Slot>,
    /// How many rays hit the body of each verdict, in the order of [`HitCheck::ALL`].
    pub rays_hit: [u8; 3],
    /// The body the shot is about: the one hit, else the living enemy nearest to the line of aim. `None` if there is nobody.
    pub target: Option<TargetEvidence>,
    /// Whom each policy would have hit, in the order of [`HitCheck::ALL`].
    pub verdicts: [Option<Slot>; 3],
}

/// One target at three times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetEvidence {
    pub slot: Slot,
    /// Where the claim, unclamped, has it: what the shooter drew if it is honest. `None`: it was not told of it.
    pub drawn: Option<[i32; 2]>,
    /// Where it was tested.
    pub tested: [i32; 2],
    /// Where it was at `tick`.
    pub present: [i32; 2],
    pub fate: Fate,
}

/// Why a shot was tested at another time than its shooter claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Clamp {
    /// It was not.
    #[default]
    None,
    /// Older than the rewind cap.
    Cap,
    /// Later than the tick itself.
    Ahead,
    /// Older than the server believes the shooter can have drawn.
    Early,
    /// Newer than that.
    Late,
    /// A snapshot that this shooter was never sent, or that is not held any more.
    Unknown,
}

/// What became of a target between the time it was drawn at and the server's present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fate {
    /// Nothing: tested where it was at the used time.
    #[default]
    Rewound,
    /// It is dead at present, or was dead then: it cannot be hit.
    Dead,
    /// It died and came back, or was moved: tested where it is now.
    Respawned,
    /// The shooter was not told of it in the snapshots it names: it cannot be hit.
    NotTold,
}

impl Clamp {
    pub const ALL: [Clamp; 6] = [Clamp::None, Clamp::Cap, Clamp::Ahead, Clamp::Early, Clamp::Late, Clamp::Unknown];

    pub fn name(self) -> &'static str {
        match self {
            Clamp::None => "none",
            Clamp::Cap => "cap",
            Clamp::Ahead => "ahead",
            Clamp::Early => "early",
            Clamp::Late => "late",
            Clamp::Unknown => "unknown",
        }
    }
}

impl Fate {
    pub fn name(self) -> &'static str {
        match self {
            Fate::Rewound => "rewound",
            Fate::Dead => "dead",
            Fate::Respawned => "respawned",
            Fate::NotTold => "not told",
        }
    }
}

impl ShotEvidence {
    /// Are all slots and numbers ones that a server can mean?
    pub fn is_possible(&self) -> bool {
        let target = self.target.map(|target| target.slot);
        let mut slots = self.verdicts.iter().copied().chain([Some(self.shooter), self.hit, target]).flatten();
        slots.all(|slot| slot.index() < PLAYERS_MAX) && self.claim.fraction <= FRACTION_MAX && self.range_units >= 0
    }
}
