import assert from "node:assert/strict";
import { test } from "node:test";

import { add, measure, union, within, without } from "../../site/static/js/player/intervals.js";

test("neighbours and overlaps become one interval", () => {
  assert.deepEqual(union([[0, 10], [20, 30], [10, 20]]), [[0, 30]]);
  assert.deepEqual(add([[0, 10], [20, 30]], [5, 22]), [[0, 30]]);
});

test("an empty interval changes nothing", () => {
  assert.deepEqual(add([[0, 10]], [7, 7]), [[0, 10]]);
});

test("taking away splits, trims and removes", () => {
  assert.deepEqual(without([[0, 100]], [[10, 20], [90, 200]]), [[0, 10], [20, 90]]);
  assert.deepEqual(without([[10, 20]], [[0, 100]]), []);
});

test("sets behave as sets of milliseconds over many random operations", () => {
  let state = 7;
  const random = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 300; round += 1) {
    const slots = new Uint8Array(60);
    let set = [];
    for (let n = 0; n < 12; n += 1) {
      const from = random(60);
      const to = Math.min(60, from + random(15));
      if (random(3)) {
        set = add(set, [from, to]);
        slots.fill(1, from, to);
      } else {
        set = without(set, [[from, to]]);
        slots.fill(0, from, to);
      }
    }
    assert.equal(measure(set), slots.reduce((a, b) => a + b, 0));
    for (const [a, b] of set) assert.ok(slots.subarray(a, b).every(Boolean));
    assert.equal(measure(within(set, [10, 40])), slots.subarray(10, 40).reduce((a, b) => a + b, 0));
  }
});
