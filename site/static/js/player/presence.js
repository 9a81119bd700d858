/**
 * When a check of presence falls due, and its way from being shown to its answer.
 *
 * A check comes after so much played time since the judgement before it (design: study hours, rule 6). The opening
 * answer brings the next ones, so they are shown without a network too; an answer of the server may bring one more.
 */
export class PresenceChecks {
  constructor(checks = []) {
    this.waiting = [...checks];
    this.judged = new Set();
    this.playedMs = 0;
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

  /** Return the check that is due after `runningMs` more of played time, or null. It stays due until it is shown. */
  due(runningMs = 0) {
    const [next] = this.waiting;
    return !this.open && next && this.playedMs + runningMs >= next.after_ms ? next : null;
  }

  /** Note that the check is on the screen since `t` of the session's clock. */
  show(check, t) {
    this.waiting = this.waiting.filter((c) => c.id !== check.id);
    this.open = { ...check, shown: t };
  }

  /** Return the answer to send for the open check; `answer` null says that nobody was there. The countdown restarts. */
  answer(answer, t) {
    const { id, shown } = this.open;
    this.judged.add(id);
    this.open = null;
    this.restart();
    return { id, answer, shown, t };
  }

  /** Start counting anew: a check was judged, or a checkpoint question answered. */
  restart() {
    this.playedMs = 0;
  }
}
