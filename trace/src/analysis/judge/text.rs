//! A judgement for a terminal.

use super::{Band, Flip, Judgement, PlayerSwing, Policy, Swing};
use crate::analysis::columns::{Columns, wrapped};
use crate::analysis::shots::Who;
use crate::analysis::shots::words::{number, short};

impl Judgement {
    /// For a terminal.
    pub fn text(&self) -> String {
        let Judgement { shots, judged, without_past, not_reached, hits, .. } = self;
        let mut text = format!("{judged} of {shots} shots judged again; {hits} of these {judged} hit.\n");
        if *without_past > 0 {
            text += &format!("{without_past} cannot be: what they were judged by lies before the first keyframe.\n");
        }
        if let Some(stopped) = &self.stopped {
            text += &format!("{not_reached} cannot be: {stopped}\n");
        }
        if *judged > 0 {
            match self.inconsistent.as_slice() {
                [] => text += "The rules in force decide every one of them as they did then.\n\n",
                many => {
                    let first: Vec<&str> = many.iter().take(5).map(String::as_str).collect();
                    text += &format!(
                        "THE RULES IN FORCE DECIDE {} OF THEM OTHERWISE THAN THEN ({}): run verify.\n\n",
                        many.len(),
                        first.join(", ")
                    );
                }
            }
            text += &self.policies_text();
            text += &self.players_text();
            text += &bands_text("By the age of the picture that the shooter claims", &self.by_picture_age);
            text += &bands_text("By the shooter's round trip", &self.by_round_trip);
            text += &self.flips_text();
        }
        for caveat in &self.caveats {
            text += &format!("{}\n", wrapped(caveat));
        }
        text
    }

    fn policies_text(&self) -> String {
        let mut columns = Columns::new(&["<policy", "hits", "share", "lost", "won", "other", "<what it does"]);
        for result in &self.policies {
            columns.push([
                result.policy.name(),
                result.hits.to_string(),
                number((self.judged > 0).then(|| 100.0 * result.hits as f64 / self.judged as f64), 1) + " %",
                result.lost.to_string(),
                result.gained.to_string(),
                result.moved.to_string(),
                result.what.clone(),
            ]);
        }
        columns.text() + "\n"
    }

    fn players_text(&self) -> String {
        let mut fired = swing_columns(&["<as shooter", "picture", "trip"]);
        let mut suffered = swing_columns(&["<as target", "picture", "trip"]);
        for PlayerSwing { who, picture_age_ms, round_trip_ms, fired: as_shooter, suffered: as_target } in &self.players
        {
            let head = || [short(&who.name, 16), number(*picture_age_ms, 0), number(*round_trip_ms, 0)];
            fired.push_row(head().into_iter().chain(swing_cells(as_shooter)).collect());
            suffered.push_row(head().into_iter().chain(swing_cells(as_target)).collect());
        }
        format!(
            "Who gains and who loses: hits won less hits lost, by policy (picture, trip: the middle of a player's shots, ms)\n\
             {}\n{}\n",
            fired.text(),
            suffered.text()
        )
    }

    fn flips_text(&self) -> String {
        if self.flips.is_empty() {
            return "No policy decides any shot otherwise.\n\n".to_owned();
        }
        let mut columns =
            Columns::new(&["<shot", "time s", "<shooter", "<weapon", "picture", "trip", "<was", "<would be, by"]);
        for flip in self.flips.iter().take(FLIPS_SHOWN) {
            columns.push([
                flip.shot.clone(),
                format!("{:.2}", flip.time_s),
                short(&flip.shooter.name, 12),
                flip.weapon.clone(),
                format!("{:.0}", flip.picture_age_ms),
                number(flip.round_trip_ms, 0),
                victim(flip.was.as_ref()),
                becomes(flip),
            ]);
        }
        let more = match self.flips.len().saturating_sub(FLIPS_SHOWN) {
            0 => String::new(),
            more => format!("and {more} more: --json has them all\n"),
        };
        format!(
            "{} shots of {} that a policy decides otherwise\n{}{more}\n",
            self.flips.len(),
            self.judged,
            columns.text()
        )
    }
}

fn bands_text(title: &str, bands: &[Band]) -> String {
    let mut columns = swing_columns(&["<"]);
    for band in bands {
        columns.push_row([band.range.clone()].into_iter().chain(swing_cells(&band.fired)).collect());
    }
    format!("{title}\n{}\n", columns.text())
}

/// Columns for a [`Swing`] behind others: shots, hits, and every policy but the one in force.
fn swing_columns(heads: &[&'static str]) -> Columns {
    Columns::new(&[heads, &["shots", "hits", "none", "tick", "exact", "100", "250", "500", "1000", "victim"]].concat())
}

fn swing_cells(swing: &Swing) -> impl Iterator<Item = String> {
    let net = swing.net.iter().skip(1).map(|net| if *net == 0 { "·".to_owned() } else { format!("{net:+}") });
    [swing.shots.to_string(), swing.hits.to_string()].into_iter().chain(net)
}

/// The verdicts that differ, each with the policies that say so.
fn becomes(flip: &Flip) -> String {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for otherwise in &flip.becomes {
        let (hit, name) = (victim(otherwise.hit.as_ref()), otherwise.policy.name());
        match said.iter_mut().find(|(other, _)| *other == hit) {
            Some((_, names)) => names.push(name),
            None => said.push((hit, vec![name])),
        }
    }
    let words = said.iter().map(|(hit, names)| format!("{hit}: {}", names.join(", ")));
    short(&words.collect::<Vec<_>>().join("; "), 56)
}

fn victim(who: Option<&Who>) -> String {
    who.map_or_else(|| "miss".to_owned(), |who| short(&who.name, 12))
}

/// In a terminal.
const FLIPS_SHOWN: usize = 100;

const _: () = assert!(Policy::ALL.len() == 9, "the heads of swing_columns name every policy but the first");
