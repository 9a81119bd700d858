import assert from "node:assert/strict";
import { test } from "node:test";

import { firstOf, fromAddress, isCovered, isOver } from "../../site/static/js/player/makeup.js";
import { ReadingTimeline } from "../../site/static/js/player/reading.js";
import { allowedSpeeds, shareOf } from "../../site/static/js/player/speed.js";

const PARTS = [
  { part: "video", kind: "video", nominal_ms: 1_800_000, src: "/clip" },
  { part: "text", kind: "text", nominal_ms: 60_000 },
];

test("the address names one stretch of the lesson, and nonsense names none", () => {
  assert.deepEqual(fromAddress("?part=video&from=5000&to=65000", PARTS), { part: "video", from: 5_000, to: 65_000 });
  assert.equal(fromAddress("?part=text&from=0&to=999999", PARTS).to, 60_000);
  for (const search of ["", "?part=other&from=0&to=9000", "?part=video&from=9000&to=9500", "?part=video&from=-5&to=9000", "?part=video&from=a&to=9000"]) {
    assert.equal(fromAddress(search, PARTS), null);
  }
});

test("what was missed beat by beat is one stretch, the lesson's first", () => {
  const refused = [
    { part: "text", range: [0, 20_000] },
    { part: "video", range: [115_000, 130_000] },
    { part: "video", range: [100_000, 114_800] },
    { part: "video", range: null },
  ];
  assert.deepEqual(firstOf(refused, PARTS), { part: "video", from: 100_000, to: 130_000 });
  assert.equal(firstOf([{ part: "video", range: [0, 900] }], PARTS), null);
});

test("a stretch is over at its end and in its own part", () => {
  const span = { part: "video", from: 1_000, to: 9_000 };
  assert.deepEqual([isOver(span, "video", 8_999), isOver(span, "video", 9_000), isOver(span, "text", 9_000)], [false, true, false]);
  assert.deepEqual([isCovered(span, [[0, 9_000]]), isCovered(span, [[0, 8_000]])], [true, false]);
});

test("a text is read again from the first to the last line of the stretch, and no further", () => {
  const blocks = [
    { id: "a", offset_ms: 0, ms: 10_000 },
    { id: "b", offset_ms: 10_000, ms: 10_000 },
  ];
  const timeline = new ReadingTimeline({ part: "text", blocks }, [[0, 20_000]]);
  timeline.keepTo([4_000, 12_000]);
  timeline.learn([[0, 20_000]]); // the opening answer says that it was read
  assert.deepEqual(timeline.read(0, ["a", "b"]), { block: "a", position: 4_000 });
  assert.equal(timeline.read(6_000, ["a", "b"]).position, 10_000);
  assert.deepEqual(timeline.read(6_250, ["a", "b"]), { block: "b", position: 10_000 });
  assert.equal(timeline.read(9_000, ["a", "b"]).position, 12_000);
  assert.equal(timeline.read(9_250, ["a", "b"]), null);
  timeline.keepTo(null);
  assert.equal(timeline.read(9_500, ["a", "b"]), null);
  timeline.open([0, 3_000]);
  assert.deepEqual(timeline.read(10_000, ["a", "b"]), { block: "a", position: 0 });
});

test("what a speed counts: recordings by the clock, text at its own pace", () => {
  assert.deepEqual(shareOf([PARTS[0]], 1.5), { whole: 1_800_000, now: 1_200_000, later: 600_000 });
  assert.deepEqual(shareOf(PARTS, 1.5), { whole: 1_860_000, now: 1_260_000, later: 600_000 });
  assert.equal(shareOf(PARTS, 0.75).later, 0);
  assert.deepEqual(allowedSpeeds(["0.75", "1", "1.25", "1.5"], 1.25), ["0.75", "1", "1.25"]);
});
