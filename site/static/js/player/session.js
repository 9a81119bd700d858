/**
 * One study session with the server: opening, sending what waits, understanding the answers, closing.
 *
 * Everything from outside comes in: fetch, clocks, storage, timers. So it runs in a test without a browser.
 */
import { SessionClock } from "./clock.js";
import { MAX_BATCH, Outbox } from "./queue.js";

const SILENCE_MS = 300_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 30_000;
const ENDINGS = new Set(["superseded", "after_close", "lesson_withdrawn"]);

/** What the counter sees of a session, with the server or by a licence that was taken along (licensed.js). */
export class CountedSession {
  /**
   * @param {object} config of the page: lesson, learner, session_url, csrf
   * @param {object} world {fetch, monotonic, wall, storage, uuid, device}
   * @param {(event: string, detail?: object) => void} tell opened, answered, ended, offline, online, signed_out
   */
  constructor(config, world, tell) {
    this.config = config;
    this.world = world;
    this.tell = tell;
    this.phase = "idle";
    this.retryAt = 0;
  }

  get isOpen() {
    return this.phase === "open";
  }

  /** Return whether a new session is needed before anything else may count. */
  get isStale() {
    return this.isOpen && (this.clock.hasParted() || this.clock.now() - this.lastBeatAt >= SILENCE_MS);
  }
}

export class StudySession extends CountedSession {
  constructor(config, world, tell) {
    super(config, world, tell);
    this.retryMs = FIRST_RETRY_MS;
  }

  /** Open a session; a failed attempt may be repeated and uses the same uuid. Does nothing while one is on its way. */
  async open() {
    if (this.phase === "opening" || this.isOpen || this.world.monotonic() < this.retryAt) return;
    const { lesson, learner, session_url } = this.config;
    this.phase = "opening";
    this.uuid ??= this.world.uuid();
    const answer = await this.#post(session_url, { session: this.uuid, lesson, device: this.world.device });
    if (!answer.ok) return this.#notOpened(answer);
    this.clock = new SessionClock(this.world);
    this.outbox = new Outbox({ storage: this.world.storage, learner, session: this.uuid });
    this.outbox.open(lesson, this.world.wall());
    this.seq = 0;
    this.lastBeatAt = 0;
    this.phase = "open";
    this.retryMs = FIRST_RETRY_MS;
    this.opened = answer.body;
    this.tell("opened", answer.body);
  }

  #notOpened({ status, problem }) {
    this.phase = "idle";
    this.retryAt = this.world.monotonic() + this.retryMs;
    this.retryMs = Math.min(2 * this.retryMs, LAST_RETRY_MS);
    if (status === 0 || status === 429 || status >= 500) return this.tell("offline");
    if (status === 401 || problem?.type?.endsWith("csrf")) return this.#end("signed_out");
    return this.#end("refused", problem);
  }

  /** Store a beat of the running session and send it. */
  record(beat) {
    this.outbox.addBeat({ seq: (this.seq += 1), ...beat });
    this.lastBeatAt = Math.max(this.lastBeatAt, beat.t[1]);
    this.flush();
  }

  /** Store an answer to a check; it goes out after the beats before it. */
  answer(answer) {
    this.outbox.addAnswer(answer);
    this.flush();
  }

  /** Return the beats without an answer yet. */
  get waiting() {
    return this.outbox ? [...this.outbox.beats.values()] : [];
  }

  /** Send what waits; one request at a time, and again until nothing is left or the network is gone. */
  flush() {
    this.sending ??= drain(this.outbox, this.config, this.world, (result) => this.#heard(result)).then((how) => {
      this.sending = null;
      this.#settled(how);
      return how;
    });
    return this.sending;
  }

  /** Send what waits without waiting for the answer: the page is being left. */
  flushAndForget() {
    if (!this.outbox || this.outbox.isEmpty) return;
    const { url, init } = request(`${this.config.session_url}/${this.uuid}/beats`, bodyOf(this.outbox.batch()), this.config);
    this.world.fetch(url, { ...init, keepalive: true }).catch(() => {});
  }

  /** End the session by the learner's tap: first everything before it, then the tap, which proves presence. */
  async close() {
    if (!this.isOpen) return false;
    const t = this.clock.now();
    const how = await this.flush();
    if (how !== "done") return false;
    const answer = await this.#post(`${this.config.session_url}/${this.uuid}/close`, { t, present: true });
    if (!answer.ok) return false;
    this.#heard({ body: answer.body, sent: { beats: [], answers: [] } });
    this.outbox.dispose();
    this.phase = "closed";
    this.uuid = null;
    return true;
  }

  /** Give the session up without a word: it grew stale, or the learner goes on here after another device took over. */
  abandon() {
    this.phase = "idle";
    this.uuid = null;
    this.retryAt = 0;
  }

  #heard({ body, sent }) {
    const refused = (body.refused ?? []).filter((r) => r.reason !== "ahead_of_clock");
    this.tell("answered", { ...body, refused, beats: sent.beats });
    const ending = refused.find((r) => ENDINGS.has(r.reason));
    if (ending && this.isOpen) this.#end(ending.reason);
  }

  #settled(how) {
    if (how === "offline" || how === "later") this.#retryLater();
    if (how === "offline") this.tell("offline");
    if (how === "done") {
      this.retryMs = FIRST_RETRY_MS;
      this.tell("online");
    }
    if (how === "signed_out") this.#end("signed_out");
    if (how === "gone" && this.isOpen) this.#end("superseded");
  }

  #retryLater() {
    this.world.later(() => this.flush(), this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, LAST_RETRY_MS);
  }

  #end(reason, problem = null) {
    this.phase = "ended";
    this.tell("ended", { reason, problem });
  }

  #post(url, body) {
    return post(url, body, this.config, this.world);
  }
}

/**
 * Send all of an outbox, oldest first. Return "done", "offline" (try again), "later" (what is left is ahead of the
 * server's clock), "signed_out", or "gone" (the server knows no such session, or it is over).
 */
export async function drain(outbox, config, world, heard = () => {}) {
  const url = `${config.session_url}/${outbox.session}/beats`;
  let size = MAX_BATCH;
  let ahead = 0;
  while (!outbox.isEmpty) {
    const sent = outbox.batch(size);
    const answer = await post(url, bodyOf(sent), config, world);
    if (answer.ok) {
      const early = new Set((answer.body.refused ?? []).filter((r) => r.reason === "ahead_of_clock").map((r) => r.seq));
      const taken = { beats: sent.beats.filter((b) => !early.has(b.seq)), answers: sent.answers };
      outbox.remove(taken);
      heard({ body: answer.body, sent: taken });
      if (early.size && (ahead += 1)) return "later";
      size = MAX_BATCH;
      continue;
    }
    const { status } = answer;
    if (status === 0 || status === 429 || status >= 500) return "offline";
    if (status === 401 || status === 403) return "signed_out";
    if (status === 404 || status === 409 || status === 410) {
      outbox.remove(sent);
      if (outbox.isEmpty) return "gone";
      continue;
    }
    // 400, 413, 422: something in this batch is not to the server's taste. Smaller batches find it, and only it goes.
    if (sent.beats.length + sent.answers.length > 1) {
      if (sent.beats.length <= 1) outbox.remove({ beats: [], answers: sent.answers });
      size = Math.max(1, sent.beats.length >> 1);
    } else {
      outbox.remove(sent);
    }
  }
  return "done";
}

const bodyOf = ({ beats, answers }) => ({ ...(beats.length && { beats }), ...(answers.length && { answers }) });

function request(url, body, { csrf }) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (csrf?.token) headers[csrf.header] = csrf.token;
  return { url, init: { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body) } };
}

/** Return {ok, status, body, problem}; status 0 when there was no answer at all. */
async function post(address, body, config, world) {
  const { url, init } = request(address, body, config);
  try {
    const response = await world.fetch(url, init);
    const parsed = await response.json().catch(() => null);
    if (response.ok && parsed) return { ok: true, status: response.status, body: parsed };
    return { ok: false, status: response.ok ? 502 : response.status, problem: parsed };
  } catch {
    return { ok: false, status: 0, problem: null };
  }
}
