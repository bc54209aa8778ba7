//! Links worth trying, by name: numbers with their origin, and one sentence on what each feels like.
//!
//! Where a source gives a round trip, half is taken for each direction. What no source was found for is marked "chosen".
//! Sources, with addresses, are in `docs/LINKS.md`. It must not know how a link does what it does.

use super::profile::{Distribution, LinkSettings, Loss, Profile};

/// A named link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// As written in a link's text.
    pub name: &'static str,
    pub link: LinkSettings,
    /// One sentence for a player: what it is, what it feels like.
    pub feels: &'static str,
}

/// All, from the best to the worst.
pub const PRESETS: [Preset; 7] = [LAN, WIFI, WIFI_BAD, DSL, MOBILE_4G, TRANSCONTINENTAL, SATELLITE];

/// The preset of this name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The preset that does exactly this.
pub fn of(link: &LinkSettings) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.link == *link)
}

/// Two machines on one switch. Delay and jitter are chosen: a full datagram takes 12 us on a gigabit wire (IEEE 802.3) and as
/// much again in a switch; the rest is drivers and wake-ups.
const LAN: Preset = Preset {
    name: "lan",
    link: LinkSettings::both(jittery(150, 50, 0, Distribution::Uniform)),
    feels: "A cable and a switch: you should not be able to tell it from playing on the server itself.",
};

/// A laptop near its access point. All chosen: BITAG (2022) says that the delay of real links is skewed, with a long tail that
/// averages hide, so: on time mostly, each hundredth datagram 13 ms late. Wi-Fi repeats lost frames itself, so little is lost.
const WIFI: Preset = Preset {
    name: "wifi",
    link: LinkSettings::both(Profile {
        loss: Loss::Random { ppm: 1_000 },
        ..jittery(1_500, 2_000, 250_000, Distribution::Skewed)
    }),
    feels: "Good Wi-Fi: mostly as good as a cable, with a late datagram now and then that interpolation has to cover.",
};

/// A crowded channel or a far corner. Delay and jitter so that more than half of all round trips take over 20 ms and about one in ten
/// more than 100 ms, as Pei et al. (INFOCOM 2016) measured for the Wi-Fi hop alone. Loss comes in bursts (Gilbert-Elliott
/// fits most of what was measured at home: "802.11g packet-loss behavior", see docs); its size is chosen: a burst in 200
/// datagrams, five long, makes 2.4 %. The correlation is chosen: what delays one datagram delays the next, 16 ms later, too.
const WIFI_BAD: Preset = Preset {
    name: "wifi-bad",
    link: LinkSettings::both(Profile {
        loss: bursts(5_000, 200_000),
        ..jittery(2_000, 16_000, 600_000, Distribution::Skewed)
    }),
    feels: "Wi-Fi through two walls in a crowded house: fine for seconds, then a clump of late or lost datagrams.",
};

/// A telephone line. Rates and round trip (37 ms) as the FCC measured for Verizon's 3.1 to 7 Mbit/s tier (2016): 5.66 Mbit/s
/// down, 0.82 up. Jitter and queue are chosen (a few datagrams of somebody else's; the small buffer of a modem); loss
/// is a quarter of the 0.4 % below which the FCC's reports count a line as good.
const DSL: Preset = Preset {
    name: "dsl",
    link: LinkSettings {
        up: Profile {
            loss: Loss::Random { ppm: 1_000 },
            rate_bps: 820_000,
            queue_bytes: 32_000,
            ..jittery(16_000, 1_500, 250_000, Distribution::Skewed)
        },
        down: Profile {
            loss: Loss::Random { ppm: 1_000 },
            rate_bps: 5_660_000,
            queue_bytes: 64_000,
            ..jittery(16_000, 1_500, 250_000, Distribution::Skewed)
        },
    },
    feels: "A telephone line: a steady 37 ms away, and little room for a download beside the game.",
};

/// A phone's hotspot. Rates: medians of Huang et al. (MobiSys 2012), 13 Mbit/s down and 6 up. The round trip of 70 ms is chosen, and
/// split unevenly, because an uplink waits for its grants (3GPP TS 36.321). Jitter is chosen within the steps that repeats
/// at the radio take (8 ms each); loss is chosen: the radio repeats what it loses.
const MOBILE_4G: Preset = Preset {
    name: "4g",
    link: LinkSettings {
        up: Profile {
            loss: Loss::Random { ppm: 2_000 },
            rate_bps: 6_000_000,
            queue_bytes: 256_000,
            ..jittery(30_000, 8_000, 500_000, Distribution::Skewed)
        },
        down: Profile {
            loss: Loss::Random { ppm: 2_000 },
            rate_bps: 13_000_000,
            queue_bytes: 512_000,
            ..jittery(27_000, 5_000, 500_000, Distribution::Skewed)
        },
    },
    feels: "A phone as a hotspot: 70 ms that never hold still; the display delay has to find its place.",
};

/// To the other side of an ocean. Round trip 160 ms: what Verizon guarantees from Los Angeles to Tokyo on average (New York to
/// London: 90 ms). Loss: half of what its guarantee allows across the Atlantic, 0.5 %. Jitter is chosen: backbones hardly queue.
const TRANSCONTINENTAL: Preset = Preset {
    name: "transcontinental",
    link: LinkSettings::both(Profile {
        loss: Loss::Random { ppm: 2_500 },
        ..jittery(78_000, 2_000, 250_000, Distribution::Skewed)
    }),
    feels: "A server across the ocean: 160 ms, very even; prediction hides nearly all of it until somebody shoots you.",
};

/// A satellite in geostationary orbit. Medians of HughesNet and Viasat (Ookla, 2nd quarter 2021): 18 Mbit/s down, 3 up; round
/// trips of 724 and 630 ms, of which physics alone takes 477 or more (Huston, APNIC 2022). Jitter (slots on a shared
/// uplink), queue and loss (bursts, as rain makes them) are chosen.
const SATELLITE: Preset = Preset {
    name: "satellite",
    link: LinkSettings {
        up: Profile {
            loss: bursts(1_000, 250_000),
            rate_bps: 3_000_000,
            queue_bytes: 256_000,
            ..jittery(310_000, 20_000, 500_000, Distribution::Skewed)
        },
        down: Profile {
            loss: bursts(1_000, 250_000),
            rate_bps: 18_000_000,
            queue_bytes: 512_000,
            ..jittery(300_000, 10_000, 500_000, Distribution::Skewed)
        },
    },
    feels: "A dish pointed at geostationary orbit: over 600 ms, beyond the rewind cap; you move well and hit nobody who moves.",
};

const fn jittery(delay_us: u32, jitter_us: u32, correlation_ppm: u32, distribution: Distribution) -> Profile {
    Profile { delay_us, jitter_us, distribution, correlation_ppm, ..Profile::CLEAN }
}

/// Bursts in which all is lost: how often one begins, how soon it ends.
const fn bursts(to_bad_ppm: u32, to_good_ppm: u32) -> Loss {
    Loss::Bursts { to_bad_ppm, to_good_ppm, loss_good_ppm: 0, loss_bad_ppm: 1_000_000 }
}
