//! Links as text: what is read, what is refused and how, and that everything written reads back.

use crate::{SEED, profile};
use tickshot_shared::limits::LINK_TEXT_BYTES_MAX;
use tickshot_shared::link::presets::{self, PRESETS};
use tickshot_shared::link::profile::{Distribution, LinkSettings, Loss, PPM, Profile};
use tickshot_shared::rng::Rng;

fn link(text: &str) -> LinkSettings {
    text.parse().unwrap_or_else(|error| panic!("'{text}': {error}"))
}

fn refusal(text: &str) -> String {
    match text.parse::<LinkSettings>() {
        Ok(link) => panic!("'{text}' must be refused, not read as '{link}'"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_word_is_read() {
    let all = "delay 100ms 20ms 25% distribution normal loss gemodel 1% 10% duplicate 0.1% reorder 5% rate 2mbit queue 64kb \
               mtu 1200 freeze 2s every 10s";
    let expected = Profile {
        delay_us: 100_000,
        jitter_us: 20_000,
        distribution: Distribution::Normal,
        correlation_ppm: 250_000,
        loss: Loss::Bursts { to_bad_ppm: 10_000, to_good_ppm: 100_000, loss_good_ppm: 0, loss_bad_ppm: PPM },
        duplicate_ppm: 1_000,
        reorder_ppm: 50_000,
        rate_bps: 2_000_000,
        queue_bytes: 64_000,
        mtu_bytes: 1200,
        freeze_ms: 2_000,
        freeze_every_ms: 10_000,
    };
    assert_eq!(profile(all), expected);
    assert_eq!(expected.to_string(), all, "and written as it was read");
    assert_eq!(link(all), LinkSettings::both(expected));
}

#[test]
fn losses_have_the_forms_and_defaults_of_netem() {
    assert_eq!(profile("loss 5%").loss, Loss::Random { ppm: 50_000 });
    assert_eq!(profile("loss random 5%").loss, Loss::Random { ppm: 50_000 });
    let bursts = |to_bad_ppm, to_good_ppm, loss_bad_ppm, loss_good_ppm| Loss::Bursts {
        to_bad_ppm,
        to_good_ppm,
        loss_good_ppm,
        loss_bad_ppm,
    };
    assert_eq!(profile("loss gemodel 1%").loss, bursts(10_000, 990_000, PPM, 0));
    assert_eq!(profile("loss gemodel 1% 10%").loss, bursts(10_000, 100_000, PPM, 0));
    assert_eq!(profile("loss gemodel 1% 10% 70%").loss, bursts(10_000, 100_000, 700_000, 0));
    assert_eq!(profile("loss gemodel 1% 10% 70% 0.1%").loss, bursts(10_000, 100_000, 700_000, 1_000));
}

#[test]
fn directions_and_presets_combine() {
    assert_eq!(link(""), LinkSettings::default());
    assert_eq!(link(" off "), LinkSettings::default());
    assert_eq!(link("clean"), LinkSettings::default());
    let both = link("loss 1% up delay 10ms down delay 80ms rate 2mbit");
    assert_eq!(both.up, profile("loss 1% delay 10ms"));
    assert_eq!(both.down, profile("loss 1% delay 80ms rate 2mbit"));
    assert_eq!(link("down delay 5ms"), LinkSettings { up: Profile::default(), down: profile("delay 5ms") });
    let bad = presets::find("wifi-bad").unwrap().link;
    assert_eq!(link("wifi-bad"), bad);
    let up = Profile { delay_us: 100_000, ..bad.up };
    assert_eq!(link("wifi-bad delay 100ms").up, up, "what is not named stays the preset's");
    assert_eq!(link("wifi-bad up delay 100ms"), LinkSettings { up, down: bad.down });
}

#[test]
fn a_rate_has_a_queue_even_if_none_is_named() {
    assert_eq!(profile("rate 2mbit").queue_bytes, 64_000);
    assert_eq!(profile("queue 1kb rate 2mbit").queue_bytes, 1_000);
}

#[test]
fn errors_name_the_word_its_place_and_what_is_allowed() {
    let cases = [
        (
            "dealy 100ms",
            "word 1 'dealy' is no preset (lan, wifi, wifi-bad, dsl, 4g, transcontinental, satellite) and none of delay,",
        ),
        ("delay 100ms lost 5%", "word 3 'lost' is none of delay, distribution, loss,"),
        ("delay 100", "word 2 '100' must be a time such as 100ms (units: us, ms, s)"),
        ("delay", "'delay' at the end must be followed by a time such as 100ms"),
        ("delay loss", "word 2 'loss' must be a time"),
        ("delay 1ms delay 2ms", "word 3 'delay' comes a second time"),
        ("up delay 1ms up loss 1%", "word 4 'up' comes a second time"),
        ("loss 101%", "word 2 '101%' must be a share from 0% to 100%"),
        ("loss 5% 25%", "use 'loss gemodel' for bursts"),
        ("loss state 1%", "'state' is not offered"),
        ("distribution pareto", "word 2 'pareto' must be uniform, normal or skewed"),
        ("delay 100ms wifi", "word 3 'wifi': a preset, 'clean' or 'off' comes first"),
        ("off delay 1ms", "word 2 'delay': a clean link has no other words"),
        ("delay 20s", "up: delay of 20s is too long; at most 10s"),
        ("down rate 10bit", "down: rate of 0.01kbit is out of range; 1kbit to 100gbit"),
        ("rate 1kbit queue 1mb", "at most 60000 ms: less queue or more rate"),
        ("freeze 10s every 5s", "a freeze of 10s cannot come every 5s"),
        ("freeze 1.5us", "word 2 '1.5us' must be a time"),
        ("mtu 70000", "word 2 '70000' must be at most 65535 bytes"),
    ];
    for (text, expected) in cases {
        let error = refusal(text);
        assert!(error.contains(expected), "'{text}' gives: {error}");
    }
    assert!("up delay 1ms".parse::<Profile>().unwrap_err().to_string().contains("one direction already"));
    assert!(refusal(&"delay 1ms ".repeat(LINK_TEXT_BYTES_MAX)).contains("at most 512"));
}

#[test]
fn whatever_is_written_reads_back_the_same() {
    for seed in 0..20_000 {
        let mut rng = Rng::fork(SEED, seed);
        let settings = LinkSettings { up: any_profile(&mut rng), down: any_profile(&mut rng) };
        settings.check().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(settings.to_string().parse(), Ok(settings), "seed {seed}: {settings}");
        assert_eq!(settings.up.to_string().parse(), Ok(settings.up), "seed {seed}");
        assert!(settings.to_string().len() <= LINK_TEXT_BYTES_MAX);
    }
    for preset in PRESETS {
        assert_eq!(preset.link.to_string().parse(), Ok(preset.link), "{}", preset.name);
    }
}

#[test]
fn no_text_panics_and_what_is_read_is_sound() {
    let seeds = [
        "wifi-bad up delay 100ms 20ms 25% distribution normal loss gemodel 1% 10% 70% 0.1% down duplicate 0.1% reorder 5%",
        "delay 9.999s rate 2.5mbit queue 64kib mtu 1200b freeze 2s every 10s",
        "up rate 100gbit down freeze 60s loss random 99.9999%",
    ];
    let words = [
        "every",
        "99999999999999999999ms",
        "-1%",
        "%",
        "ms",
        "0.0000001%",
        "up",
        "é",
        "\u{0}",
        "clean",
        "18446744073709551615b",
    ];
    for seed in 0..50_000 {
        let mut rng = Rng::fork(SEED, seed);
        let mut text: Vec<char> = seeds[rng.below(3) as usize].chars().collect();
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(text.len() as u32 + 1) as usize;
            match rng.below(4) {
                0 => text.truncate(at),
                1 => text.insert(at, char::from(32 + rng.below(95) as u8)),
                2 if at < text.len() => _ = text.remove(at),
                _ => {
                    let word = words[rng.below(words.len() as u32) as usize];
                    text.splice(at..at, word.chars());
                }
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(settings) = text.parse::<LinkSettings>() {
            assert_eq!(settings.check(), Ok(()), "seed {seed}: {text}");
            assert_eq!(settings.to_string().parse(), Ok(settings), "seed {seed}: {text}");
        }
    }
}

/// Any profile that passes its check.
fn any_profile(rng: &mut Rng) -> Profile {
    let maybe = |rng: &mut Rng, most: u32| if rng.chance(1, 2) { rng.below(most + 1) } else { 0 };
    let ppm = |rng: &mut Rng| if rng.chance(1, 2) { rng.below(101) * 10_000 } else { maybe(rng, PPM) };
    let loss = if rng.chance(1, 2) {
        Loss::Random { ppm: ppm(rng) }
    } else {
        Loss::Bursts { to_bad_ppm: ppm(rng), to_good_ppm: ppm(rng), loss_good_ppm: ppm(rng), loss_bad_ppm: ppm(rng) }
    };
    let freeze_ms = maybe(rng, 60_000);
    Profile {
        delay_us: maybe(rng, 10_000_000),
        jitter_us: maybe(rng, 10_000) * 1000,
        distribution: [Distribution::Uniform, Distribution::Normal, Distribution::Skewed][rng.below(3) as usize],
        correlation_ppm: ppm(rng),
        loss,
        duplicate_ppm: ppm(rng),
        reorder_ppm: ppm(rng),
        rate_bps: if rng.chance(1, 2) { 100_000 + u64::from(rng.below(u32::MAX)) * 20 } else { 0 },
        queue_bytes: maybe(rng, 700_000),
        mtu_bytes: maybe(rng, 65_535) as u16,
        freeze_ms,
        freeze_every_ms: if freeze_ms > 0 { maybe(rng, 1) * (freeze_ms + 1 + rng.below(3_000_000)) } else { 0 },
    }
}
