// Perfetto's own trace processor (WebAssembly, as its web page runs it) reads a .pftrace and answers SQL: slices, values and
// arrows must be as many as the export says. Usage: perfetto.mjs FOLDER_OF_ENGINE EXPORT.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, exported] = process.argv.slice(2);
const { perfetto } = JSON.parse(readFileSync(exported, "utf8"));

// --- the engine believes that it is a worker of a page: it gets a port, and fetches its code
function startEngine() {
  const replies = [];
  const waiting = [];
  const port = {
    onmessage: null,
    postMessage(bytes) {
      replies.push(bytes);
      waiting.splice(0).forEach((wake) => wake());
    },
  };
  const sandbox = {
    console: { log() {}, warn() {}, error() {} },
    TextDecoder, TextEncoder, setTimeout, clearTimeout, performance, URL,
    crypto: globalThis.crypto,
    location: { href: "http://localhost/engine_bundle.js" },
    importScripts() {},
    WorkerGlobalScope: function WorkerGlobalScope() {},
    XMLHttpRequest: class {
      open(_, name) {
        this.response = readFileSync(join(folder, String(name).split("/").pop()));
      }
      send() {}
    },
  };
  sandbox.self = sandbox.globalThis = sandbox;
  vm.createContext(sandbox);
  vm.runInContext(readFileSync(join(folder, "engine_bundle.js"), "utf8"), sandbox);
  sandbox.onmessage({ data: port });
  const next = async () => {
    while (replies.length === 0) await new Promise((wake) => waiting.push(wake));
    return replies.shift();
  };
  const array = vm.runInContext("Uint8Array", sandbox);
  return { send: (bytes) => port.onmessage({ data: array.from(bytes) }), next };
}

// --- as much of protobuf as its remote calls need
const varint = (number) => {
  const bytes = [];
  let rest = BigInt(number);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};
const bytesField = (field, bytes) => Buffer.concat([Buffer.from(varint((field << 3) | 2)), Buffer.from(varint(bytes.length)), bytes]);
const numberField = (field, number) => Buffer.from([...varint(field << 3), ...varint(number)]);

function* fields(bytes) {
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(number());
    const [field, type] = [key >> 3, key & 7];
    if (type === 0) yield [field, number()];
    else if (type === 1) { yield [field, bytes.subarray(at, at + 8)]; at += 8; }
    else if (type === 2) { const length = Number(number()); yield [field, bytes.subarray(at, at + length)]; at += length; }
    else if (type === 5) { yield [field, bytes.subarray(at, at + 4)]; at += 4; }
    else throw new Error(`wire type ${type}`);
  }
}

const [APPEND, FINALIZE, QUERY] = [1, 2, 3];
let sequence = 0;
const call = (method, ...rest) => bytesField(1, Buffer.concat([numberField(1, sequence++), numberField(2, method), ...rest]));

/// The rows of a result: numbers are BigInt or Number, nulls null.
function decode(results) {
  const [cells, text] = [[], new TextDecoder()];
  let columns = 0;
  for (const result of results) {
    for (const [field, value] of fields(result)) {
      if (field === 1) columns++;
      if (field === 2 && value.length > 0) throw new Error(text.decode(value));
      if (field !== 3) continue;
      let [types, numbers, floats, strings] = [[], [], [], []];
      for (const [inner, part] of fields(value)) {
        if (inner === 1) types = [...part];
        if (inner === 2) for (let at = 0; at < part.length; ) {
          let number = 0n, shift = 0n, byte;
          do { byte = part[at++]; number |= BigInt(byte & 0x7f) << shift; shift += 7n; } while (byte >= 0x80);
          numbers.push(BigInt.asIntN(64, number));
        }
        if (inner === 3) for (let at = 0; at < part.length; at += 8) floats.push(Buffer.from(part).readDoubleLE(at));
        if (inner === 5) strings = text.decode(part).split("\0");
      }
      for (const type of types) cells.push(type === 2 ? numbers.shift() : type === 3 ? floats.shift() : type === 4 ? strings.shift() : null);
    }
  }
  const rows = [];
  for (let at = 0; at < cells.length; at += columns) rows.push(cells.slice(at, at + columns));
  return rows;
}

async function reply(engine) {
  for (const [, message] of fields(await engine.next())) {
    const found = Object.fromEntries([...fields(message)].map(([field, value]) => [field, value]));
    if (found[5] !== undefined) throw new Error(new TextDecoder().decode(found[5]));
    return found;
  }
}

async function query(engine, sql) {
  engine.send(call(QUERY, bytesField(103, bytesField(1, Buffer.from(sql)))));
  const results = [];
  for (;;) {
    const result = (await reply(engine))[203];
    results.push(result);
    const last = [...fields(result)].some(([field, batch]) => field === 3 && [...fields(batch)].some(([inner, is]) => inner === 6 && is === 1n));
    const failed = [...fields(result)].some(([field, error]) => field === 2 && error.length > 0);
    if (last || failed) return decode(results);
  }
}

const engine = startEngine();
await new Promise((resolve) => setTimeout(resolve, 500));
const file = readFileSync(perfetto.path);
const PIECE = 8 << 20;
for (let at = 0; at < file.length; at += PIECE) {
  // The engine compiles itself in the background, and refuses calls until it is ready.
  for (let tries = 0; ; tries++) {
    try {
      engine.send(call(APPEND, bytesField(101, file.subarray(at, at + PIECE))));
      break;
    } catch (error) {
      if (at > 0 || tries > 300) throw error;
      sequence--;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await reply(engine);
}
engine.send(call(FINALIZE));
await reply(engine);

const one = async (sql) => Number((await query(engine, sql))[0][0]);
const same = (what, ours, theirs) => {
  if (ours !== theirs) throw new Error(`${what}: the export says ${ours}, Perfetto ${theirs}`);
};
same("slices and instants", perfetto.slices + perfetto.instants, await one("select count(*) from slice"));
same("values", perfetto.counter_values, await one("select count(*) from counter"));
same("arrows", perfetto.flow_arrows, await one("select count(*) from flow"));
same("broken packets", 0, await one("select coalesce(sum(value), 0) from stats where severity in ('error', 'data_loss') and name not like 'clock_sync%'"));
same("slices without an end", 0, await one("select count(*) from slice where dur < 0"));
// Each arrow points forward, and the ways that are told are those of inputs and snapshots.
const WAYS = /^(input -> (packet|probe)|(packet|probe) -> tick|tick -> snapshot(, dropped)?|snapshot(, dropped)? -> frame(, starved)?)$/;
const ways = await query(engine, `
  select a.name || ' -> ' || b.name as way, count(*), min(b.ts - a.ts)
  from flow join slice a on flow.slice_out = a.id join slice b on flow.slice_in = b.id group by way order by way`);
for (const [way, count, quickest] of ways) {
  if (!WAYS.test(way) || quickest < 0n) throw new Error(`${count} arrows go ${way}, the quickest in ${quickest} ns`);
}
for (const [way, count] of ways) console.log(`  ${String(count).padStart(8)}  ${way}`);
const margins = await query(engine, `
  select process.name, count(*), avg(counter.value) from counter join process_counter_track t on counter.track_id = t.id
  join process using (upid) where t.name = 'input margin' group by 1 order by 1`);
for (const [name, count, mean] of margins) console.log(`  input margin of ${name}: ${Number(mean).toFixed(2)} ms (${count} values)`);
console.log(`perfetto: ${perfetto.slices} slices, ${perfetto.instants} instants, ${perfetto.counter_values} values, ${perfetto.flow_arrows} arrows counted alike`);
process.exit(0);
