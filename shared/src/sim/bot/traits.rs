//! What tells a good bot from a bad one: one table of numbers per skill. Units are in the names.
//!
//! Nobody is let know more than the others; they differ in eyes, hands and judgement. Must not know what the numbers are used
//! for beyond what their names say.

use super::Skill;

/// The numbers of one skill.
#[derive(Debug)]
pub(super) struct Traits {
    /// From first sight to the first shot.
    pub reaction_ms: u32,
    /// A moving body is seen where it was so long ago.
    pub lag_ms: u32,
    /// Largest aim error at first sight, in 1/65,536 turn; what is left of it after each second of watching shrinks by this
    /// rate per second; and the slips that keep a bot human.
    pub first_error_steps: i32,
    pub steady_per_s: i32,
    pub slip_steps: i32,
    pub slip_ms: (u32, u32),
    /// Fastest turn, share of what is missing that is turned per second, and how fast turning gets faster: too slow for its
    /// own speed, and so it overshoots.
    pub turn_steps_per_s: i32,
    pub turn_gain_per_s: i32,
    pub turn_rise_per_s2: i32,
    /// How much of a body's movement a rocket is aimed ahead, percent.
    pub lead_percent: i64,
    /// Fires when it points within so much of a body's half width, percent.
    pub keen_percent: i64,
    pub burst_ms: (u32, u32),
    pub rest_ms: (u32, u32),
    /// How often it means to dodge a rocket that comes at it, percent.
    pub dodge_percent: u32,
    /// How often it dashes where a dash is of use, percent.
    pub dash_percent: u32,
    /// Takes the weapon that suits the distance; otherwise the one it likes.
    pub suits_weapon: bool,
    /// Sends a rocket after somebody who went round a corner.
    pub follows_with_rocket: bool,
    /// Below this health it breaks the line of sight; to reload too.
    pub hide_below: u8,
    pub hides_to_reload: bool,
    /// Below this health it looks for a health pickup first of all.
    pub fetch_below: u8,
    /// How far it goes for a pickup it can use, tiles.
    pub fetch_tiles: u32,
    /// With nobody about it reloads a magazine that is less full than this, percent.
    pub reload_below_percent: u32,
    /// How often it goes after somebody it lost, percent.
    pub chase_percent: u32,
}

impl Traits {
    pub(super) fn of(skill: Skill) -> &'static Traits {
        match skill {
            Skill::Easy => &EASY,
            Skill::Normal => &NORMAL,
            Skill::Hard => &HARD,
        }
    }
}

static EASY: Traits = Traits {
    reaction_ms: 350,
    lag_ms: 70,
    first_error_steps: 3400,
    steady_per_s: 4,
    slip_steps: 1300,
    slip_ms: (250, 700),
    turn_steps_per_s: 75_000,
    turn_gain_per_s: 10,
    turn_rise_per_s2: 450_000,
    lead_percent: 30,
    keen_percent: 170,
    burst_ms: (250, 800),
    rest_ms: (300, 700),
    dodge_percent: 15,
    dash_percent: 10,
    suits_weapon: false,
    follows_with_rocket: false,
    hide_below: 0,
    hides_to_reload: false,
    fetch_below: 35,
    fetch_tiles: 6,
    reload_below_percent: 20,
    chase_percent: 60,
};

static NORMAL: Traits = Traits {
    reaction_ms: 260,
    lag_ms: 50,
    first_error_steps: 2800,
    steady_per_s: 5,
    slip_steps: 1000,
    slip_ms: (300, 800),
    turn_steps_per_s: 91_000,
    turn_gain_per_s: 12,
    turn_rise_per_s2: 600_000,
    lead_percent: 75,
    keen_percent: 140,
    burst_ms: (300, 1200),
    rest_ms: (150, 500),
    dodge_percent: 55,
    dash_percent: 45,
    suits_weapon: true,
    follows_with_rocket: false,
    hide_below: 30,
    hides_to_reload: false,
    fetch_below: 55,
    fetch_tiles: 10,
    reload_below_percent: 45,
    chase_percent: 70,
};

static HARD: Traits = Traits {
    reaction_ms: 170,
    lag_ms: 15,
    first_error_steps: 1600,
    steady_per_s: 8,
    slip_steps: 550,
    slip_ms: (400, 1000),
    turn_steps_per_s: 130_000,
    turn_gain_per_s: 16,
    turn_rise_per_s2: 1_100_000,
    lead_percent: 100,
    keen_percent: 105,
    burst_ms: (500, 1800),
    rest_ms: (80, 250),
    dodge_percent: 90,
    dash_percent: 85,
    suits_weapon: true,
    follows_with_rocket: true,
    hide_below: 40,
    hides_to_reload: true,
    fetch_below: 75,
    fetch_tiles: 14,
    reload_below_percent: 65,
    chase_percent: 85,
};
