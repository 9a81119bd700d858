import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox, leftovers } from "../../site/static/js/player/queue.js";
import { makeStorage } from "./world.js";

const beat = (seq) => ({ seq, part: "p", t: [0, 1_000], ranges: [[0, 1_000]], visible: true });
const NOW = 1_795_000_000_000;

test("what is not acknowledged is there again after a reload", () => {
  const storage = makeStorage();
  const first = new Outbox({ storage, learner: "li", session: "s1" });
  first.open("lesson", NOW);
  first.addBeat(beat(2));
  first.addBeat(beat(1));
  first.addAnswer({ id: "c1", answer: true, shown: 1, t: 2 });
  const [again] = leftovers(storage, "li", NOW + 1_000);
  assert.deepEqual(again.batch().beats.map((b) => b.seq), [1, 2]);
  assert.equal(again.batch().answers.length, 1);
});

test("one learner never finds what another one left on the same phone", () => {
  const storage = makeStorage();
  const box = new Outbox({ storage, learner: "li", session: "s1" });
  box.open("lesson", NOW);
  box.addBeat(beat(1));
  assert.deepEqual(leftovers(storage, "wang", NOW), []);
  assert.deepEqual(leftovers(storage, "l", NOW), []);
});

test("what was acknowledged is gone for good", () => {
  const storage = makeStorage();
  const box = new Outbox({ storage, learner: "li", session: "s1" });
  box.open("lesson", NOW);
  box.addBeat(beat(1));
  box.remove(box.batch());
  assert.deepEqual(leftovers(storage, "li", NOW), []);
  assert.equal(storage.kept.size, 0);
});

test("a batch has at most a hundred beats, and answers go after the last of them", () => {
  const box = new Outbox({ storage: makeStorage(), learner: "li", session: "s1" });
  for (let seq = 1; seq <= 150; seq += 1) box.addBeat(beat(seq));
  box.addAnswer({ id: "c1", answer: true, shown: 1, t: 2 });
  const first = box.batch();
  assert.deepEqual([first.beats.length, first.answers.length], [100, 0]);
  box.remove(first);
  assert.deepEqual([box.batch().beats.length, box.batch().answers.length], [50, 1]);
});

test("a full storage loses nothing while the page lives", () => {
  const storage = { ...makeStorage(), setItem: () => { throw new Error("full"); } };
  const box = new Outbox({ storage, learner: "li", session: "s1" });
  box.addBeat(beat(1));
  assert.equal(box.batch().beats.length, 1);
});

test("what nobody can count any more is thrown away after the make-up window", () => {
  const storage = makeStorage();
  const box = new Outbox({ storage, learner: "li", session: "s1" });
  box.open("lesson", NOW);
  box.addBeat(beat(1));
  assert.deepEqual(leftovers(storage, "li", NOW + 9 * 24 * 3_600_000), []);
  assert.equal(storage.kept.size, 0);
});
