//! The list of everything that can be heard, and what tells one from another besides its samples.
//!
//! Must not know how a sound is made, where it is, or why it is played.

use tickshot_shared::sim::pickup::PickupKind;
use tickshot_shared::sim::weapon::Weapon;

/// One effect. It has several takes, so that repetition does not tire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sound {
    Rifle,
    Shotgun,
    Launcher,
    /// Goes on for as long as the rocket is told to be in the air.
    RocketFlight,
    Burst,
    /// A shot of ours hit.
    HitGiven,
    /// A shot of ours killed.
    Kill,
    HitTaken,
    Step,
    Dash,
    ReloadBegan,
    ReloadDone,
    DryFire,
    PickupHealth,
    PickupArmour,
    PickupAmmo,
    PickupBack,
    Died,
    OwnDied,
    Spawned,
    Countdown,
    RoundBegan,
    RoundWon,
    RoundLost,
    RoundDrawn,
    MatchOver,
    Chat,
    Vote,
    Heartbeat,
}

/// Everything about a sound but its samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundTable {
    pub name: &'static str,
    /// How many different takes of it there are.
    pub takes: usize,
    /// Every play is higher or lower by up to this share.
    pub pitch_spread: f32,
    /// Loudness beside the others, 0..=1.
    pub level: f32,
    /// From this distance on it cannot be heard, metres.
    pub reach_m: f32,
    pub group: Group,
    /// Its end joins its beginning.
    pub looped: bool,
}

/// Which slider a sound follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What happens in the arena.
    Effects,
    /// What the match has to say.
    Signals,
}

impl Sound {
    pub const ALL: [Sound; 29] = [
        Sound::Rifle,
        Sound::Shotgun,
        Sound::Launcher,
        Sound::RocketFlight,
        Sound::Burst,
        Sound::HitGiven,
        Sound::Kill,
        Sound::HitTaken,
        Sound::Step,
        Sound::Dash,
        Sound::ReloadBegan,
        Sound::ReloadDone,
        Sound::DryFire,
        Sound::PickupHealth,
        Sound::PickupArmour,
        Sound::PickupAmmo,
        Sound::PickupBack,
        Sound::Died,
        Sound::OwnDied,
        Sound::Spawned,
        Sound::Countdown,
        Sound::RoundBegan,
        Sound::RoundWon,
        Sound::RoundLost,
        Sound::RoundDrawn,
        Sound::MatchOver,
        Sound::Chat,
        Sound::Vote,
        Sound::Heartbeat,
    ];

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn of_shot(weapon: Weapon) -> Sound {
        match weapon {
            Weapon::Rifle => Sound::Rifle,
            Weapon::Shotgun => Sound::Shotgun,
            Weapon::Launcher => Sound::Launcher,
        }
    }

    pub const fn of_pickup(kind: PickupKind) -> Sound {
        match kind {
            PickupKind::Health => Sound::PickupHealth,
            PickupKind::Armour => Sound::PickupArmour,
            PickupKind::Ammo => Sound::PickupAmmo,
        }
    }

    pub const fn table(self) -> SoundTable {
        match self {
            // What is the listener's own is heard from anywhere. Reaches go with what the ear has to warn of: a fight across the map, steps around the corner.
            Sound::Rifle => effect("rifle", 4, 0.04, 0.62, 45.0),
            Sound::Shotgun => effect("shotgun", 2, 0.04, 0.80, 45.0),
            Sound::Launcher => effect("launcher", 2, 0.04, 0.72, 45.0),
            Sound::RocketFlight => SoundTable { looped: true, ..effect("rocket in flight", 1, 0.06, 0.45, 20.0) },
            Sound::Burst => effect("burst", 2, 0.06, 1.0, 60.0),
            Sound::HitGiven => effect("hit given", 2, 0.02, 0.50, ANYWHERE_M),
            Sound::Kill => effect("kill", 1, 0.0, 0.52, ANYWHERE_M),
            Sound::HitTaken => effect("hit taken", 3, 0.06, 0.80, 60.0),
            Sound::Step => effect("step", 6, 0.08, 0.34, STEPS_REACH_M),
            Sound::Dash => effect("dash", 2, 0.06, 0.50, 20.0),
            Sound::ReloadBegan => effect("reload begun", 2, 0.03, 0.42, ANYWHERE_M),
            Sound::ReloadDone => effect("reload done", 2, 0.03, 0.48, ANYWHERE_M),
            Sound::DryFire => effect("dry fire", 2, 0.03, 0.42, ANYWHERE_M),
            Sound::PickupHealth => effect("health taken", 1, 0.0, 0.46, 18.0),
            Sound::PickupArmour => effect("armour taken", 1, 0.0, 0.48, 18.0),
            Sound::PickupAmmo => effect("ammunition taken", 1, 0.02, 0.46, 18.0),
            Sound::PickupBack => effect("pickup back", 1, 0.02, 0.26, 16.0),
            Sound::Died => effect("death", 2, 0.08, 0.62, 35.0),
            Sound::OwnDied => effect("own death", 1, 0.0, 0.75, ANYWHERE_M),
            Sound::Spawned => effect("spawn", 1, 0.03, 0.42, 18.0),
            Sound::Countdown => signal("countdown", 0.42),
            Sound::RoundBegan => signal("round begins", 0.60),
            Sound::RoundWon => signal("round won", 0.55),
            Sound::RoundLost => signal("round lost", 0.55),
            Sound::RoundDrawn => signal("round drawn", 0.50),
            Sound::MatchOver => signal("match over", 0.65),
            Sound::Chat => signal("chat", 0.28),
            Sound::Vote => signal("vote", 0.38),
            Sound::Heartbeat => effect("heartbeat", 1, 0.0, 0.60, ANYWHERE_M),
        }
    }
}

const fn effect(name: &'static str, takes: usize, pitch_spread: f32, level: f32, reach_m: f32) -> SoundTable {
    SoundTable { name, takes, pitch_spread, level, reach_m, group: Group::Effects, looped: false }
}

const fn signal(name: &'static str, level: f32) -> SoundTable {
    SoundTable { name, takes: 1, pitch_spread: 0.0, level, reach_m: ANYWHERE_M, group: Group::Signals, looped: false }
}

/// Steps of others are heard within this, metres.
pub const STEPS_REACH_M: f32 = 14.0;
/// For sounds of the listener itself.
const ANYWHERE_M: f32 = 1.0e6;

// `index` and `ALL` agree.
const _: () = {
    let mut i = 0;
    while i < Sound::ALL.len() {
        assert!(Sound::ALL[i].index() == i);
        assert!(Sound::ALL[i].table().takes > 0);
        i += 1;
    }
};
