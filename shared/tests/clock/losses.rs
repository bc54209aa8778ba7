//! What share of the packets is said to be lost, each way.

use crate::rig::{Rig, Setup, Way};

/// Mean read-outs, percent, down and up, over a minute.
fn measured(up: Way, down: Way) -> (f64, f64) {
    let mut rig = Rig::new(Setup { up, down, ..Setup::both(up, 5) });
    rig.run_ms(3000);
    let (mut down_sum, mut up_sum) = (0.0, 0.0);
    for _ in 0..600 {
        rig.run_ms(100);
        down_sum += f64::from(rig.clocks.loss_down_pct());
        up_sum += f64::from(rig.clocks.loss_up_pct());
    }
    (down_sum / 600.0, up_sum / 600.0)
}

#[test]
fn each_direction_has_its_own_loss() {
    let (down, up) = measured(Way::ms(40).loss(100), Way::ms(40).loss(20).jitter_ms(15));
    println!("down {down:.2} % of 2, up {up:.2} % of 10");
    assert!((down - 2.0).abs() < 0.5, "{down} % down");
    assert!((up - 10.0).abs() < 1.5, "{up} % up");
}

#[test]
fn what_comes_twice_or_is_overtaken_is_not_lost() {
    let way = Way { duplicate_per_mille: 100, reorder_per_mille: 50, ..Way::ms(40) };
    let (down, up) = measured(way, way);
    println!("down {down:.2} %, up {up:.2} %");
    assert!(down < 0.5, "{down} % down");
    assert!(up < 0.5, "{up} % up");
}

#[test]
fn a_dead_wire_loses_everything() {
    let mut rig = Rig::new(Setup::both(Way::ms(40), 5));
    rig.run_ms(3000);
    assert_eq!((rig.clocks.loss_down_pct(), rig.clocks.loss_up_pct()), (0.0, 0.0));
    rig.cut(true);
    rig.run_ms(3000);
    assert!(rig.clocks.loss_down_pct() > 99.0, "{} % down", rig.clocks.loss_down_pct());
    assert!(rig.clocks.loss_up_pct() > 90.0, "{} % up", rig.clocks.loss_up_pct());
}
