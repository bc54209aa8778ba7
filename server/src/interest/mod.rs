//! Who may see what: the only gate between the world and a client's snapshot.
//!
//! Visibility is judged between map tiles, not bodies: a player may be told of another if from any tile that its
//! eye (`eyes`) can reach ([`reach`]) while the picture is under way, there is a free line to any tile that the other's body can
//! reach. Which tiles those are depends on a tile and a number of tiles alone, so they are found once (see `view`) and
//! kept as a row of bits; a tick costs a few bits per pair of players.
//!
//! Knows positions and walls; health, sides and phases are the business of `eyes`.

mod eyes;
pub mod reach;
mod rows;
mod view;

pub use self::eyes::Eyes;
use self::reach::{BODY_REACH_TILES, REACH_TILES_MAX, reach_units, split, starts};
use self::rows::{Rows, is_marked, mark, marked};
use self::view::Search;
use glam::IVec2;
use tickshot_shared::limits::TILE_UNITS;
use tickshot_shared::sim::arena::Arena;
use tickshot_shared::sim::rocket::Rocket;
use tickshot_shared::sim::world::{Slot, World};

/// Judges visibility in one arena.
pub struct Interest {
    open: bool,
    search: Search,
    /// By tile: what can be seen from anywhere in it.
    views: Rows,
    /// By tile and reach: where players may be that an eye there is told of.
    tellings: Rows,
    /// Work space, reused: tiles with their steps from the first, the tiles of players and rockets, and which are shown.
    ring: Vec<(i32, i32)>,
    places: Vec<i32>,
    shown: Vec<bool>,
}

/// What one player may know of the present state. Reused from tick to tick.
#[derive(Clone, Debug, Default)]
pub struct InSight {
    pub eyes: Eyes,
    /// Other players, in slot order.
    pub players: Vec<Slot>,
    /// Rockets, in order of launch.
    pub rockets: Vec<Rocket>,
    /// Bit *i*: pickup *i* lies there. No secret: everyone hears it taken.
    pub pickups: u64,
}

impl Interest {
    pub fn new(arena: &Arena) -> Interest {
        let open = !arena.has_inner_walls();
        let tiles = (arena.width() * arena.height()) as usize;
        Interest {
            open,
            search: Search::default(),
            views: Rows::new(if open { 0 } else { tiles }, tiles),
            tellings: Rows::new(if open { 0 } else { tiles * (REACH_TILES_MAX as usize + 1) }, tiles),
            ring: Vec::new(),
            places: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Fill `out` with what `observer`, who is sent a snapshot every `every` ticks, may know of `world`.
    pub fn look(&mut self, arena: &Arena, world: &World, observer: Slot, every: u32, out: &mut InSight) {
        let InSight { eyes, players, rockets, pickups } = out;
        eyes.open(world, observer);
        players.clear();
        rockets.clear();
        *pickups = world.pickups_there();
        players.extend(world.present().map(|(slot, _)| slot).filter(|&slot| slot != observer));
        rockets.extend_from_slice(&world.rockets);
        if self.open || eyes.everywhere {
            return;
        }
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        let place_of_player = |slot: &Slot| world.player(*slot).map_or(0, |player| tile_of(arena, player.pos));
        places.extend(players.iter().map(place_of_player));
        places.extend(rockets.iter().map(|rocket| tile_of(arena, place_of(rocket, world))));
        let mut shown = std::mem::take(&mut self.shown);
        shown.clear();
        shown.resize(places.len(), false);
        for eye in eyes.slots.iter().filter_map(|&slot| world.player(slot)) {
            let (tiles, rest) = split(reach_units(eye, world.rate, every));
            for start in starts(eye.pos, rest).filter(|start| !arena.is_solid(start.x, start.y)) {
                let row = self.telling(arena, start.y * arena.width() + start.x, tiles);
                for (shown, place) in shown.iter_mut().zip(&places) {
                    *shown |= is_marked(row, *place);
                }
            }
        }
        self.places = places;
        let mut each = shown.iter();
        players.retain(|_| each.next() == Some(&true));
        rockets.retain(|rocket| each.next() == Some(&true) || rocket.owner == observer);
        self.shown = shown;
    }

    /// Whether a player at `eye` that can move `reach_units` before the picture is shown may be told of one at `body`.
    pub fn sees(&mut self, arena: &Arena, eye: IVec2, reach_units: i32, body: IVec2) -> bool {
        let (tiles, rest) = split(reach_units);
        let body = tile_of(arena, body);
        let mut free = starts(eye, rest).filter(|start| !arena.is_solid(start.x, start.y));
        self.open || free.any(|start| is_marked(self.telling(arena, start.y * arena.width() + start.x, tiles), body))
    }

    /// The tiles that an eye in `tile` is told of.
    fn telling(&mut self, arena: &Arena, tile: i32, reach: i32) -> &[u64] {
        let Interest { views, tellings, search, ring, .. } = self;
        let number = (tile * (REACH_TILES_MAX + 1) + reach) as usize;
        tellings.ensure(number, |row| {
            let mut seen = vec![0; row.len()];
            reachable(arena, tile, reach, ring);
            for &(from, _) in ring.iter() {
                let (x, y) = (from % arena.width(), from / arena.width());
                let view = views.ensure(from as usize, |view| search.look(arena, x, y, view));
                seen.iter_mut().zip(view).for_each(|(seen, view)| *seen |= view);
            }
            for body in marked(&seen) {
                reachable(arena, body, BODY_REACH_TILES, ring);
                ring.iter().for_each(|&(tile, _)| mark(row, tile));
            }
        })
    }
}

/// Fill `ring` with the free tiles that a body whose centre is anywhere in `tile` can walk to without going farther than
/// `reach` tiles from its edge: each with its steps from there. Nobody squeezes through between two walls that touch.
fn reachable(arena: &Arena, tile: i32, reach: i32, ring: &mut Vec<(i32, i32)>) {
    let width = arena.width();
    let (x, y) = (tile % width, tile / width);
    ring.clear();
    ring.push((tile, 0));
    let mut next = 0;
    while let Some(&(from, steps)) = ring.get(next) {
        next += 1;
        if steps == reach {
            continue;
        }
        let (from_x, from_y) = (from % width, from / width);
        for (dx, dy) in AROUND {
            let (to_x, to_y) = (from_x + dx, from_y + dy);
            let squeezes = arena.is_solid(to_x, from_y) && arena.is_solid(from_x, to_y);
            let gap = ((to_x - x).abs() - 1).max(0).pow(2) + ((to_y - y).abs() - 1).max(0).pow(2);
            if arena.is_solid(to_x, to_y) || squeezes || gap >= reach * reach {
                continue;
            }
            let to = to_y * width + to_x;
            if ring.iter().all(|&(known, _)| known != to) {
                ring.push((to, steps + 1));
            }
        }
    }
}

/// Where a rocket is, or burst: a little before the wall that stopped it.
fn place_of(rocket: &Rocket, world: &World) -> IVec2 {
    match rocket.burst {
        Some((_, flown)) => rocket.at((flown - BURST_BACK_UNITS).max(0)),
        None => rocket.at(Rocket::flown(256 * world.tick.since(rocket.spawned).unwrap_or(0), world.rate)),
    }
}

fn tile_of(arena: &Arena, pos: IVec2) -> i32 {
    let x = pos.x.div_euclid(TILE_UNITS).clamp(0, arena.width() - 1);
    let y = pos.y.div_euclid(TILE_UNITS).clamp(0, arena.height() - 1);
    y * arena.width() + x
}

const AROUND: [(i32, i32); 8] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)];
/// A burst at a wall counts as seen from this far in front of it, world units.
const BURST_BACK_UNITS: i32 = 64;
