//! Everything at once, at random.

use super::{assert_settled, cease_fire, join_four, standing};
use crate::bench::{Bench, delayed};
use std::time::Duration;
use tickshot_client::lab::universe::Way;
use tickshot_client::view::Status;
use tickshot_shared::link::profile::{LinkSettings, Loss, Profile};
use tickshot_shared::modes::{Delay, HitCheck, Modes, Others, Prediction};
use tickshot_shared::rng::Rng;

/// Anything at all happens to a client, drawn from `rng`.
fn strike(bench: &mut Bench, client: usize, rng: &mut Rng) {
    let time = Duration::from_millis(u64::from(rng.below(2500)));
    match rng.below(9) {
        0 => bench.universe.freeze_client(client, time),
        1 => bench.universe.suspend_client(client, time),
        2 => bench.universe.freeze_link(client, time),
        3 => bench.universe.partition(client, time),
        4 => bench.universe.cut(client, Way::Up, time),
        5 => bench.universe.cut(client, Way::Down, time),
        6 => bench.universe.freeze_server(time),
        7 => {
            let profile = Profile {
                delay_us: rng.below(200_000),
                jitter_us: rng.below(60_000),
                loss: Loss::Random { ppm: rng.below(300_000) },
                duplicate_ppm: rng.below(100_000),
                reorder_ppm: rng.below(100_000),
                ..Profile::default()
            };
            bench.universe.set_link(client, LinkSettings::both(profile));
        }
        _ => {
            let others =
                [Others::Newest, Others::Extrapolate, Others::default(), Others::Interpolate(Delay::FixedMs(90))];
            bench.universe.client_mut(client).switches.modes = Modes {
                prediction: Prediction::ALL[rng.below(4) as usize],
                others: others[rng.below(4) as usize],
                hits: HitCheck::ALL[rng.below(3) as usize],
                snapshot_every: rng.below(4) as u8 + 1,
                redundancy: rng.below(8) as u8 + 1,
            };
        }
    }
}

#[test]
fn after_a_storm_of_everything_all_is_well() {
    for seed in 9000..9004 {
        let mut bench = Bench::recorded("arena", seed);
        join_four(&mut bench, delayed(30));
        bench.run_ms(3000);
        let mut rng = Rng::new(seed);
        for _ in 0..120 {
            let client = rng.below(4) as usize;
            strike(&mut bench, client, &mut rng);
            bench.run_ms(u64::from(rng.below(1000)));
        }
        cease_fire(&mut bench);
        bench.verify_recording();
        // What is under way comes through; then there is peace, for longer than the input lead remembers what it must
        // provide for, 1,024 ticks.
        bench.run_ms(3000);
        for client in 0..4 {
            bench.universe.set_link(client, delayed(30));
            bench.universe.client_mut(client).switches.modes = Modes::default();
        }
        bench.run_ms(20_000);
        for client in 0..4 {
            let (now, play) = (standing(&bench, client), bench.play(client));
            eprintln!(
                "seed {seed}, client {client}: {now:.1?}, {:?}, at tick {:?}",
                play.newest().map(|s| s.header),
                play.input_tick()
            );
        }
        for client in 0..4 {
            assert_eq!(bench.universe.client(client).core.status(), Status::Playing, "seed {seed}");
            assert_settled(&mut bench, client, &format!("seed {seed}, client {client}"));
        }
    }
}
