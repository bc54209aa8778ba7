//! Rockets, from the trigger to the burst, on both ends.

use crate::bench::Bench;
use crate::steering::anything;
use glam::Vec2;
use std::time::Duration;
use tickshot_client::lab::machine::ClientSetup;
use tickshot_client::lab::steer::Steer;
use tickshot_client::lab::universe::Moment;
use tickshot_client::reconcile::Reason;
use tickshot_client::view::{Controls, Effect};
use tickshot_shared::link::profile::{LinkSettings, Profile};
use tickshot_shared::rng::Rng;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::weapon::Weapon;

fn still(link: &str) -> ClientSetup {
    ClientSetup {
        steer: Steer::Controls(Controls { weapon: Weapon::Launcher, ..Controls::default() }),
        link: link.parse().expect("a link"),
        ..ClientSetup::default()
    }
}

/// A shooter and a watcher on an open field; the shooter fires once.
fn one_rocket(link: &str) -> Bench {
    let mut bench = Bench::new("open", 3);
    let shooter = bench.join_as(still(link));
    bench.join_as(still(link));
    bench.run_ms(3000);
    bench.steer(shooter, Controls { weapon: Weapon::Launcher, fire: true, ..Controls::default() });
    bench
}

#[test]
fn an_own_rocket_leaves_at_once_and_another_sees_it_when_the_server_has_told() {
    let mut bench = one_rocket("delay 50ms");
    let (mut own_ms, mut other_ms) = (None, None);
    bench.run_seen(Duration::from_millis(600), &mut |moment| {
        let Moment::Frame { client, machine, .. } = moment else { return };
        let flies = !machine.view.rockets.is_empty();
        let seen = if client == 0 { &mut own_ms } else { &mut other_ms };
        if flies && seen.is_none() {
            *seen = Some(machine.view.net.now_s);
        }
    });
    let launched = |client: usize| {
        bench.notes(client).effects.iter().filter(|effect| matches!(effect, Effect::Launched { .. })).count()
    };
    assert_eq!([launched(0), launched(1)], [1, 1]);
    let (own, other) = (own_ms.expect("the shooter sees it"), other_ms.expect("the other sees it"));
    // Input lead, the way up and down, display delay: no less than the round trip.
    assert!(other - own > 0.1, "own at {own} s, other at {other} s");
}

#[test]
fn a_rocket_flies_forward_smoothly_for_its_shooter_and_bursts_where_the_server_says() {
    for link in ["delay 0ms", "delay 50ms", "delay 100ms 10ms loss 5%"] {
        let mut bench = one_rocket(link);
        bench.run_ms(60);
        bench.steer(0, Controls { weapon: Weapon::Launcher, ..Controls::default() });
        let mut far: [f32; 2] = [0.0; 2];
        let mut last: [Option<f32>; 2] = [None; 2];
        let mut truth = None;
        bench.run_seen(Duration::from_millis(4000), &mut |moment| match moment {
            Moment::Tick { server, .. } => {
                truth = server.world().rockets.iter().find(|rocket| rocket.burst.is_some()).copied().or(truth);
            }
            Moment::Frame { client, machine, .. } => {
                let at = machine.view.rockets.first().map(|rocket| rocket.pos.x);
                if let (Some(at), Some(last)) = (at, last[client]) {
                    // 18 m/s in frames of 4 ms and a little, never backwards.
                    assert!((0.0..0.25).contains(&(at - last)), "{link}: client {client} moves {} m", at - last);
                }
                last[client] = at;
                far[client] = far[client].max(at.unwrap_or(0.0));
            }
        });
        let rocket: Rocket = truth.expect("it burst");
        let burst = rocket.at(rocket.burst.expect("it burst").1).as_vec2() / 1024.0;
        for (client, far) in far.iter().enumerate() {
            let effects = bench.notes(client).effects.iter();
            let burst_at = |effect: &Effect| if let Effect::Burst { pos, .. } = effect { Some(*pos) } else { None };
            let bursts: Vec<Vec2> = effects.filter_map(burst_at).collect();
            assert_eq!(bursts, [burst], "{link}: client {client}");
            assert!((far - burst.x).abs() < 0.5, "{link}: client {client} saw it at {far} m");
        }
    }
}

#[test]
fn nobody_who_presses_everything_on_a_clean_link_is_ever_corrected_without_a_reason() {
    for seed in 0..3 {
        let mut bench = Bench::recorded("arena", 100 + seed);
        let clean = LinkSettings::both(Profile { delay_us: 30_000, ..Profile::default() });
        for _ in 0..4 {
            bench.join_as(ClientSetup { link: clean, ..still("delay 0ms") });
        }
        let mut rng = Rng::new(seed);
        let mut controls = [Controls::default(); 4];
        for _ in 0..400 {
            for (client, controls) in controls.iter_mut().enumerate() {
                *controls = anything(&mut rng, controls);
                bench.steer(client, *controls);
            }
            bench.run_ms(90);
        }
        let stats = bench.all_stats();
        assert_eq!(stats.corrections.of(Reason::Unexplained), 0, "{:?}", stats.corrections);
        assert!(stats.shots.fired > 100);
        bench.verify_recording();
    }
}
