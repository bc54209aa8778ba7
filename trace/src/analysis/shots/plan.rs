//! A small plan of one shot, drawn in letters: walls, the line of aim, and the same body at several times.
//!
//! A letter is twice as high as wide, and so is what it stands for. Must not know what the marks mean.

use glam::{IVec2, Vec2};
use tickshot_shared::limits::{TILE_UNITS, UNITS_PER_METRE};
use tickshot_shared::sim::angle::Turn;
use tickshot_shared::sim::arena::Arena;

/// Something with a letter; of several in one place the first is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) letter: char,
    pub(super) at: IVec2,
}

/// Where a shot went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) from: IVec2,
    pub(super) aim: Turn,
    pub(super) range_units: i32,
}

/// The part of `arena` around `marks`, with the line of aim as far as the marks reach and a little further.
pub(super) fn draw(arena: &Arena, line: Line, marks: &[Mark]) -> String {
    let direction = line.aim.direction().as_vec2() / 32768.0;
    let farthest = marks.iter().map(|mark| mark.at.as_vec2().distance(line.from.as_vec2())).fold(0.0, f32::max);
    let farthest = farthest.min(arena.bounds().as_vec2().length());
    let shown = (line.range_units as f32).clamp(0.0, farthest + 2.0 * UNITS_PER_METRE as f32);
    let end = (line.from.as_vec2() + direction * shown).as_ivec2();
    let corners = marks.iter().map(|mark| mark.at).chain([line.from, end]);
    let margin = IVec2::splat(UNITS_PER_METRE);
    let within = |at: IVec2| at.clamp(IVec2::ZERO, arena.bounds());
    let low = within(corners.clone().reduce(IVec2::min).unwrap_or(line.from)) - margin;
    let high = within(corners.reduce(IVec2::max).unwrap_or(line.from)) + margin;
    let span = (high - low).max(IVec2::ONE).as_vec2();
    let cell = Vec2::new(1.0, 2.0) * (span.x / WIDTH_MAX).max(span.y / 2.0 / HEIGHT_MAX).max(CELL_UNITS_MIN);
    let (width, height) = ((span.x / cell.x).ceil() as usize, (span.y / cell.y).ceil() as usize);
    let mut cells: Vec<Vec<char>> = (0..height)
        .map(|y| {
            let centre = |x: usize| low.as_vec2() + cell * Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
            (0..width).map(|x| if is_wall(arena, centre(x).floor().as_ivec2()) { '#' } else { ' ' }).collect()
        })
        .collect();
    let mut put = |at: Vec2, letter: char| {
        let place = ((at - low.as_vec2()) / cell).floor();
        if place.cmpge(Vec2::ZERO).all()
            && let Some(cell) = cells.get_mut(place.y as usize).and_then(|row| row.get_mut(place.x as usize))
        {
            *cell = letter;
        }
    };
    let steps = (shown / cell.x).ceil() as u32;
    for step in 0..=steps {
        put(line.from.as_vec2() + direction * (step as f32 * cell.x).min(shown), '·');
    }
    for mark in marks.iter().rev() {
        put(mark.at.as_vec2(), mark.letter);
    }
    let lines = cells.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned() + "\n");
    let scale = format!("one letter is {:.2} m wide and {:.2} m high\n", metres(cell.x), metres(cell.y));
    lines.chain([scale]).collect()
}

fn is_wall(arena: &Arena, at: IVec2) -> bool {
    arena.is_solid(at.x.div_euclid(TILE_UNITS), at.y.div_euclid(TILE_UNITS))
}

fn metres(units: f32) -> f32 {
    units / UNITS_PER_METRE as f32
}

/// Letters across and down.
const WIDTH_MAX: f32 = 100.0;
const HEIGHT_MAX: f32 = 30.0;
/// The least that one letter stands for: an eighth of a metre, a third of a body's radius.
const CELL_UNITS_MIN: f32 = UNITS_PER_METRE as f32 / 8.0;
