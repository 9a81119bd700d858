/** A world in which time moves when a test says so, and a server of a few lines that keeps what it was sent. */

export function makeStorage() {
  const kept = new Map();
  return {
    get length() {
      return kept.size;
    },
    key: (n) => [...kept.keys()][n] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, String(value)),
    removeItem: (key) => kept.delete(key),
    kept,
  };
}

export class World {
  constructor(storage = makeStorage()) {
    this.time = 1_000_000;
    this.slept = 0;
    this.storage = storage;
    this.device = "test";
    this.requests = [];
    this.timers = [];
    this.uuids = 0;
    this.isOnline = true;
    this.reply = () => ({ status: 200, body: {} });
    this.monotonic = () => this.time;
    this.wall = () => 1_795_000_000_000 + this.time + this.slept;
    this.uuid = () => `session-${(this.uuids += 1)}`;
    this.later = (run, ms) => this.timers.push({ at: this.time + ms, run });
    this.fetch = async (url, init) => {
      if (!this.isOnline) throw new TypeError("network");
      const body = JSON.parse(init.body);
      this.requests.push({ url, body, headers: init.headers, keepalive: Boolean(init.keepalive) });
      const { status, body: answer } = this.reply({ url, body });
      return { ok: status < 300, status, json: async () => answer };
    };
  }

  /** Let the requests under way, and what follows from them, come to an end. */
  async settle() {
    for (let n = 0; n < 60; n += 1) await null;
  }

  async pass(ms) {
    this.time += ms;
    const due = this.timers.filter((t) => t.at <= this.time);
    this.timers = this.timers.filter((t) => t.at > this.time);
    for (const { run } of due) run();
    await this.settle();
  }

  /** Let the device sleep: the wall clock goes on, the monotonic one does not. */
  sleep(ms) {
    this.slept += ms;
  }

  beats(session) {
    const sent = this.requests.filter((r) => r.url.endsWith("/beats") && (!session || r.url.includes(`/${session}/`)));
    return sent.flatMap((r) => r.body.beats ?? []);
  }

  answers() {
    return this.requests.flatMap((r) => r.body.answers ?? []);
  }
}

export const CONFIG = {
  lesson: "lesson-1",
  learner: "li",
  session_url: "/api/v1/study/sessions",
  csrf: { header: "X-CSRFToken", token: "t" },
  presence_timeout_ms: 60_000,
  parts: [
    { part: "video", kind: "video", nominal_ms: 600_000 },
    { part: "text", kind: "text", nominal_ms: 60_000 },
  ],
};

/** A server that opens sessions with these checks and credits what it is sent, each position once. */
export function serve(world, { checks = [], refuse = () => [], presence = null, opening = {} } = {}) {
  let counted = 0;
  world.reply = ({ url, body }) => {
    if (url.endsWith("/sessions")) {
      const parts = CONFIG.parts.map((p) => ({ ...p, covered: [], to_make_up: [], owed_ms: 0 }));
      const base = { session: body.session, parts, checks, beat_interval: 15, max_rate: 1.5 };
      return { status: 201, body: { ...base, credited_seconds: 0, pending_seconds: 0, ...opening } };
    }
    for (const beat of body.beats ?? []) counted += beat.t[1] - beat.t[0];
    const refused = refuse(body, url) ?? [];
    return {
      status: 200,
      body: { credited_seconds: Math.floor(counted / 1_000), pending_seconds: 0, refused, presence },
    };
  };
}
