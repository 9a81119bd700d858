import assert from "node:assert/strict";
import { test } from "node:test";

import { PresenceChecks } from "../../site/static/js/player/presence.js";

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
