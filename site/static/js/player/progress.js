/**
 * What of the lesson is played, what counts, what was refused: the server's word, and an estimate for what it has not
 * answered yet. The estimate never decides anything; it only keeps the meter from standing still between two answers.
 */
import { add, measure, union, without } from "./intervals.js";
import { countedMs } from "./stretches.js";

const CAPS = new Set(["day_cap", "part_cap", "course_cap"]);

export class Progress {
  /**
   * @param {{part: string, nominal_ms: number}[]} parts in the order of the lesson
   * @param {(beat: object) => boolean} counts whether a beat is counted, seen or heard
   */
  constructor(parts, counts = ({ visible }) => visible) {
    this.counts = counts;
    this.parts = new Map();
    let offset = 0;
    for (const { part, nominal_ms } of parts) {
      this.parts.set(part, { offset, nominal: nominal_ms, covered: [], refused: [], owed: 0 });
      offset += nominal_ms;
    }
    this.nominalMs = offset;
    this.countedMs = 0;
    this.isCapped = false;
  }

  /** Take over what an opening answer says of each part, and the totals. */
  open({ parts, credited_seconds, pending_seconds }) {
    for (const { part, covered = [], to_make_up = [], owed_ms = 0 } of parts) {
      const own = this.parts.get(part);
      if (!own) continue;
      own.covered = union(covered);
      own.owed = owed_ms;
      // Positions never reached are simply open; a gap before the furthest one was missed or refused.
      const furthest = Math.max(0, ...own.covered.map(([, b]) => b));
      own.refused = without(union(to_make_up.filter(([, b]) => b <= furthest)), own.covered);
    }
    this.total({ credited_seconds, pending_seconds });
  }

  total({ credited_seconds, pending_seconds }) {
    this.countedMs = (credited_seconds + pending_seconds) * 1_000;
  }

  /** Take over an answer to beats: what was refused is open again, the rest is played. */
  acknowledge(beats, refused) {
    for (const beat of beats) {
      const own = this.parts.get(beat.part);
      if (!own || !this.counts(beat)) continue;
      for (const range of beat.ranges) own.covered = add(own.covered, range);
    }
    if (beats.length) this.isCapped = refused.some(({ reason }) => CAPS.has(reason));
    for (const { part, range, reason } of refused) {
      const own = this.parts.get(part);
      // Time above a cap is played all the same: it counts for completion and can be earned another day.
      if (!own || !range || CAPS.has(reason)) continue;
      own.covered = without(own.covered, [range]);
      own.refused = add(own.refused, range);
    }
    for (const own of this.parts.values()) own.refused = without(own.refused, own.covered);
  }

  /** Return the ms that count, with the beats that wait for an answer and those of the running stretch. */
  estimateMs(waiting) {
    if (this.isCapped) return this.countedMs;
    let gain = 0;
    for (const [part, own] of this.parts) {
      const beats = waiting.filter((b) => b.part === part && this.counts(b));
      const fresh = measure(without(union(beats.flatMap((b) => b.ranges)), own.covered));
      const spent = beats.reduce((sum, beat) => sum + countedMs(beat), 0);
      gain += Math.min(spent, fresh + own.owed);
    }
    return Math.min(this.countedMs + gain, this.nominalMs);
  }

  /** Return the played and the refused places of the whole lesson, in ms from its beginning. */
  places(waiting) {
    const covered = [];
    const refused = [];
    for (const [part, { offset, nominal, covered: known, refused: lost }] of this.parts) {
      const playing = waiting.filter((b) => b.part === part && this.counts(b)).flatMap((b) => b.ranges);
      const played = playing.reduce(add, known);
      const move = ([a, b]) => [offset + Math.min(a, nominal), offset + Math.min(b, nominal)];
      covered.push(...played.map(move));
      refused.push(...without(lost, played).map(move));
    }
    return { covered, refused };
  }

  /** Return whether so much of every part is played that the lesson counts as complete. */
  isComplete(waiting, ratio = 0.95) {
    const { covered } = this.places(waiting);
    return measure(covered) >= this.nominalMs * ratio;
  }
}
