//! Bars, boxes and icons of the own instruments: health, armour and dash at the left, weapons at the right.
//!
//! Shapes only; the numbers stand on them by `spots`.

use super::said::{LOW_HEALTH, Sources, is_empty};
use super::screen::Screen;
use super::spots::{SLOT_H, SLOT_W, SLOT_Y, slot_right};
use crate::gui::arms;
use crate::gui::palette;
use crate::gui::pickups;
use crate::view::OwnView;
use bevy::prelude::*;
use tickshot_shared::sim::weapon::Weapon;

pub(super) fn paint(screen: &mut Screen, from: &Sources) {
    let Some(own) = from.own() else { return };
    paint_vitals(screen, &own);
    paint_arms(screen, &own);
}

fn paint_vitals(screen: &mut Screen, own: &OwnView) {
    let bottom = screen.size.y;
    screen.panel(Vec2::new(18.0, bottom - 98.0), Vec2::new(300.0, 80.0));
    let low = f32::from(own.health) < LOW_HEALTH;
    let colour = if low { palette::HEALTH_LOW } else { palette::HEALTH_GOOD };
    let m = screen.metre;
    let at = screen.at(Vec2::new(40.0, bottom - 72.0));
    pickups::cross(screen.canvas, at, 11.0 * m, colour);
    screen.bar(Vec2::new(132.0, bottom - 79.0), Vec2::new(172.0, 14.0), f32::from(own.health) / 100.0, colour);
    let dim = if own.armour > 0 { palette::ARMOUR } else { palette::faded(palette::INK_SOFT, 0.6) };
    let at = screen.at(Vec2::new(40.0, bottom - 44.0));
    pickups::shield(screen.canvas, at, 9.0 * m, dim);
    screen.bar(Vec2::new(132.0, bottom - 48.0), Vec2::new(172.0, 8.0), f32::from(own.armour) / 100.0, palette::ARMOUR);
    paint_dash(screen, own, bottom);
}

/// Two chevrons and a thin bar that is full when a dash is ready.
fn paint_dash(screen: &mut Screen, own: &OwnView, bottom: f32) {
    let ready = own.dash_ready >= 1.0;
    let colour = if ready { palette::INK } else { palette::INK_SOFT };
    for x in [104.0, 113.0] {
        let tip = screen.at(Vec2::new(x + 5.0, bottom - 27.0));
        for y in [-5.0, 5.0] {
            let end = screen.at(Vec2::new(x, bottom - 27.0 + y));
            screen.canvas.stroke(tip, end, 2.2 * screen.metre, colour);
        }
    }
    screen.bar(Vec2::new(132.0, bottom - 29.0), Vec2::new(172.0, 4.0), own.dash_ready, colour);
}

fn paint_arms(screen: &mut Screen, own: &OwnView) {
    let corner = screen.size;
    screen.panel(corner - Vec2::new(318.0, 118.0), Vec2::new(300.0, 100.0));
    for (slot, weapon) in (0u8..).zip(Weapon::ALL) {
        paint_slot(screen, own, slot, weapon);
    }
    // The magazine, round by round.
    let table = own.weapon.table();
    let (left, width) = (corner.x - 304.0, 272.0 / f32::from(table.magazine));
    let filled = match own.reload {
        Some(part) => part * f32::from(table.magazine),
        None => f32::from(own.magazines[own.weapon.index()]),
    };
    for round in 0..table.magazine {
        let ink = match (f32::from(round) < filled, own.reload) {
            (true, None) => palette::AMMO,
            (true, Some(_)) => palette::faded(palette::AMMO, 0.55),
            (false, _) => palette::faded(Color::WHITE, 0.12),
        };
        let gap = (width * 0.25).min(4.0);
        let at = Vec2::new(left + width * f32::from(round), corner.y - 34.0);
        screen.plate(at, Vec2::new(width - gap, 6.0), 1.5, ink);
    }
}

fn paint_slot(screen: &mut Screen, own: &OwnView, slot: u8, weapon: Weapon) {
    let held = own.weapon == weapon;
    let min = screen.size - Vec2::new(slot_right(slot) + SLOT_W, SLOT_Y + SLOT_H);
    let back = if held { palette::ROW_OWN } else { palette::faded(Color::WHITE, 0.05) };
    screen.plate(min, Vec2::new(SLOT_W, SLOT_H), 4.0, back);
    if held {
        screen.plate(min + Vec2::new(0.0, SLOT_H - 2.5), Vec2::new(SLOT_W, 2.5), 1.2, palette::AMMO);
    }
    let ink = match (held, is_empty(own, weapon)) {
        (_, true) => palette::faded(palette::INK_SOFT, 0.35),
        (true, false) => palette::INK,
        (false, false) => palette::faded(palette::INK_SOFT, 0.8),
    };
    let scale = 1.25;
    let at = screen.at(min + Vec2::new((SLOT_W - arms::ICON.x * scale) * 0.5 + 6.0, 3.0));
    let metre = screen.metre * scale;
    arms::paint_icon(screen.canvas, weapon, at, metre, ink);
}
