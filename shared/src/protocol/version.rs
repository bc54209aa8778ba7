//! The protocol version: two programs with equal numbers read each other's bytes.
//!
//! Nobody has to remember to raise it. It is the hash of the field table, of the limits that both ends must share, and
//! of one sample of every message as its encoder writes it: a change of any layout changes the number.

use super::client_msg::{InputPacket, InputRun, encode_inputs};
use super::control::{ClientControl, ControlMessage, LeaveReason, Refusal, RosterEntry, ServerControl, encode_control};
use super::evidence::{Clamp, Fate, ShotEvidence, TargetEvidence};
use super::fields::{ExtrapolationTable, Group, OWNER, PUBLIC};
use super::query::{Query, Reply, encode_query, encode_reply, key_proof};
use super::scene::Scene;
use super::server_msg::{InputUse, Pong, SnapshotHeader};
use super::snapshot::{SnapshotEncoder, SnapshotRequest};
use super::told::Told;
use crate::ids::Id;
use crate::limits;
use crate::modes::HitCheck;
use crate::sim::angle::Turn;
use crate::sim::arena::MapHash;
use crate::sim::history::History;
use crate::sim::input::{Buttons, Heading, Input, OwnView, ViewStamp};
use crate::sim::rocket::Rocket;
use crate::sim::round::Team;
use crate::sim::weapon::Weapon;
use crate::sim::world::{Player, Slot, World};
use crate::tick::{Tick, TickRate};
use glam::IVec2;
use std::sync::OnceLock;

/// A number derived from the layout of every message; computed once.
pub fn protocol_version() -> u64 {
    static VERSION: OnceLock<u64> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let mut layout = blake3::Hasher::new();
        layout.update(layout_text().as_bytes());
        for sample in samples() {
            layout.update(&(sample.len() as u64).to_le_bytes());
            layout.update(&sample);
        }
        let mut first = [0; 8];
        first.copy_from_slice(&layout.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    })
}

/// The field table and the shared limits as text.
fn layout_text() -> String {
    let groups = |groups: &[Group]| -> String {
        let group = |g: &Group| {
            let fields: String = g.fields.iter().map(|f| format!(" {}:{}", f.name, f.bits)).collect();
            format!("{} {:?}{fields}\n", g.name, g.form)
        };
        groups.iter().map(group).collect()
    };
    let limits = [
        limits::HISTORY_TICKS,
        limits::BASELINE_AGE_TICKS_MAX as usize,
        limits::SNAPSHOT_BYTES_MAX,
        limits::ROCKETS_PER_SNAPSHOT_MAX,
        limits::INPUTS_PER_PACKET_MAX,
        limits::CONTROL_BYTES_MAX,
        limits::NAME_BYTES_MAX,
        limits::MAP_BYTES_MAX,
        limits::MAP_CHUNK_BYTES,
        limits::PLAYERS_MAX,
        limits::UNITS_PER_METRE as usize,
        limits::REWIND_MS_CAP_MAX as usize,
    ];
    format!("public\n{}owner\n{}limits {limits:?}\n", groups(&PUBLIC), groups(&OWNER))
}

/// One of every message, with every optional part present.
fn samples() -> Vec<Vec<u8>> {
    let mut all = snapshots();
    all.push(input_packet());
    all.push(encode_query(&Query { nonce: 1, key_check: Some(key_proof(&[7; 32], 1)) }).to_vec());
    all.push(encode_reply(&Reply {
        nonce: 2,
        version: 0,
        server: 0,
        name: "a".to_owned(),
        map: "b".to_owned(),
        players: 3,
        max: 4,
        tick_rate: 64,
        mode: crate::sim::round::GameMode::Deathmatch,
        bots: 0,
        lagged: false,
        round: 0,
        best_of: 0,
        salt: Some([5; 16]),
        key_ok: Some(true),
    }));
    all.extend(client_controls().iter().map(control_bytes));
    all.extend(server_controls().iter().map(control_bytes));
    all
}

fn control_bytes<T: ControlMessage>(sample: &T) -> Vec<u8> {
    encode_control(sample).expect("the samples keep every limit")
}

fn client_controls() -> Vec<ClientControl> {
    let hash = MapHash([6; 32]);
    vec![
        ClientControl::MapRequest { hash, offset: 300 },
        ClientControl::Ready,
        ClientControl::Settings { evidence: true, snapshot_every: 2 },
    ]
}

fn server_controls() -> Vec<ServerControl> {
    let text = || "a".to_owned();
    let entry = RosterEntry {
        slot: Slot(1),
        name: text(),
        bot: true,
        kills: 2,
        deaths: 300,
        ping_ms: Some(4),
        loss_pct: 1,
        team: Some(Team::Azure),
        session: Id([1; 16]),
    };
    let refusals = [
        Refusal::Full { players: 1, max: 2 },
        Refusal::Version { server: 3, client: 4 },
        Refusal::NameInvalid,
        Refusal::Kicked(text()),
    ];
    let leaves = [LeaveReason::Quit, LeaveReason::TimedOut, LeaveReason::Kicked];
    let mut all: Vec<ServerControl> = refusals.into_iter().map(|reason| ServerControl::Refused { reason }).collect();
    all.extend(leaves.map(|reason| ServerControl::Left { slot: Slot(5), reason }));
    all.extend([
        ServerControl::Welcome {
            slot: Slot(6),
            tick_rate: TickRate::default(),
            tick: Tick(7),
            capacity: 64,
            map_name: text(),
            map_hash: MapHash([8; 32]),
            map_bytes: 9,
            match_id: Id([3; 16]),
            server_name: text(),
        },
        ServerControl::MapChunk { offset: 10, bytes: vec![11, 12] },
        ServerControl::Roster { entries: vec![entry.clone()] },
        ServerControl::Joined { entry },
        ServerControl::Killed { tick: Tick(13), killer: Slot(14), victim: Slot(15), weapon: Weapon::Launcher },
        ServerControl::ServerClosing { reason: text() },
    ]);
    all.extend(HitCheck::ALL.map(|hits| ServerControl::Rules {
        experiments: true,
        hits,
        rewind_ms: 250,
        imposed_link: text(),
    }));
    all.extend(Clamp::ALL.map(|clamp| ServerControl::Shot(shot(clamp, Fate::Rewound))));
    all.extend([Fate::Dead, Fate::Respawned, Fate::NotTold].map(|fate| ServerControl::Shot(shot(Clamp::None, fate))));
    all
}

fn shot(clamp: Clamp, fate: Fate) -> ShotEvidence {
    let [own, _, _] = stamps();
    ShotEvidence {
        id: Id([2; 16]),
        weapon: Weapon::Shotgun,
        rays_hit: [1, 2, 3],
        tick: Tick(100),
        shooter: Slot(1),
        aim: Turn(2),
        claim: own,
        claimed_age_256ths: -3,
        used_age_256ths: 4,
        clamp,
        policy: HitCheck::Exact,
        muzzle: [5, 6],
        range_units: 7,
        hit: Some(Slot(8)),
        target: Some(TargetEvidence {
            slot: Slot(9),
            drawn: Some([10, 11]),
            tested: [12, 13],
            present: [14, 15],
            fate,
        }),
        verdicts: [None, Some(Slot(16)), Some(Slot(17))],
    }
}

/// A view between two snapshots, one beyond them, and one of a client that does not predict.
fn stamps() -> [ViewStamp; 3] {
    let own = OwnView::Between { from: Tick(97), fraction: 4, based_on: Tick(80) };
    let stamp = ViewStamp { a: Tick(90), b: Tick(92), fraction: 3, own, check: HitCheck::Exact };
    let beyond = ViewStamp { fraction: 700, check: HitCheck::WholeTick, ..stamp };
    [stamp, beyond, ViewStamp { own: OwnView::WithOthers, check: HitCheck::None, ..beyond }]
}

fn input_packet() -> Vec<u8> {
    let heading = Heading::from_axes(1, -1);
    let mut inputs = vec![Input { heading, aim: Turn(1000), ..Input::default() }; 4];
    for (input, stamp) in inputs[1..].iter_mut().zip(stamps()) {
        *input = Input { heading, aim: Turn(9000), buttons: Buttons::FIRE, weapon: Weapon::Shotgun, view: Some(stamp) };
    }
    let inputs = InputRun::of(&inputs).expect("four inputs are a run");
    let packet = InputPacket {
        newest: Tick(100),
        inputs,
        ack: Some(Tick(95)),
        ack_mask: 0xF0F0,
        display_delay: -9,
        ping: Some(5),
    };
    let mut out = Vec::new();
    encode_inputs(&packet, &mut out);
    out
}

/// A full snapshot and one against it, of a small world in which everything moves.
fn snapshots() -> Vec<Vec<u8>> {
    let mut world = World::new(8, TickRate::default(), 1);
    let mut history = History::new(8);
    let mut encoder = SnapshotEncoder::new(8, ExtrapolationTable::new(|h| IVec2::splat(i32::from(h.value()))));
    let mut told = [Told::new(8), Told::new(8)];
    let mut out = Vec::new();
    for tick in 1..=2u32 {
        world.tick = Tick(tick);
        for slot in 0..4u32 {
            world.players[slot as usize] = Some(sample_player(slot * 50 + tick * tick * 7));
        }
        history.push(&world);
        encoder.begin(world.tick);
        let [before, now] = &mut told;
        let header = SnapshotHeader {
            tick: world.tick,
            baseline: None,
            input_use: InputUse::Repeated,
            margin_16ths: Some(-3),
            received: 129,
            starved: 66,
            pong: Some(Pong { ping: 1, hold_us: 2, since_tick_us: 70_000 }),
        };
        // The first bursts, the second stays, the third is new with the second snapshot.
        let rocket = |spawned: u32, owner: u16| Rocket {
            owner: Slot(owner),
            spawned: Tick(spawned),
            from: IVec2::new(1000, 70_000),
            aim: Turn(12_345),
            burst: (spawned == 0 && tick == 2).then_some((Tick(1), 300)),
        };
        let rockets = [rocket(0, 3), rocket(1, 4), rocket(2, 5)];
        let rockets = &rockets[..1 + tick as usize];
        let request = SnapshotRequest {
            header,
            history: &history,
            own: Some(Slot(0)),
            baseline: (tick > 1).then_some(before),
            visible: &[Slot(1), Slot(2), Slot(3)][..1 + tick as usize],
            scene: Scene { pickups: 5 + u64::from(tick), rockets },
            priority: &mut [0; 8],
        };
        let mut bytes = Vec::new();
        encoder.encode(request, now, &mut bytes);
        out.push(bytes);
        told.swap(0, 1);
    }
    out
}

/// A player whose every field depends on `n`.
fn sample_player(n: u32) -> Player {
    let by = |factor: u32, modulus: u32| n.wrapping_mul(factor) % modulus;
    Player {
        pos: IVec2::new(by(1009, 1 << 18) as i32, by(777, 1 << 18) as i32),
        aim: by(3, 1024) as u16,
        heading: Heading::new(by(1, 9) as u8).unwrap_or_default(),
        alive: by(1, 5) > 0,
        shot_seq: by(1, 8) as u8,
        shot_range: by(5, 256) as u8,
        vel: IVec2::new(by(1, 200) as i32 - 100, by(7, 200) as i32 - 100),
        health: by(1, 101) as u8,
        fire_cooldown: by(1, 50) as u8,
        respawn_ticks: by(1, 300) as u16,
        hits: by(1, 256) as u8,
        hurt_seq: by(1, 16) as u8,
        hurt_from: by(1, 64) as u8,
        weapon: Weapon::new(by(1, 3) as u8).unwrap_or_default(),
        armour: by(3, 101) as u8,
        magazines: [by(1, 25) as u8, by(1, 7) as u8, by(1, 4) as u8],
        reserves: [0, by(1, 31) as u8, by(1, 13) as u8],
        reload_ticks: by(1, 100) as u16,
        dash_ticks: by(1, 10) as u8,
        dash_cooldown: by(1, 200) as u16,
        frozen_ticks: by(1, 150) as u16,
        pickup_seq: by(1, 8) as u8,
        team: None,
        kills: 0,
        deaths: 0,
    }
}
