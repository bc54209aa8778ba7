//! Every effect as samples, from a seed: no recordings, nothing to load, the same bank from the same seed.
//!
//! Layers of an effect are a transient (what the ear locates), a body (what it is) and a tail (where it is). Must not know
//! where or why it is played.

mod bodies;
mod dsp;
mod signals;
mod weapons;

pub use dsp::RATE_HZ;

use super::sounds::Sound;
use tickshot_shared::rng::Rng;

/// All takes of all sounds.
pub struct Bank {
    takes: Vec<Vec<Vec<f32>>>,
}

impl Bank {
    pub fn synthesise(seed: u64) -> Bank {
        let take = |sound, take| render(sound, seed, take);
        Bank { takes: Sound::ALL.map(|sound| (0..sound.table().takes).map(|n| take(sound, n)).collect()).into() }
    }

    /// The samples of one take, mono at [`RATE_HZ`].
    pub fn samples(&self, sound: Sound, take: usize) -> &[f32] {
        &self.takes[sound.index()][take]
    }

    /// Seconds of sound in it, and bytes.
    pub fn size(&self) -> (f32, usize) {
        let samples: usize = self.takes.iter().flatten().map(Vec::len).sum();
        (samples as f32 / RATE_HZ as f32, samples * size_of::<f32>())
    }
}

/// One take of one sound.
pub fn render(sound: Sound, seed: u64, take: usize) -> Vec<f32> {
    let rng = &mut Rng::fork(seed, (sound.index() * 64 + take) as u64 + 1);
    match sound {
        Sound::Rifle => weapons::rifle(rng),
        Sound::Shotgun => weapons::shotgun(rng),
        Sound::Launcher => weapons::launcher(rng),
        Sound::RocketFlight => weapons::rocket_flight(rng),
        Sound::Burst => weapons::burst(rng),
        Sound::ReloadBegan => weapons::reload_began(rng),
        Sound::ReloadDone => weapons::reload_done(rng),
        Sound::DryFire => weapons::dry_fire(rng),
        Sound::HitGiven => bodies::hit_given(rng),
        Sound::Kill => bodies::kill(rng),
        Sound::HitTaken => bodies::hit_taken(rng),
        Sound::Step => bodies::step(rng),
        Sound::Dash => bodies::dash(rng),
        Sound::Died => bodies::died(rng),
        Sound::OwnDied => bodies::own_died(rng),
        Sound::Spawned => bodies::spawned(rng),
        Sound::Heartbeat => bodies::heartbeat(rng),
        Sound::PickupHealth => bodies::pickup_health(rng),
        Sound::PickupArmour => bodies::pickup_armour(rng),
        Sound::PickupAmmo => bodies::pickup_ammo(rng),
        Sound::PickupBack => bodies::pickup_back(rng),
        Sound::Countdown => signals::countdown(rng),
        Sound::RoundBegan => signals::round_began(rng),
        Sound::RoundWon => signals::round_won(rng),
        Sound::RoundLost => signals::round_lost(rng),
        Sound::RoundDrawn => signals::round_drawn(rng),
        Sound::MatchOver => signals::match_over(rng),
        Sound::Chat => signals::chat(rng),
        Sound::Vote => signals::vote(rng),
    }
}
