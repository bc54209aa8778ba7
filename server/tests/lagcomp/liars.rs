//! What lying about time is worth, measured: how far back shots are tested, and how often a shooter can choose.

use super::rig::{Client, LinkTicks, Rig};
use tickshot_server::core::MatchRules;
use tickshot_shared::protocol::client_msg::{InputPacket, InputRun};
use tickshot_shared::protocol::evidence::ShotEvidence;
use tickshot_shared::sim::input::ViewStamp;
use tickshot_shared::tick::{Tick, TickRate};

const SECONDS: u32 = 60;

/// How old the pictures were that one shooter's shots were tested against.
struct Ages {
    /// In ticks, in order of the shots.
    ages: Vec<f64>,
}

impl Ages {
    /// Runs one client that does this to its packets.
    fn of(name: &str, touch: &mut dyn FnMut(&Client, &mut InputPacket)) -> Ages {
        let mut rig = Rig::new("open", 40, 30, MatchRules::default(), 50);
        rig.join(LinkTicks { delay: 1, ..LinkTicks::default() });
        for _ in 0..SECONDS * TickRate::default().hz() {
            rig.tick_with(&mut |_, client, packet| touch(client, packet));
        }
        let age = |shot: &ShotEvidence| f64::from(shot.used_age_256ths) / 256.0;
        let found = Ages { ages: rig.shots.iter().map(age).collect() };
        println!(
            "{name:44} {:3} shots  oldest {:5.2} ticks  youngest {:5.2}  turned older by over 4 ticks: {}",
            found.ages.len(),
            found.oldest(),
            found.ages.iter().copied().fold(f64::MAX, f64::min),
            found.turns(),
        );
        assert!(found.ages.len() > 100);
        found
    }

    fn oldest(&self) -> f64 {
        self.ages.iter().copied().fold(0.0, f64::max)
    }

    /// Shots tested against a picture that is older than that of the shot before by more than the tolerance and a rounding.
    fn turns(&self) -> usize {
        self.ages.windows(2).filter(|pair| pair[1] > pair[0] + 4.0).count()
    }
}

/// Claims the picture of so many ticks ago, as it was told.
fn claim(client: &Client, packet: &mut InputPacket, age: u32) {
    let mut inputs = packet.inputs.to_vec();
    let newest = inputs.last_mut().unwrap();
    let wanted = Tick(packet.newest.0.saturating_sub(age));
    let held = client.ring.between(wanted, Tick(u32::MAX)).next().map(|s| s.header.tick);
    if let (Some(view), Some(held)) = (&mut newest.view, held) {
        *view = ViewStamp { a: held, b: held, fraction: 0, ..*view };
    }
    packet.inputs = InputRun::of(&inputs).unwrap();
}

#[test]
fn claiming_the_past_gains_no_more_than_a_slower_link_and_no_choice_per_shot() {
    let cap = f64::from(TickRate::default().ticks_in_ms(MatchRules::default().rewind_ms.into()));
    let honest = Ages::of("honest", &mut |_, _| {});
    assert_eq!(honest.turns(), 0);

    let bold = Ages::of("claims the cap, declares the truth", &mut |client, packet| claim(client, packet, cap as u32));
    assert!(bold.oldest() <= honest.oldest() + 3.5, "no more than the tolerance: {} ticks", bold.oldest());

    let constant = Ages::of("claims the cap, declares it for ever", &mut |client, packet| {
        packet.display_delay = 4 * cap as i16;
        claim(client, packet, cap as u32);
    });
    assert!(constant.oldest() <= cap, "the cap holds");
    assert!(constant.turns() <= 2, "and it is stuck with its story");

    // Old and new by turns, every quarter second: each change to older takes a jump, of which there is one per second.
    let flips = Ages::of("flips its declared delay every 16 ticks", &mut |client, packet| {
        if packet.newest.0 / 16 % 2 == 0 {
            packet.display_delay = 4 * cap as i16;
            claim(client, packet, cap as u32);
        }
    });
    assert!(flips.oldest() <= cap && flips.turns() <= SECONDS as usize + 1, "{} turns in {SECONDS} s", flips.turns());

    let noise = Ages::of("declares anything, tick by tick", &mut |client, packet| {
        packet.display_delay = (packet.newest.0.wrapping_mul(2_654_435_761) >> 22) as i16 - 512;
        claim(client, packet, cap as u32);
    });
    assert!(noise.oldest() <= cap && noise.turns() <= SECONDS as usize + 1);

    // Acks are held back for as long as a rifle reloads: it may shoot at what it pretends still to see.
    const SILENCE: u32 = 10;
    let mut held_back = None;
    let silent = Ages::of("holds acks back for 10 ticks at a time", &mut |client, packet| {
        if packet.newest.0.is_multiple_of(SILENCE) {
            held_back = packet.ack;
        }
        (packet.ack, packet.ack_mask) = (held_back, 0);
        claim(client, packet, cap as u32);
    });
    let gain = silent.oldest() - honest.oldest();
    assert!(gain <= f64::from(SILENCE) + 3.5, "as long as the silence: {gain} ticks");

    let mut late_acks = std::collections::VecDeque::new();
    let laggard = Ages::of("acks everything 12 ticks late, for ever", &mut |client, packet| {
        late_acks.push_back(packet.ack);
        packet.ack = if late_acks.len() > 12 { late_acks.pop_front().unwrap() } else { late_acks[0] };
        packet.ack_mask = 0;
        claim(client, packet, cap as u32);
    });
    assert!(laggard.oldest() <= cap && laggard.turns() <= 2);

    // Late acks and a declared delay far beyond the newest snapshot cancel out: no room in between but for a tick.
    late_acks.clear();
    let both = Ages::of("acks 12 ticks late, declares 12 ticks beyond", &mut |client, packet| {
        late_acks.push_back(packet.ack);
        packet.ack = if late_acks.len() > 12 { late_acks.pop_front().unwrap() } else { late_acks[0] };
        (packet.ack_mask, packet.display_delay) = (0, packet.display_delay - 48);
        claim(client, packet, cap as u32);
    });
    assert!(both.oldest() <= honest.oldest() + 4.5, "{} ticks", both.oldest());
}
