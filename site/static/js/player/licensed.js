/**
 * A study session without a network, by a licence that was taken along: the same to the counter as a session with the
 * server (session.js). Its clock is the licence's; what it records lies in the bag until it has been taken.
 */
import { SessionClock } from "./clock.js";
import { CountedSession } from "./session.js";
import { add } from "./intervals.js";

const SEND_EVERY_MS = 15_000;

/** The monotonic clock of a run, on the licence's clock. */
class RunClock extends SessionClock {
  constructor(clocks, at) {
    super(clocks);
    this.at = at;
  }

  now() {
    return this.at + super.now();
  }
}

export class LicensedSession extends CountedSession {
  /** @param {object} world also with `bag`: {licenceOf, beginRun, add, send} (browser: offline/bag.js) */
  constructor(config, world, tell) {
    super(config, world, tell);
    this.kept = [];
    this.writing = Promise.resolve();
  }

  get uuid() {
    return this.row?.licence ?? null;
  }

  /** Begin a run. Without a licence that holds now this session is over before it began. */
  async open() {
    if (this.phase === "opening" || this.isOpen || this.world.monotonic() < this.retryAt) return;
    this.phase = "opening";
    const { learner, lesson } = this.config;
    const row = await this.world.bag.licenceOf(learner, lesson);
    if (!row || this.world.wall() >= row.until) return this.#end(row ? "licence_over" : "refused");
    this.row = row;
    this.run = await this.world.bag.beginRun(row.licence, row.arrived, this.world.wall());
    this.clock = new RunClock(this.world, this.run.at_ms);
    this.number = 0;
    this.lastBeatAt = this.run.at_ms;
    this.sentAt = -Infinity;
    this.kept = row.beats.filter(({ sent }) => !sent);
    this.phase = "open";
    this.tell("opened", openingOf(row, this.world.countdown));
    this.tell("offline");
  }

  record(beat) {
    const numbered = { seq: this.world.bag.seq(this.run, (this.number += 1)), ...beat };
    this.kept.push(numbered);
    this.lastBeatAt = Math.max(this.lastBeatAt, beat.t[1]);
    this.#keep("beats", numbered, beat.t[1]);
    if (this.world.wall() >= this.row.until) this.#end("licence_over");
    else if (this.world.monotonic() - this.sentAt >= SEND_EVERY_MS) this.flush();
  }

  answer(answer) {
    this.#keep("answers", answer, answer.t);
    this.flush();
  }

  get waiting() {
    return this.kept;
  }

  /** What waits, as the counter asks a queue for it. */
  get outbox() {
    return { isEmpty: !this.kept.length, waitingMs: this.kept.reduce((sum, { t }) => sum + t[1] - t[0], 0) };
  }

  /** Send what waits, if there is a network; else it waits. */
  flush() {
    this.sentAt = this.world.monotonic();
    this.sending ??= this.writing
      .then(() => this.world.bag.send((licence, body, beats) => this.#heard(licence, body, beats)))
      .catch(() => "offline")
      .then((how) => {
        this.sending = null;
        this.tell(how === "done" ? "online" : "offline");
        return how;
      });
    return this.sending;
  }

  /** The page is being left: everything lies in the bag already. */
  flushAndForget() {}

  /** End the sitting by the learner's tap: it proves presence as soon as it has been sent. */
  async close() {
    if (!this.isOpen) return false;
    const t = this.clock.now();
    this.#keep("taps", { t }, t);
    this.phase = "closed";
    await this.writing;
    await this.flush();
    return true;
  }

  abandon() {
    this.phase = "idle";
    this.retryAt = 0;
  }

  #keep(name, what, t) {
    const { run } = this;
    this.writing = this.writing.then(() => this.world.bag.add(name, run, what, t)).catch(() => this.tell("not_kept"));
  }

  #heard(licence, body, beats) {
    if (licence !== this.uuid) return;
    const taken = new Set(beats.map(({ seq }) => seq));
    this.kept = this.kept.filter(({ seq }) => !taken.has(seq));
    this.tell("answered", { ...body, refused: body.refused.filter((r) => r.reason !== "ahead_of_clock"), beats });
  }

  #end(reason) {
    this.phase = "ended";
    this.tell("ended", { reason, problem: null });
  }
}

/**
 * Return the licence as an opening answer now: what was sent since is covered and counts, judged checks are gone, and the
 * countdown to the next one goes on from what was played on this device since the last judgement, in whichever lesson.
 */
export function openingOf({ opening, beats, judged, countdown: atIssue }, countdown) {
  const sent = beats.filter((beat) => beat.sent && beat.visible);
  const parts = opening.parts.map((part) => {
    const covered = sent.filter((b) => b.part === part.part).flatMap((b) => b.ranges).reduce(add, part.covered);
    return { ...part, covered };
  });
  const sentMs = sent.reduce((sum, { t }) => sum + t[1] - t[0], 0);
  const now = countdown.read();
  const playedMs = now.epoch === atIssue.epoch ? now.ms - atIssue.ms : now.ms;
  return {
    ...opening,
    parts,
    checks: opening.checks.filter(({ id }) => !judged.includes(id)),
    pending_seconds: opening.pending_seconds + Math.floor(sentMs / 1_000),
    played_ms: Math.max(0, playedMs),
  };
}
