//! How fast a match is made again.

use super::{join_on, recorded, seconds};
use std::time::Instant;
use tickshot_trace::replay::verify;

#[test]
fn sixteen_players_are_made_again_a_hundred_times_faster_than_they_played() {
    let mut bench = recorded("arena", 1, |config| config.bots = 8);
    join_on(&mut bench, &["delay 20ms"; 8]);
    bench.run_for(seconds(40));
    let trace = bench.server_trace();
    // The best of some: other tests run beside this one.
    let took = (0..3).map(|_| {
        let began = Instant::now();
        let report = verify(&trace, &mut |_, _| {});
        assert!(report.holds && report.players_max == 16, "{}", report.text());
        began.elapsed().as_secs_f64()
    });
    let times = 40.0 / took.fold(f64::MAX, f64::min);
    eprintln!("{times:.0} x real time, {} shots", trace.shots.len());
    assert!(times > 100.0, "{times:.0} x real time");
}
