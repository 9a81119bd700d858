import assert from "node:assert/strict";
import { test } from "node:test";

import { StudyCounter } from "../../site/static/js/player/counter.js";
import { CONFIG, World } from "./world.js";

const ARRIVED = 1_795_000_000_000;
const OPENING = {
  parts: CONFIG.parts.map((p) => ({ ...p, covered: [], to_make_up: [], owed_ms: 0 })),
  checks: [{ id: "c1", after_ms: 20_000, kind: "tap" }, { id: "c2", after_ms: 300_000, kind: "tap" }],
  beat_interval: 15,
  max_rate: 1.5,
  credited_seconds: 0,
  pending_seconds: 0,
};

/** A bag in memory, with a server that takes everything once there is a network. */
function bagOf(world, changed = {}) {
  const kept = { beats: [], answers: [], taps: [], runs: [] };
  const row = { licence: "l", learner: "li", lesson: "lesson-1", opening: OPENING, arrived: ARRIVED, until: ARRIVED + 1e9, countdown: { ms: 0, epoch: 0 }, judged: [], ...changed };
  return {
    kept,
    licenceOf: async () => ({ ...row, beats: kept.beats }),
    async beginRun(licence, arrived, wall) {
      const end = Math.max(0, ...kept.runs.map(({ at_ms, ms }) => at_ms + ms));
      const run = { licence, run: kept.runs.length + 1, at_ms: Math.max(end, wall - arrived), ms: 0 };
      kept.runs.push(run);
      return run;
    },
    seq: (run, n) => run.run * 10_000 + n,
    async add(name, run, what, t) {
      run.ms = Math.max(run.ms, t - run.at_ms);
      kept[name].push(what);
    },
    send: async () => (world.isOnline ? "done" : "offline"),
  };
}

async function study(counter, world, ms, from = 0) {
  for (let at = 0; at <= ms; at += 250) {
    counter.tick({ part: "text", position: from + at, rate: 1, visible: true });
    await world.pass(250);
  }
  counter.pause();
  await world.settle();
}

function offline(changed) {
  const world = new World();
  world.isOnline = false;
  world.bag = bagOf(world, changed);
  const told = [];
  const counter = new StudyCounter(CONFIG, world, (event, detail) => told.push([event, detail]));
  return { world, counter, told, bag: world.bag.kept };
}

test("without a network a lesson that was taken along goes on by its licence, on the licence's clock", async () => {
  const { world, counter, bag } = offline();
  await study(counter, world, 10_000);
  assert.equal(bag.runs.length, 1);
  const [first] = bag.beats;
  assert.ok(first.t[0] >= bag.runs[0].at_ms);
  assert.ok(first.t[0] >= world.wall() - ARRIVED - 12_000);
  assert.equal(first.seq, 10_001);
});

test("a phone that slept begins another run after the end of the last", async () => {
  const { world, counter, bag } = offline();
  await study(counter, world, 6_000);
  world.sleep(3_600_000);
  await study(counter, world, 6_000, 6_000);
  const [one, two] = bag.runs;
  assert.ok(two.at_ms >= one.at_ms + one.ms + 3_600_000 - 2_000);
  assert.ok(bag.beats.every(({ t }) => bag.runs.some((r) => r.at_ms <= t[0] && t[1] <= r.at_ms + r.ms)));
});

test("a clock that was put back moves no run before the end of the last", async () => {
  const { world, counter, bag } = offline();
  await study(counter, world, 6_000);
  world.sleep(-900_000);
  await study(counter, world, 6_000, 6_000);
  const [one, two] = bag.runs;
  assert.equal(two.at_ms, one.at_ms + one.ms);
});

test("the countdown to a check goes on from what was played in another lesson", async () => {
  const { world, counter, told } = offline();
  counter.countdown.played(15_000);
  await study(counter, world, 8_000);
  assert.ok(told.some(([event, check]) => event === "check" && check.id === "c1"));
  counter.answerPresence(true);
  assert.equal(counter.countdown.read().ms < 15_000, true);
});

test("an expired licence counts nothing and says so", async () => {
  const { world, told, bag } = offline({ until: ARRIVED + 1 });
  const counter = new StudyCounter({ ...CONFIG, is_kept: true }, world, (event, detail) => told.push([event, detail]));
  await study(counter, world, 3_000);
  assert.deepEqual(bag.beats, []);
  assert.ok(told.some(([event, detail]) => event === "ended" && detail.reason === "licence_over"));
});
