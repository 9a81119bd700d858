import assert from "node:assert/strict";
import { test } from "node:test";

import { ReadingTimeline } from "../../site/static/js/player/reading.js";

const PART = {
  part: "text",
  blocks: [
    { id: "b1", offset_ms: 0, ms: 4_000 },
    { id: "b2", offset_ms: 4_000, ms: 6_000 },
    { id: "b3", offset_ms: 10_000, ms: 2_000 },
  ],
};

test("two blocks in view are read one after the other, at their pace", () => {
  const reading = new ReadingTimeline(PART);
  const seen = [];
  for (let now = 0; now <= 12_000; now += 500) seen.push(reading.read(now, ["b1", "b2"])?.position ?? null);
  assert.equal(seen[0], 0);
  assert.equal(seen[4], 2_000);
  assert.equal(reading.stateOf("b1"), "read");
  assert.equal(reading.stateOf("b2"), "read");
  assert.equal(reading.stateOf("b3"), "open");
  assert.equal(seen.at(-1), null);
});

test("who scrolls on early leaves a gap and can come back to it", () => {
  const reading = new ReadingTimeline(PART);
  reading.read(0, ["b1"]);
  reading.read(1_500, ["b1"]);
  reading.read(1_750, ["b2"]);
  reading.read(2_750, ["b2"]);
  assert.equal(reading.stateOf("b1"), "part");
  const back = reading.read(3_000, ["b1"]);
  assert.deepEqual(back, { block: "b1", position: 1_500 });
});

test("what was read before is not read again unless time is owed", () => {
  const reading = new ReadingTimeline(PART, [[0, 12_000]]);
  assert.equal(reading.read(0, ["b1", "b2"]), null);
  assert.deepEqual(reading.read(0, ["b1", "b2"], true), { block: "b1", position: 0 });
});

test("stopping forgets the time that passes meanwhile", () => {
  const reading = new ReadingTimeline(PART);
  reading.read(0, ["b1"]);
  reading.read(1_000, ["b1"]);
  reading.stop();
  assert.deepEqual(reading.read(60_000, ["b1"]), { block: "b1", position: 1_000 });
});
