//! Losses one by one and in bursts, duplicates, too long datagrams; and a clean link that does nothing.

use crate::{SEED, close, ms, profile, releases};
use std::time::Duration;
use tickshot_shared::link::conditioner::{Conditioner, LinkCounts};
use tickshot_shared::link::profile::Profile;

/// Datagrams per measurement.
const MANY: u32 = 1_000_000;

#[test]
fn a_clean_link_is_the_identity() {
    let mut link = Conditioner::new(Profile::default(), SEED);
    for (i, copies) in releases(&mut link, 1000, ms(3)).into_iter().enumerate() {
        assert_eq!(copies, [ms(3) * i as u32]);
    }
    assert_eq!(link.counts(), LinkCounts { passed: 1000, ..LinkCounts::default() });
}

#[test]
fn a_link_made_clean_again_is_the_identity_once_what_was_sent_before_is_through() {
    let mut link = Conditioner::new(profile("delay 100ms loss 50%"), SEED);
    releases(&mut link, 100, ms(1));
    link.set_profile(ms(100), Profile::default());
    let pass = |link: &mut Conditioner, now: Duration| {
        let mut release = None;
        link.pass(now, 100, &mut |at| release = Some(at));
        release.expect("nothing is lost on a clean link")
    };
    assert!(pass(&mut link, ms(101)) > ms(150), "not before those under way");
    assert_eq!(pass(&mut link, ms(300)), ms(300));
    assert_eq!(pass(&mut link, ms(301)), ms(301));
}

#[test]
fn random_loss_takes_its_share_and_runs_are_no_longer_than_chance_makes_them() {
    for percent in [1, 5, 20] {
        let mut link = Conditioner::new(profile(&format!("loss {percent}%")), SEED);
        let (share, burst) = losses(&mut link);
        let expected = f64::from(percent) / 100.0;
        close("share", share, expected, expected * 0.05);
        close("burst", burst, 1.0 / (1.0 - expected), 0.05);
        assert_eq!(link.counts().lost + link.counts().passed, u64::from(MANY));
    }
}

#[test]
fn gilbert_elliott_loses_in_bursts_of_one_over_r() {
    for (p, r) in [(1, 10), (1, 20), (5, 50)] {
        let mut link = Conditioner::new(profile(&format!("loss gemodel {p}% {r}%")), SEED);
        let (share, burst) = losses(&mut link);
        let (p, r) = (f64::from(p) / 100.0, f64::from(r) / 100.0);
        close("share", share, p / (p + r), 0.06 * p / (p + r));
        close("burst", burst, 1.0 / r, 0.05 / r);
    }
}

#[test]
fn gilbert_elliott_loses_in_each_state_what_it_is_told() {
    let mut link = Conditioner::new(profile("loss gemodel 10% 30% 50% 2%"), SEED);
    let (share, _) = losses(&mut link);
    close("share", share, 0.25 * 0.5 + 0.75 * 0.02, 0.004);
}

#[test]
fn duplicates_arrive_right_behind_their_original() {
    let mut link = Conditioner::new(profile("delay 20ms 5ms duplicate 10%"), SEED);
    let all = releases(&mut link, MANY, ms(10));
    let twice = all.iter().filter(|copies| copies.len() == 2).count();
    close("share", twice as f64 / f64::from(MANY), 0.1, 0.002);
    assert!(all.iter().all(|copies| copies.iter().all(|at| *at == copies[0])));
    assert_eq!(link.counts().duplicated as usize, twice);
}

#[test]
fn what_is_longer_than_the_mtu_is_dropped_and_counted() {
    let mut link = Conditioner::new(profile("mtu 1200"), SEED);
    let mut through = Vec::new();
    for bytes in [1199, 1200, 1201, 1400] {
        link.pass(ms(1), bytes, &mut |_| through.push(bytes));
    }
    assert_eq!(through, [1199, 1200]);
    assert_eq!(link.counts().over_mtu, 2);
}

/// Share lost, and mean length of a run of losses.
fn losses(link: &mut Conditioner) -> (f64, f64) {
    let lost: Vec<bool> = releases(link, MANY, ms(1)).iter().map(Vec::is_empty).collect();
    let total = lost.iter().filter(|lost| **lost).count() as f64;
    let runs = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count() as f64;
    (total / f64::from(MANY), total / runs)
}
