/**
 * The one who counts: looks four times a second at what is going on and turns it into beats, checks and new sessions.
 *
 * What goes on is an activity {part, position, rate, visible}, or null. Only one counts at a time.
 */
import { Countdown } from "./countdown.js";
import { LicensedSession } from "./licensed.js";
import { leftovers } from "./queue.js";
import { PresenceChecks } from "./presence.js";
import { Progress } from "./progress.js";
import { StudySession, drain } from "./session.js";
import { StretchRecorder, countedMs } from "./stretches.js";

const INTERVAL_MS = 15_000;
const MAX_RATE = 1.5;

export class StudyCounter {
  /** @param {(event: string, detail?: object) => void} tell what the page shows: see lesson-player.js */
  constructor(config, world, tell) {
    this.config = config;
    this.world = world;
    this.tell = tell;
    const heard = new Set(config.sound_counts ? config.parts.filter((p) => p.kind === "audio").map((p) => p.part) : []);
    /** Whether a stretch counts: it was in view, or it is sound that the policy counts with the screen off. */
    this.counts = ({ visible, part }) => visible || heard.has(part);
    this.progress = new Progress(config.parts, this.counts);
    this.checks = this.#newChecks();
    this.answered = new Set();
    this.countdown = world.countdown ?? new Countdown(world.storage, config.learner);
    /** Whether a lesson that was taken along is studied by its licence: there is no network to open a session. */
    this.isLicensed = Boolean(config.is_kept);
    this.session = this.#newSession();
    this.recorder = null;
    this.isHeld = false;
  }

  #newSession() {
    const Kind = this.isLicensed ? LicensedSession : StudySession;
    const world = { ...this.world, countdown: this.countdown };
    const session = new Kind(this.config, world, (event, detail) => this.#heard(session, event, detail));
    return session;
  }

  #newChecks(checks) {
    return new PresenceChecks(checks, this.config.presence_timeout_ms);
  }

  /** Send what earlier pages left behind; the session in hand is not among it. */
  async sendLeftovers() {
    const { storage, wall } = this.world;
    for (const outbox of leftovers(storage, this.config.learner, wall())) {
      if (outbox.session === this.session.uuid) continue;
      await drain(outbox, this.config, this.world);
      outbox.dispose();
    }
  }

  /** Return whether time is being counted right now. */
  get isCounting() {
    return Boolean(this.recorder?.isRunning);
  }

  /** Return the ms of beats that the server has not answered. */
  get waitingMs() {
    return this.session.outbox?.waitingMs ?? 0;
  }

  /**
   * Look at what is going on; call it often, and at once when something begins or ends. `atQuestion`: a question of the
   * lesson is in view and waits for its answer.
   */
  tick(activity, atQuestion = false) {
    if (this.session.isStale) this.#renew();
    if (!activity || this.isHeld || this.session.phase === "ended") return this.pause();
    if (!this.session.isOpen) {
      this.session.open();
      return;
    }
    const t = this.session.clock.now();
    this.recorder.sample({ ...activity, t });
    const check = this.checks.due(this.recorder.runningMs, { t, atQuestion });
    if (check) {
      this.pause();
      this.askPresence(check);
    }
  }

  /** End the running stretch; `last` is where it really ended, {position} at this moment. */
  pause(last) {
    if (!this.recorder?.isRunning) return;
    this.recorder.end(last && { ...last, t: this.session.clock.now() });
  }

  /** Show a check; nothing counts until it is answered or its time is over. */
  askPresence(check) {
    this.isHeld = true;
    this.checks.show(check, this.session.clock.now());
    this.tell("check", check);
  }

  /** Return the ms left to answer the check on the screen, on the session's clock. */
  get answerLeftMs() {
    return this.checks.leftMs(this.session.clock.now());
  }

  /** Take the answer to the check on the screen; null when nobody answered in time. */
  answerPresence(answer) {
    if (!this.checks.open) return;
    const sent = this.checks.answer(answer, this.session.clock.now());
    this.countdown.restart();
    this.session.answer(sent);
    this.isHeld = false;
    this.tell("check_over", { missed: sent.answer === null });
  }

  /** Take the answer to a checkpoint question of the lesson: it proves presence as well. */
  answerQuestion(part, answer, shown) {
    // Only the first answer proves anything.
    if (!this.session.isOpen || this.answered.has(part)) return;
    this.answered.add(part);
    this.checks.restart();
    this.countdown.restart();
    this.session.answer({ id: part, answer, shown, t: this.session.clock.now() });
  }

  /** End the lesson by the learner's tap. Return whether the server has it. */
  async finish() {
    this.pause();
    return this.session.close();
  }

  /** The page is being left: store the running stretch and send what waits. */
  leave() {
    this.pause();
    this.session.flushAndForget();
  }

  /** Go on here after another device took over, or after the server ended the session. */
  takeOver() {
    this.session.abandon();
  }

  /** Return {ms, covered, refused} of the lesson, with what is not answered yet. */
  get standing() {
    const waiting = this.session.waiting;
    const running = this.recorder?.peek();
    const all = running ? [...waiting, running] : waiting;
    const isComplete = this.progress.isComplete(all);
    return { ms: this.progress.estimateMs(all), ...this.progress.places(all), isComplete };
  }

  #renew() {
    // What ran until the last look is honest; what came after it nobody can place on the server's clock.
    this.recorder.end();
    if (this.checks.open) {
      this.checks = this.#newChecks();
      this.isHeld = false;
      this.tell("check_over", { missed: false });
    }
    this.session.flush();
    this.session = this.#newSession();
    this.recorder = null;
  }

  #record(beat) {
    if (this.counts(beat)) {
      this.checks.played(countedMs(beat));
      this.countdown.played(countedMs(beat));
    }
    this.session.record(beat);
  }

  #heard(session, event, detail) {
    // A session left behind may still tell what became of its last beats, but not that it is over.
    if (session !== this.session && event !== "answered") return;
    if (event === "opened") {
      this.progress.open(detail);
      this.checks = this.#newChecks(detail.checks);
      this.checks.played(detail.played_ms ?? 0);
      this.answered.clear();
      this.recorder = new StretchRecorder({
        interval: (detail.beat_interval ?? INTERVAL_MS / 1_000) * 1_000,
        maxRate: detail.max_rate ?? MAX_RATE,
        emit: (beat) => this.#record(beat),
        counts: this.counts,
      });
    }
    if (event === "answered") {
      this.progress.acknowledge(detail.beats, detail.refused);
      this.progress.total(detail);
      if (session === this.session) this.checks.learn(detail.presence);
    }
    if (event === "ended") this.pause();
    if (event === "offline" && !session.isOpen) this.#takeLicence(session);
    this.tell(event, detail);
  }

  /** Go on by the licence, if this lesson was taken along. */
  async #takeLicence(session) {
    const row = await this.world.bag?.licenceOf(this.config.learner, this.config.lesson).catch(() => null);
    if (!row || this.world.wall() >= row.until || this.session !== session || session.phase !== "idle") return;
    this.isLicensed = true;
    this.session = this.#newSession();
  }
}
