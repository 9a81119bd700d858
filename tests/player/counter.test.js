import assert from "node:assert/strict";
import { test } from "node:test";

import { StudyCounter } from "../../site/static/js/player/counter.js";
import { measure, union } from "../../site/static/js/player/intervals.js";
import { CONFIG, World, serve } from "./world.js";

async function begin(options, world = new World()) {
  serve(world, options);
  const told = [];
  const counter = new StudyCounter(CONFIG, world, (event, detail) => told.push({ event, ...detail }));
  const player = { position: 0, rate: 1, part: "video" };
  /** Play for a while, looking four times a second as the page does. */
  async function play(ms) {
    for (let passed = 0; passed < ms; passed += 250) {
      counter.tick({ part: player.part, position: player.position, rate: player.rate, visible: true });
      await world.pass(250);
      player.position += 250 * player.rate;
    }
  }
  counter.tick({ part: "video", position: 0, rate: 1, visible: true });
  await world.settle();
  return { world, counter, told, player, play };
}

const events = (told) => told.map((t) => t.event);

test("the session opens at the first activity and its clock starts with the answer", async () => {
  const { world, play } = await begin();
  assert.deepEqual(world.requests[0].body, { session: "session-1", lesson: "lesson-1", device: "test" });
  assert.equal(world.requests[0].headers["X-CSRFToken"], "t");
  await play(15_250);
  await world.settle();
  assert.deepEqual(world.beats(), [
    { seq: 1, part: "video", t: [0, 15_000], ranges: [[0, 15_000]], visible: true },
  ]);
});

test("nothing is opened while nobody studies", async () => {
  const world = new World();
  serve(world);
  const counter = new StudyCounter(CONFIG, world, () => {});
  for (let n = 0; n < 50; n += 1) counter.tick(null);
  await world.settle();
  assert.equal(world.requests.length, 0);
});

test("ten minutes of playing with pauses lose nothing but what is still running", async () => {
  const { world, counter, player, play } = await begin();
  for (let n = 0; n < 10; n += 1) {
    await play(55_000);
    counter.pause({ position: player.position });
    counter.tick(null);
    await world.pass(20_000);
  }
  const beats = world.beats();
  assert.equal(measure(union(beats.flatMap((b) => b.ranges))), 550_000);
  assert.equal(beats.reduce((sum, { t }) => sum + t[1] - t[0], 0), 550_000);
  assert.ok(beats.every((b) => b.t[1] - b.t[0] <= 15_000));
  assert.deepEqual(beats.map((b) => b.seq), beats.map((_, n) => n + 1));
});

test("a tunnel loses nothing: beats wait and go out in order when the network is back", async () => {
  const { world, counter, play, told } = await begin();
  await play(20_000);
  world.isOnline = false;
  await play(120_000);
  assert.ok(counter.waitingMs >= 90_000);
  assert.ok(events(told).includes("offline"));
  world.isOnline = true;
  await play(31_000);
  assert.equal(counter.waitingMs, 0);
  const beats = world.beats();
  assert.deepEqual(beats.map((b) => b.seq), beats.map((_, n) => n + 1));
  assert.equal(beats.at(-1).t[1] - beats[0].t[0], measure(union(beats.map((b) => b.t))));
});

test("a reload sends what the page before could not", async () => {
  const { world, play } = await begin();
  world.isOnline = false;
  await play(31_000);
  const after = new World(world.storage);
  serve(after);
  await new StudyCounter(CONFIG, after, () => {}).sendLeftovers();
  assert.deepEqual(after.beats("session-1").map((b) => b.t), [[0, 15_000], [15_000, 30_000]]);
  await new StudyCounter(CONFIG, after, () => {}).sendLeftovers();
  assert.equal(after.beats().length, 2);
});

test("leaving the page stores the running stretch and sends it on the way out", async () => {
  const { world, counter, play } = await begin();
  await play(4_000);
  counter.leave();
  await world.settle();
  const last = world.requests.findLast((r) => r.keepalive);
  assert.deepEqual(last.body.beats[0].t, [0, 3_750]);
});

test("a sleeping phone ends the session where playing last was seen, and a new one opens", async () => {
  const { world, counter, play } = await begin();
  await play(6_000);
  world.sleep(180_000);
  await play(6_000);
  counter.pause();
  await world.settle();
  const [first, second] = [world.beats("session-1"), world.beats("session-2")];
  assert.deepEqual(first.map((b) => b.t), [[0, 5_750]]);
  assert.equal(second[0].seq, 1);
  assert.ok(second[0].t[0] < 1_000);
});

test("after five minutes without a beat a new session opens", async () => {
  const { world, counter, player, play } = await begin();
  await play(6_000);
  counter.pause({ position: player.position });
  counter.tick(null);
  await world.pass(300_000);
  await play(6_000);
  assert.equal(world.requests.filter((r) => r.url.endsWith("/sessions")).length, 2);
});

test("a check stops the count until it is answered, and the answer follows its beats", async () => {
  const { world, counter, told, play } = await begin({ checks: [{ id: "c1", after_ms: 30_000, kind: "tap" }] });
  await play(31_000);
  assert.ok(events(told).includes("check"));
  assert.equal(counter.isCounting, false);
  counter.answerPresence(true);
  await world.settle();
  const [answer] = world.answers();
  const played = world.beats().reduce((sum, { t }) => sum + t[1] - t[0], 0);
  assert.ok(answer.shown >= played && played >= 30_000);
  assert.deepEqual([answer.id, answer.answer], ["c1", true]);
  assert.ok(answer.t >= answer.shown);
  await play(2_000);
  assert.equal(counter.isCounting, true);
});

test("a missed check is reported as null", async () => {
  const { world, counter, play } = await begin({ checks: [{ id: "c1", after_ms: 10_000, kind: "tap" }] });
  await play(11_000);
  await world.pass(60_000);
  counter.answerPresence(null);
  await world.settle();
  assert.equal(world.answers()[0].answer, null);
});

test("a check the server says is open is shown at once", async () => {
  const { told, play } = await begin({ presence: { id: "s1", kind: "tap", prompt: "", expires_in: 50 } });
  await play(16_000);
  assert.deepEqual(told.filter((t) => t.event === "check").map((t) => t.id), ["s1"]);
});

test("a second device ends the count, and nothing is sent for the time after it", async () => {
  const refuse = (body) =>
    (body.beats ?? []).filter((b) => b.t[1] > 20_000).map((b) => ({ seq: b.seq, part: b.part, range: b.ranges[0], reason: "superseded" }));
  const { world, counter, told, play } = await begin({ refuse });
  await play(50_000);
  assert.deepEqual(told.filter((t) => t.event === "ended").map((t) => t.reason), ["superseded"]);
  const sent = world.beats().length;
  await play(30_000);
  assert.equal(world.beats().length, sent);
  counter.takeOver();
  await play(16_000);
  assert.ok(world.beats("session-2").length);
});

test("a beat ahead of the server's clock is sent again", async () => {
  let times = 0;
  const refuse = (body) => ((times += 1) === 1 ? body.beats.map((b) => ({ seq: b.seq, part: b.part, range: null, reason: "ahead_of_clock" })) : []);
  const { world, counter, play } = await begin({ refuse });
  await play(15_250);
  await world.pass(2_000);
  counter.pause();
  await world.settle();
  assert.equal(world.beats().filter((b) => b.seq === 1).length, 2);
  assert.equal(counter.waitingMs, 0);
});

test("one bad beat never blocks the others", async () => {
  const { world, counter, play } = await begin();
  world.isOnline = false;
  await play(76_000);
  world.isOnline = true;
  const good = world.reply;
  world.reply = (r) => (r.body.beats?.some((b) => b.seq === 3) ? { status: 422, body: { type: "x" } } : good(r));
  await world.pass(30_000);
  counter.session.flush();
  await world.settle();
  const accepted = new Set();
  for (const { body } of world.requests) if (body.beats && !body.beats.some((b) => b.seq === 3)) body.beats.forEach((b) => accepted.add(b.seq));
  assert.deepEqual([...accepted].sort(), [1, 2, 4, 5]);
  assert.equal(counter.waitingMs, 0);
});

test("signed out in the middle: beats stay, and the page is told", async () => {
  const { world, counter, told, play } = await begin();
  world.reply = () => ({ status: 401, body: {} });
  await play(31_000);
  assert.equal(told.find((t) => t.event === "ended").reason, "signed_out");
  assert.ok(counter.waitingMs >= 15_000);
});

test("the tap that ends the lesson goes out after the last beat", async () => {
  const { world, counter, play } = await begin();
  await play(20_000);
  assert.equal(await counter.finish(), true);
  const [before, last] = world.requests.slice(-2);
  assert.ok(before.url.endsWith("/beats"));
  assert.ok(last.url.endsWith("/session-1/close"));
  assert.equal(last.body.present, true);
  assert.ok(last.body.t >= 19_750);
});

test("a lesson that cannot be opened says why and does not ask again", async () => {
  const world = new World();
  world.reply = () => ({ status: 404, body: { title: "没有这节课" } });
  const told = [];
  const counter = new StudyCounter(CONFIG, world, (event, detail) => told.push({ event, ...detail }));
  for (let n = 0; n < 5; n += 1) {
    counter.tick({ part: "video", position: 0, rate: 1, visible: true });
    await world.pass(1_000);
  }
  assert.equal(world.requests.length, 1);
  assert.equal(told[0].problem.title, "没有这节课");
});

test("the meter stands still at a day's cap and while it goes on counts only what is new", async () => {
  const { counter, player, play } = await begin();
  await play(40_000);
  const before = counter.standing.ms;
  assert.ok(Math.abs(before - 39_750) <= 1_000);
  player.position = 0;
  await play(10_000);
  assert.ok(counter.standing.ms <= before + 1_000);
});

test("refused positions are open again and hatched", async () => {
  const refuse = (body) => (body.beats ?? []).filter((b) => b.seq === 1).map((b) => ({ seq: 1, part: b.part, range: [5_000, 15_000], reason: "missed_check" }));
  const { counter, play } = await begin({ refuse });
  await play(31_000);
  const { covered, refused } = counter.standing;
  assert.deepEqual(refused, [[5_000, 15_000]]);
  assert.equal(covered[0][1], 5_000);
});

test("without a network the tap is not sent, and the page is told so", async () => {
  const { world, counter, play } = await begin();
  await play(4_000);
  world.isOnline = false;
  assert.equal(await counter.finish(), false);
  assert.ok(!world.requests.some((r) => r.url.endsWith("/close")));
});

test("a beat ahead of the server's clock is no refusal to the learner", async () => {
  const refuse = (body) => (body.beats ?? []).map((b) => ({ seq: b.seq, part: b.part, range: null, reason: "ahead_of_clock" }));
  const { told, play } = await begin({ refuse });
  await play(16_000);
  assert.ok(told.filter((t) => t.event === "answered").every((t) => t.refused.length === 0));
});

test("a session the server does not know is over, and its beats are not sent for ever", async () => {
  const { world, counter, told, play } = await begin();
  world.reply = () => ({ status: 404, body: {} });
  await play(16_000);
  assert.equal(told.find((t) => t.event === "ended").reason, "superseded");
  assert.equal(counter.waitingMs, 0);
});

test("what an old session hears does not end the new one", async () => {
  const late = { part: "video", range: null, seq: 1, reason: "superseded" };
  const { world, counter, told, play } = await begin({
    refuse: (body, url) => (url.includes("session-1") ? [late] : []),
  });
  await play(6_000);
  world.sleep(60_000);
  await play(6_000);
  assert.deepEqual(told.filter((t) => t.event === "ended"), []);
  assert.equal(counter.isCounting, true);
});

test("what the session in hand has waiting is not taken for a leftover", async () => {
  const { world, counter, play } = await begin();
  world.isOnline = false;
  await play(16_000);
  world.isOnline = true;
  await counter.sendLeftovers();
  assert.equal(world.beats().length, 0);
});

test("at a day's cap the meter stands still though playing goes on", async () => {
  const refuse = (body) => (body.beats ?? []).map((b) => ({ seq: b.seq, part: b.part, range: b.ranges[0], reason: "day_cap" }));
  const { counter, play } = await begin({ refuse });
  await play(16_000);
  const before = counter.standing.ms;
  await play(10_000);
  assert.equal(counter.standing.ms, before);
  assert.ok(counter.progress.isCapped);
  assert.ok(counter.standing.covered[0][1] >= 24_000);
});

test("what was never reached is open, a gap before the furthest place is hatched", async () => {
  const parts = [
    { part: "video", kind: "video", nominal_ms: 600_000, covered: [[0, 60_000], [90_000, 120_000]], to_make_up: [[60_000, 90_000], [120_000, 600_000]], owed_ms: 0 },
  ];
  const { counter } = await begin({ opening: { parts } });
  assert.deepEqual(counter.standing.refused, [[60_000, 90_000]]);
});

test("the session's clock is never ahead of the real one", async () => {
  const { world, counter } = await begin();
  const opened = world.time;
  world.time += 999.9;
  assert.ok(counter.session.clock.now() <= world.time - opened);
});

test("sound with the screen off counts where the policy says so, and brings the check nearer", async () => {
  for (const [sound_counts, isAsked] of [[true, true], [false, false]]) {
    const world = new World();
    serve(world, { checks: [{ id: "c1", after_ms: 20_000, kind: "tap" }] });
    const told = [];
    const config = { ...CONFIG, sound_counts, parts: [{ part: "talk", kind: "audio", nominal_ms: 600_000 }] };
    const counter = new StudyCounter(config, world, (event) => told.push(event));
    for (let position = 0; position < 24_000; position += 250) {
      counter.tick({ part: "talk", position, rate: 1, visible: false });
      await world.pass(250);
    }
    assert.equal(told.includes("check"), isAsked);
    assert.equal(counter.standing.ms > 15_000, isAsked);
  }
});

test("an answer given after its time is sent as the miss it is", async () => {
  const { world, counter, told, play } = await begin({ checks: [{ id: "c1", after_ms: 10_000, kind: "tap" }] });
  await play(11_000);
  assert.ok(counter.answerLeftMs <= 60_000);
  await world.pass(60_500);
  counter.answerPresence(true);
  await world.settle();
  assert.equal(world.answers()[0].answer, null);
  assert.equal(told.find((t) => t.event === "check_over").missed, true);
});

test("a question of the lesson proves once: answering again does not put the next check off", async () => {
  const { counter, play, told } = await begin({ checks: [{ id: "c1", after_ms: 30_000, kind: "tap" }] });
  await play(20_000);
  counter.answerQuestion("q", 1, 10_000);
  await play(20_000);
  counter.answerQuestion("q", 2, 10_000);
  await play(11_000);
  assert.ok(events(told).includes("check"));
});
