import assert from "node:assert/strict";
import { test } from "node:test";

import { PresenceChecks, asked } from "../../site/static/js/player/presence.js";

const CHECKS = [
  { id: "c1", after_ms: 300_000, kind: "tap" },
  { id: "c2", after_ms: 600_000, kind: "tap" },
];

test("a check falls due by played time, the running stretch included", () => {
  const checks = new PresenceChecks(CHECKS);
  checks.played(290_000);
  assert.equal(checks.due(9_999), null);
  assert.equal(checks.due(10_000).id, "c1");
});

test("the countdown to the next check starts anew at the answer", () => {
  const checks = new PresenceChecks(CHECKS);
  checks.played(310_000);
  checks.show(checks.due(), 310_500);
  assert.equal(checks.due(900_000), null);
  assert.deepEqual(checks.answer(true, 320_000), { id: "c1", answer: true, shown: 310_500, t: 320_000 });
  checks.played(599_999);
  assert.equal(checks.due(), null);
  assert.equal(checks.due(1).id, "c2");
});

test("a check the server repeats is shown once, and at once", () => {
  const checks = new PresenceChecks([]);
  checks.learn({ id: "s1", kind: "tap" });
  checks.show(checks.due(), 5);
  checks.learn({ id: "s1", kind: "tap" });
  checks.answer(null, 60_005);
  checks.learn({ id: "s1", kind: "tap" });
  assert.equal(checks.due(10_000_000), null);
});

test("answering a question of the lesson restarts the countdown", () => {
  const checks = new PresenceChecks(CHECKS);
  checks.played(299_000);
  checks.restart();
  checks.played(2_000);
  assert.equal(checks.due(), null);
});

const CALM = [
  { id: "c1", after_ms: 130_000, kind: "tap" },
  { id: "c2", after_ms: 300_000, kind: "tap" },
];

test("nobody is asked in the first two minutes, whatever the server says", () => {
  const checks = new PresenceChecks(CALM);
  checks.learn({ id: "s1", kind: "tap" });
  assert.equal(checks.due(0, { t: 119_999 }), null);
  assert.equal(checks.due(0, { t: 120_000 }).id, "s1");
});

test("nobody is asked twice within four minutes", () => {
  const checks = new PresenceChecks(CALM);
  checks.played(130_000);
  checks.show(checks.due(0, { t: 130_000 }), 130_000);
  checks.answer(true, 140_000);
  checks.learn({ id: "s1", kind: "tap" });
  assert.equal(checks.due(0, { t: 379_999 }), null);
  assert.equal(checks.due(0, { t: 380_000 }).id, "s1");
});

test("a question of the lesson puts a check off until it is answered, but not for ever", () => {
  const checks = new PresenceChecks(CALM);
  checks.played(130_000);
  assert.equal(checks.due(0, { t: 130_000, atQuestion: true }), null);
  assert.equal(checks.due(0, { t: 130_000 }).id, "c1");
  assert.equal(checks.due(120_000, { t: 250_000, atQuestion: true }).id, "c1");
});

test("a policy that seals a check every few seconds is asked every few seconds", () => {
  const checks = new PresenceChecks([{ id: "c1", after_ms: 6_000 }, { id: "c2", after_ms: 8_000 }]);
  checks.played(6_000);
  checks.show(checks.due(0, { t: 6_000 }), 6_000);
  checks.answer(true, 7_000);
  checks.played(8_000);
  assert.equal(checks.due(0, { t: 15_000 }).id, "c2");
});

test("the time to answer runs on the session's clock, and a tap after it is a miss", () => {
  const checks = new PresenceChecks(CALM, 60_000);
  checks.show(CALM[0], 130_000);
  assert.equal(checks.leftMs(170_000), 20_000);
  assert.equal(checks.answer(true, 190_001).answer, null);
  checks.show(CALM[1], 500_000);
  assert.equal(checks.answer(true, 560_000).answer, true);
});

test("a choice is one line for the question and one for each option", () => {
  assert.deepEqual(asked({ kind: "choice", prompt: "余高？\n0–3 mm\n3–6 mm" }), { question: "余高？", options: ["0–3 mm", "3–6 mm"] });
  assert.deepEqual(asked({ kind: "number", prompt: "写 47" }), { question: "写 47", isNumber: true });
  assert.deepEqual(asked({ kind: "tap", prompt: "还在学吗？" }), { question: "还在学吗？" });
});
