import assert from "node:assert/strict";
import { test } from "node:test";

import { StretchRecorder, countedMs } from "../../site/static/js/player/stretches.js";

function recorder(options = {}) {
  const beats = [];
  const made = new StretchRecorder({ interval: 15_000, maxRate: 1.5, emit: (b) => beats.push(b), ...options });
  return { made, beats };
}

function play(made, { from = 0, to, at = 0, rate = 1, part = "video", visible = true, step = 250 }) {
  for (let t = from; t <= to; t += step) {
    made.sample({ part, t, position: at + (t - from) * rate, rate, visible });
  }
}

test("forty seconds of playing are three beats that lie end to end", () => {
  const { made, beats } = recorder();
  play(made, { to: 40_000 });
  made.end();
  assert.deepEqual(
    beats.map((b) => b.t),
    [[0, 15_000], [15_000, 30_000], [30_000, 40_000]],
  );
  assert.deepEqual(
    beats.map((b) => b.ranges),
    [[[0, 15_000]], [[15_000, 30_000]], [[30_000, 40_000]]],
  );
});

test("a pause ends the stretch at the place the media says", () => {
  const { made, beats } = recorder();
  play(made, { to: 5_000 });
  made.end({ t: 5_120, position: 5_118 });
  assert.deepEqual(beats, [{ part: "video", t: [0, 5_120], ranges: [[0, 5_118]], visible: true }]);
});

test("a jump ends the stretch where playing last was", () => {
  const { made, beats } = recorder();
  play(made, { to: 4_000 });
  made.sample({ part: "video", t: 4_250, position: 90_000 });
  made.sample({ part: "video", t: 4_500, position: 90_250 });
  made.end();
  assert.deepEqual(
    beats.map((b) => b.ranges[0]),
    [[0, 4_000], [90_000, 90_250]],
  );
});

test("going back ends the stretch", () => {
  const { made, beats } = recorder();
  play(made, { to: 4_000, at: 60_000 });
  made.sample({ part: "video", t: 4_250, position: 50_000 });
  made.end();
  assert.deepEqual(beats[0].ranges, [[60_000, 64_000]]);
});

test("a change of speed, part or visibility ends the stretch", () => {
  for (const change of [{ rate: 1.5 }, { part: "text" }, { visible: false }]) {
    const { made, beats } = recorder();
    play(made, { to: 2_000 });
    made.sample({ part: "video", rate: 1, visible: true, t: 2_250, position: 2_250, ...change });
    assert.equal(beats.length, 1, JSON.stringify(change));
  }
});

test("timers that slept do not stretch a beat over the gap", () => {
  const { made, beats } = recorder();
  play(made, { to: 3_000 });
  made.sample({ part: "video", t: 600_000, position: 3_250 });
  made.end();
  assert.deepEqual(beats[0].t, [0, 3_000]);
});

test("an end that comes long after the last look is not believed", () => {
  const { made, beats } = recorder();
  play(made, { to: 3_000 });
  made.end({ t: 400_000, position: 3_100 });
  assert.deepEqual(beats[0].t, [0, 3_000]);
});

test("jitter of the media clock is never reported as haste", () => {
  const { made, beats } = recorder();
  made.sample({ part: "video", t: 0, position: 0 });
  made.end({ t: 40, position: 900 });
  const [{ t, ranges }] = beats;
  const lasted = t[1] - t[0];
  assert.ok(ranges[0][1] - ranges[0][0] <= 1.5 * lasted + Math.min(250, lasted / 10));
});

test("everything is sent in whole milliseconds", () => {
  const { made, beats } = recorder();
  made.sample({ part: "video", t: 0, position: 10.4 });
  made.sample({ part: "video", t: 333, position: 343.7 });
  made.end();
  assert.ok([...beats[0].t, ...beats[0].ranges[0]].every(Number.isInteger));
});

test("nothing is sent for no time or no movement", () => {
  const { made, beats } = recorder();
  made.sample({ part: "video", t: 100, position: 0 });
  made.end();
  made.sample({ part: "video", t: 200, position: 50 });
  made.sample({ part: "video", t: 900, position: 50 });
  made.end();
  assert.deepEqual(beats, []);
});

test("at one and a half speed two thirds of the positions count", () => {
  const { made, beats } = recorder();
  play(made, { to: 9_000, rate: 1.5 });
  made.end();
  assert.deepEqual(beats[0].ranges, [[0, 13_500]]);
  assert.equal(countedMs(beats[0]), 9_000);
});
