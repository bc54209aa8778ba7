//! The presets are what their words promise.

use crate::{SEED, mean, ms, percentile};
use tickshot_shared::link::conditioner::Conditioner;
use tickshot_shared::link::presets::{self, PRESETS, Preset};
use tickshot_shared::link::profile::Profile;

#[test]
fn every_preset_is_sound_and_named_once() {
    for preset in PRESETS {
        assert_eq!(preset.link.check(), Ok(()), "{}", preset.name);
        assert_eq!(presets::find(preset.name).map(|found| found.link), Some(preset.link));
        assert_eq!(presets::of(&preset.link).map(|found| found.name), Some(preset.name));
        assert!(preset.feels.ends_with('.') && preset.feels.len() < 140, "one sentence: {}", preset.feels);
    }
}

/// What a game at 64 Hz sees of each preset; `docs/LINKS.md` has the same table.
#[test]
fn presets_give_the_round_trips_and_losses_of_their_sources() {
    let mut table = String::new();
    for preset in PRESETS {
        let seen = seen(&preset);
        table += &format!(
            "{:>16}: round trip mean {:6.1} p50 {:6.1} p90 {:6.1} p99 {:6.1} ms, lost {:.2} %\n",
            preset.name,
            seen.mean,
            seen.p50,
            seen.p90,
            seen.p99,
            seen.lost * 100.0
        );
    }
    println!("{table}");
    let of = |name| seen(presets::find(name).expect("a preset"));
    assert!(of("lan").p99 < 0.5 && of("lan").lost == 0.0);
    assert!((2.0..10.0).contains(&of("wifi").p50) && of("wifi").lost < 0.005);
    let bad = of("wifi-bad");
    assert!(bad.p50 > 20.0 && (85.0..130.0).contains(&bad.p90), "{} {}", bad.p50, bad.p90);
    assert!((0.03..0.06).contains(&bad.lost), "both ways: {}", bad.lost);
    assert!((of("dsl").mean - 37.0).abs() < 2.0);
    assert!((of("4g").mean - 70.0).abs() < 5.0);
    assert!((of("transcontinental").mean - 160.0).abs() < 3.0);
    assert!((630.0..724.0).contains(&of("satellite").mean));
}

struct Seen {
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    /// Share of round trips that lost one of their two datagrams.
    lost: f64,
}

fn seen(preset: &Preset) -> Seen {
    let (up, down) = (one_way(preset.link.up, SEED), one_way(preset.link.down, SEED + 1));
    let trips: Vec<f64> = up.iter().zip(&down).filter_map(|(up, down)| Some((*up)? + (*down)?)).collect();
    Seen {
        mean: mean(&trips),
        p50: percentile(&trips, 0.5),
        p90: percentile(&trips, 0.9),
        p99: percentile(&trips, 0.99),
        lost: 1.0 - trips.len() as f64 / up.len() as f64,
    }
}

/// Milliseconds each of 64 datagrams a second takes; none: lost.
fn one_way(profile: Profile, seed: u64) -> Vec<Option<f64>> {
    let mut link = Conditioner::new(profile, seed);
    let gap = ms(1000) / 64;
    (0..64 * 600)
        .map(|i| {
            let mut taken = None;
            link.pass(gap * i, 100, &mut |release| taken = Some((release - gap * i).as_secs_f64() * 1e3));
            taken
        })
        .collect()
}
