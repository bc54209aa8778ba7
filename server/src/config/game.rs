//! What is to be played, as somebody writes it: by flags or in the file, each within its range.

use super::ConfigError;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tickshot_shared::sim::bot::Skill;
use tickshot_shared::sim::round::{GameMode, MatchOptions};

/// What somebody wants of the match; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct GameArgs {
    /// What is played: deathmatch, or elimination (two teams, no respawn in a round) [default: deathmatch]
    #[arg(long, value_name = "MODE", value_parser = game_mode)]
    pub mode: Option<GameMode>,
    /// Deathmatch: kills that end the match, 0 to 1000, 0 = no limit [default: 30]
    #[arg(long, value_name = "N")]
    pub score_limit: Option<u32>,
    /// Deathmatch: seconds the match lasts, 0 to 36000, 0 = no limit [default: 600]
    #[arg(long, value_name = "S")]
    pub time_limit: Option<u32>,
    /// Elimination: rounds of the match, over when more than half are won, 0 to 99, 0 = no end [default: 9]
    #[arg(long, value_name = "N")]
    pub best_of: Option<u32>,
    /// Elimination: seconds a round lasts, 0 to 3600, 0 = no limit [default: 120]
    #[arg(long, value_name = "S")]
    pub round_time: Option<u32>,
    /// Seconds before anything counts, 0 to 600 [default: 0, elimination 10]
    #[arg(long, value_name = "S")]
    pub warm_up: Option<u32>,
    /// Shots hurt one's own side, too
    #[arg(long)]
    pub friendly_fire: bool,
}

impl GameArgs {
    /// `options` with what is wanted on top.
    pub fn apply(&self, mut options: MatchOptions) -> Result<MatchOptions, ConfigError> {
        if let Some(mode) = self.mode {
            // What nobody chose follows the mode.
            if options.warm_up_s == MatchOptions::of(options.mode).warm_up_s {
                options.warm_up_s = MatchOptions::of(mode).warm_up_s;
            }
            options.mode = mode;
        }
        let within = |key: &'static str, value: Option<u32>, present: u16, max: u16| {
            let Some(wanted) = value else { return Ok(present) };
            let fits = u16::try_from(wanted).ok().filter(|value| *value <= max);
            fits.ok_or(ConfigError::Game { key, value: wanted, max })
        };
        options.score_limit = within("score_limit", self.score_limit, options.score_limit, SCORE_LIMIT_MAX)?;
        options.time_limit_s = within("time_limit", self.time_limit, options.time_limit_s, TIME_LIMIT_S_MAX)?;
        options.best_of = within("best_of", self.best_of, options.best_of.into(), BEST_OF_MAX)? as u8;
        options.round_s = within("round_time", self.round_time, options.round_s, ROUND_S_MAX)?;
        options.warm_up_s = within("warm_up", self.warm_up, options.warm_up_s, WARM_UP_S_MAX)?;
        options.friendly_fire |= self.friendly_fire;
        Ok(options)
    }
}

/// A mode by its name on the command line.
pub fn game_mode(name: &str) -> Result<GameMode, String> {
    let found = GameMode::ALL.into_iter().find(|mode| mode.name() == name);
    found.ok_or_else(|| format!("'{name}' is no mode of play; give deathmatch or elimination"))
}

/// A skill of bots by its name on the command line.
pub fn bot_skill(name: &str) -> Result<Skill, String> {
    let found = Skill::ALL.into_iter().find(|skill| skill.name() == name);
    found.ok_or_else(|| format!("'{name}' is no skill of bots; give easy, normal or hard"))
}

pub(super) fn mode_in_file<'de, D: Deserializer<'de>>(value: D) -> Result<Option<GameMode>, D::Error> {
    game_mode(&String::deserialize(value)?).map(Some).map_err(D::Error::custom)
}

pub(super) fn skill_in_file<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Skill>, D::Error> {
    bot_skill(&String::deserialize(value)?).map(Some).map_err(D::Error::custom)
}

const SCORE_LIMIT_MAX: u16 = 1000;
/// Ten hours.
const TIME_LIMIT_S_MAX: u16 = 36_000;
const BEST_OF_MAX: u16 = 99;
const ROUND_S_MAX: u16 = 3600;
const WARM_UP_S_MAX: u16 = 600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_a_range_and_the_error_names_flag_key_and_range() {
        let apply = |args: GameArgs| args.apply(MatchOptions::default());
        let error = apply(GameArgs { best_of: Some(200), ..GameArgs::default() }).unwrap_err().to_string();
        for part in ["200", "--best-of", "best_of", "0 to 99"] {
            assert!(error.contains(part), "{error}");
        }
        let error = apply(GameArgs { time_limit: Some(u32::MAX), ..GameArgs::default() }).unwrap_err().to_string();
        assert!(error.contains("--time-limit") && error.contains("36000"), "{error}");
        let all = GameArgs {
            mode: Some(GameMode::Elimination),
            score_limit: Some(1000),
            time_limit: Some(0),
            best_of: Some(99),
            round_time: Some(3600),
            warm_up: Some(600),
            friendly_fire: true,
        };
        let options = apply(all).unwrap();
        assert_eq!((options.best_of, options.round_s, options.warm_up_s), (99, 3600, 600));
    }

    #[test]
    fn a_warm_up_that_nobody_chose_follows_the_mode() {
        let elimination = GameArgs { mode: Some(GameMode::Elimination), ..GameArgs::default() };
        assert_eq!(elimination.apply(MatchOptions::default()).unwrap().warm_up_s, 10);
        let chosen = GameArgs { warm_up: Some(3), ..GameArgs::default() }.apply(MatchOptions::default()).unwrap();
        assert_eq!(elimination.apply(chosen).unwrap().warm_up_s, 3);
    }

    #[test]
    fn names_that_do_not_exist_are_answered_with_those_that_do() {
        assert!(game_mode("chess").unwrap_err().contains("elimination"));
        assert!(bot_skill("god").unwrap_err().contains("easy, normal or hard"));
    }
}
