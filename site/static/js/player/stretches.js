/**
 * Uninterrupted stretches of playing or reading, cut into beats.
 *
 * A beat is {part, t: [from, to], ranges: [[from, to]], visible}: during `t` of the session's clock the positions
 * `ranges` of a part went by without pause, jump or change of speed.
 */
import { measure } from "./intervals.js";

/** More than the clock allows is never sent: timers and media clocks jitter, and a jitter must not look like haste. */
export const TOLERANCE_MS = 250;

/** Two looks further apart than this were not one uninterrupted stretch: the timers were asleep between them. */
const MAX_GAP_MS = 2_000;

export class StretchRecorder {
  /**
   * @param {{interval: number, maxRate: number, emit: (beat: object) => void, counts?: (beat: object) => boolean}} options
   *   interval: ms after which a running stretch is cut; maxRate: positions that count per ms of clock; counts: whether
   *   a stretch is counted, seen or heard
   */
  constructor({ interval, maxRate, emit, counts = ({ visible }) => visible }) {
    this.interval = interval;
    this.maxRate = maxRate;
    this.emit = emit;
    this.counts = counts;
    this.current = null;
  }

  get isRunning() {
    return this.current !== null;
  }

  /** Return the ms of clock of the running stretch that would count if it ended now. */
  get runningMs() {
    return this.current && this.counts(this.current) ? countable(this.current) : 0;
  }

  /** Note that at `t` the part is at `position`; starts, continues or cuts a stretch as needed. */
  sample({ part, t, position, rate = 1, visible = true }) {
    const now = this.current;
    if (now && !continues(now, { part, t, position, rate, visible })) this.end();
    if (!this.current) {
      this.current = { part, rate, visible, from: t, to: t, at: position, reached: position };
      return;
    }
    Object.assign(this.current, { to: t, reached: Math.max(this.current.reached, position) });
    if (t - this.current.from >= this.interval) {
      this.end();
      this.current = { part, rate, visible, from: t, to: t, at: position, reached: position };
    }
  }

  /** Return the running stretch as the beat it would be now, or null. */
  peek() {
    return this.current && beatOf(this.current, this.maxRate);
  }

  /** End the running stretch; `last` is its very end where that is known better than from the last sample. */
  end(last) {
    const stretch = this.current;
    this.current = null;
    if (!stretch) return;
    if (last && continues(stretch, { ...stretch, ...last })) {
      stretch.to = Math.max(stretch.to, last.t);
      stretch.reached = Math.max(stretch.reached, last.position);
    }
    const beat = beatOf(stretch, this.maxRate);
    if (beat) this.emit(beat);
  }
}

/** Return the ms of a beat's clock that count: the server counts the first min(|t|, Σ ranges). */
export const countedMs = (beat) => Math.min(beat.t[1] - beat.t[0], measure(beat.ranges));

const countable = ({ from, to, at, reached }) => Math.min(to - from, reached - at);

function continues(stretch, { part, t, position, rate, visible }) {
  const ahead = (t - stretch.to) * stretch.rate + 1_000;
  return (
    part === stretch.part &&
    rate === stretch.rate &&
    visible === stretch.visible &&
    t >= stretch.to &&
    t - stretch.to <= MAX_GAP_MS &&
    position >= stretch.reached - 1 &&
    position - stretch.reached <= ahead
  );
}

function beatOf({ part, from, to, at, reached, visible }, maxRate) {
  const start = Math.round(at);
  const lasted = to - from;
  const allowed = Math.floor(lasted * maxRate + Math.min(TOLERANCE_MS, lasted / 10));
  const end = Math.min(Math.round(reached), start + allowed);
  if (lasted <= 0 || end <= start) return null;
  return { part, t: [from, to], ranges: [[start, end]], visible };
}
