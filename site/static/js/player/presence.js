/**
 * When a check of presence falls due, and its way from being shown to its answer.
 *
 * A check comes after so much played time since the judgement before it (design: study hours, rule 6). The opening
 * answer brings the next ones, so they are shown without a network too; an answer of the server may bring one more.
 *
 * Nobody is asked in the first two minutes, within four minutes of the check before, or while a question of the lesson is
 * waiting for its answer. The server seals its checks so that this holds; where it sealed shorter intervals its policy
 * wants them, and they stand.
 */
export const QUIET_MS = 120_000;
export const APART_MS = 240_000;
/** A question of the lesson puts a check off for so much played time at most: no longer than one proof covers. */
export const QUESTION_MS = 120_000;

export class PresenceChecks {
  /** @param {object[]} checks as sealed @param {number} timeoutMs time to answer, on the session's clock */
  constructor(checks = [], timeoutMs = 60_000) {
    this.waiting = [...checks];
    this.timeoutMs = timeoutMs;
    this.isCalm = checks.length > 0 && checks.every(({ after_ms }, n) => after_ms >= (n ? APART_MS : QUIET_MS));
    this.judged = new Set();
    this.playedMs = 0;
    this.judgedAt = null;
    this.open = null;
  }

  /** Note played time that the server will count. */
  played(ms) {
    this.playedMs += ms;
  }

  /** Take a check the server says is open. */
  learn(check) {
    if (!check || this.open?.id === check.id || this.judged.has(check.id)) return;
    this.waiting = [{ ...check, after_ms: 0 }, ...this.waiting.filter((c) => c.id !== check.id)];
  }

  /**
   * Return the check that is due after `runningMs` more of played time, or null. It stays due until it is shown.
   *
   * `t` is the session's clock; `atQuestion` says that a question of the lesson waits for its answer.
   */
  due(runningMs = 0, { t = Infinity, atQuestion = false } = {}) {
    const [next] = this.waiting;
    if (this.open || !next) return null;
    const over = this.playedMs + runningMs - next.after_ms;
    if (over < 0) return null;
    if (this.isCalm && (t < QUIET_MS || (this.judgedAt !== null && t - this.judgedAt < APART_MS))) return null;
    return atQuestion && over < QUESTION_MS ? null : next;
  }

  /** Note that the check is on the screen since `t` of the session's clock. */
  show(check, t) {
    this.waiting = this.waiting.filter((c) => c.id !== check.id);
    this.open = { ...check, shown: t };
  }

  /** Return the ms left at `t` to answer the check on the screen. */
  leftMs(t) {
    return this.open ? this.open.shown + this.timeoutMs - t : 0;
  }

  /**
   * Return the answer to send for the open check; null says that nobody was there, and so does an answer out of time.
   * The countdown restarts.
   */
  answer(answer, t) {
    const { id, shown } = this.open;
    const isLate = this.leftMs(t) < 0;
    this.judged.add(id);
    this.judgedAt = t;
    this.open = null;
    this.restart();
    return { id, answer: isLate ? null : answer, shown, t };
  }

  /** Start counting anew: a check was judged, or a checkpoint question answered. */
  restart() {
    this.playedMs = 0;
  }
}

/**
 * Return what a check asks: {question, options} of a choice, {question, number} to type, {question} for a tap. On the
 * wire a choice is one line for the question and one for each option.
 */
export function asked({ kind, prompt = "", options }) {
  if (kind === "choice") {
    const [question, ...lines] = prompt.split("\n");
    return { question, options: options?.length ? options : lines };
  }
  return kind === "number" ? { question: prompt, isNumber: true } : { question: prompt };
}
