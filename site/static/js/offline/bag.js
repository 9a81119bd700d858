/**
 * What was taken along, and what was studied with it: kept in IndexedDB, sent when there is a network.
 *
 * Pages import this file; the service worker has it in front of its own text (skillspower/pwa/shell.py), so that minutes go
 * up also when no page is open. Hence it imports nothing. Everything carries its learner: on a shared phone nobody's
 * minutes become another's.
 */
export const CHANGED = "bag";
const STORES = {
  lessons: ["learner", "lesson"],
  licences: "licence",
  runs: ["licence", "run"],
  beats: ["licence", "seq"],
  answers: ["licence", "id"],
  taps: ["licence", "t"],
  who: "key",
};
const BATCH = 100;
const SEQS_A_RUN = 10_000;
const UPLOAD_URL = "/api/v1/study/uploads";
const WHO_URL = "/offline/who/";

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const of = (licence) => IDBKeyRange.bound([licence], [licence, []]);

/** The whole of it. Each act is one transaction, so two pages never get the same run or number. */
export class Bag {
  static async open() {
    const request = indexedDB.open("bag", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    };
    return new Bag(await done(request));
  }

  constructor(db) {
    this.db = db;
    // Another page brings a newer version: it must not wait for this one.
    db.onversionchange = () => db.close();
  }

  async #act(names, act) {
    const transaction = this.db.transaction(names, "readwrite");
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = await act((name) => transaction.objectStore(name));
    await finished;
    return result;
  }

  #all(name, range) {
    return done(this.db.transaction(name).objectStore(name).getAll(range));
  }

  /** Note who is signed in; null is nobody. */
  setLearner(learner) {
    return this.#act(["who"], (store) => done(store("who").put({ key: "learner", learner })));
  }

  async learner() {
    return (await done(this.db.transaction("who").objectStore("who").get("learner")))?.learner ?? null;
  }

  /** Put a lesson into the bag with its licence; an older licence stays as long as something of it waits. */
  async keep({ learner, lesson, title, url, licence, arrived, countdown }) {
    const { server_time, valid_until } = licence;
    const until = arrived + Date.parse(valid_until) - Date.parse(server_time);
    const row = { licence: licence.licence, learner, lesson, title, opening: licence, arrived, until, countdown, judged: [] };
    await this.#act(["lessons", "licences"], async (store) => {
      await done(store("licences").put(row));
      await done(store("lessons").put({ learner, lesson, title, url, licence: row.licence, kept: arrived }));
    });
    changed();
  }

  /** Take a lesson out. What waits to be sent stays. */
  async remove(learner, lesson) {
    await this.#act(["lessons"], (store) => done(store("lessons").delete([learner, lesson])));
    for (const row of await this.#all("licences")) {
      if (row.learner === learner && row.lesson === lesson && !(await this.#hasWaiting(row.licence))) await this.#forget(row.licence);
    }
    changed();
  }

  async #hasWaiting(licence) {
    for (const name of ["beats", "answers", "taps"]) if ((await this.#all(name, of(licence))).some((each) => !each.sent)) return true;
    return false;
  }

  #forget(licence) {
    return this.#act(["licences", "runs", "beats", "answers", "taps"], async (store) => {
      await done(store("licences").delete(licence));
      for (const name of ["runs", "beats", "answers", "taps"]) await done(store(name).delete(of(licence)));
    });
  }

  /** Return the licence by which a learner may study a lesson now or later, with everything played on it; or null. */
  async licenceOf(learner, lesson) {
    const known = await done(this.db.transaction("lessons").objectStore("lessons").get([learner, lesson]));
    if (!known) return null;
    const row = await done(this.db.transaction("licences").objectStore("licences").get(known.licence));
    return row ? { ...row, beats: await this.#all("beats", of(row.licence)) } : null;
  }

  /** Begin a run: one life of the monotonic clock. It lies where the wall clock says, never before the end of the last. */
  async beginRun(licence, arrived, wall) {
    return this.#act(["runs"], async (store) => {
      const runs = await done(store("runs").getAll(of(licence)));
      const end = Math.max(0, ...runs.map(({ at_ms, ms }) => at_ms + ms));
      const run = { licence, run: runs.length + 1, at_ms: Math.max(end, wall - arrived), ms: 0 };
      await done(store("runs").put(run));
      return run;
    });
  }

  /** Keep a beat, an answer or a tap of a run; `t` is on the licence's clock, and the run lasts at least that long. */
  add(name, run, what, t) {
    return this.#act([name, "runs", "licences"], async (store) => {
      await done(store(name).put({ ...what, licence: run.licence }));
      run.ms = Math.max(run.ms, t - run.at_ms);
      await done(store("runs").put(run));
      if (name !== "answers") return;
      const row = await done(store("licences").get(run.licence));
      if (row) await done(store("licences").put({ ...row, judged: [...row.judged, what.id] }));
    });
  }

  /** Return the number of the nth beat of a run. */
  static seq(run, n) {
    return run.run * SEQS_A_RUN + n;
  }

  /** Return the lessons of a learner, each with ms that wait and ms that were sent, and licences of lessons taken out. */
  async contents(learner) {
    const lessons = (await this.#all("lessons")).filter((each) => each.learner === learner);
    const licences = (await this.#all("licences")).filter((each) => each.learner === learner);
    const out = new Map(lessons.map((each) => [each.lesson, { ...each, isKept: true, waitingMs: 0, sentMs: 0, refused: {}, problem: "" }]));
    for (const row of licences) {
      const { lesson, title, until, licence, said, problem = "" } = row;
      const into = out.get(lesson) ?? { lesson, title, isKept: false, waitingMs: 0, sentMs: 0, refused: {}, problem: "" };
      const beats = await this.#all("beats", of(licence));
      const waiting = await this.#hasWaiting(licence);
      for (const { t, sent } of beats) into[sent ? "sentMs" : "waitingMs"] += t[1] - t[0];
      for (const [reason, ms] of Object.entries(said?.refused ?? {})) into.refused[reason] = (into.refused[reason] ?? 0) + ms;
      if (licence === into.licence) into.until = until;
      into.problem ||= problem;
      if (into.isKept || waiting) out.set(lesson, into);
    }
    return [...out.values()];
  }

  /** Return the ms that wait for somebody else to sign in on this device. */
  async waitingOfOthers(learner) {
    const others = (await this.#all("licences")).filter((each) => each.learner !== learner);
    let ms = 0;
    for (const { licence } of others) {
      for (const { t, sent } of await this.#all("beats", of(licence))) if (!sent) ms += t[1] - t[0];
    }
    return ms;
  }

  /** Return the licences of a learner of which something waits, the oldest study first. */
  async waiting(learner) {
    const out = [];
    for (const row of await this.#all("licences")) {
      if (row.learner !== learner) continue;
      const [runs, beats, answers, taps] = await Promise.all(["runs", "beats", "answers", "taps"].map((name) => this.#all(name, of(row.licence))));
      const left = (all) => all.filter((each) => !each.sent);
      const parcel = { row, runs, beats: left(beats), answers: left(answers), taps: left(taps) };
      if (parcel.beats.length || parcel.answers.length || parcel.taps.length) out.push(parcel);
    }
    const first = ({ row, beats }) => row.arrived + Math.min(Infinity, ...beats.map(({ t }) => t[0]));
    return out.sort((a, b) => first(a) - first(b));
  }

  /** Note what the server took, and what it said of it. */
  async took({ row, beats, answers, taps }, answer, now) {
    await this.#act(["licences", "beats", "answers", "taps"], async (store) => {
      for (const [name, all] of Object.entries({ beats, answers, taps })) {
        for (const each of all) await done(store(name).put({ ...each, sent: true }));
      }
      const known = await done(store("licences").get(row.licence));
      if (!known) return;
      const refused = { ...known.said?.refused };
      const fresh = new Set(beats.map(({ seq }) => seq));
      for (const { seq, range, reason } of answer?.refused ?? []) {
        if (reason === "ahead_of_clock" || !range || (seq !== null && !fresh.has(seq))) continue;
        refused[reason] = (refused[reason] ?? 0) + range[1] - range[0];
      }
      await done(store("licences").put({ ...known, problem: "", said: { at: now, refused } }));
    });
  }

  /** Note why a licence cannot be sent; it stays, and is tried again. */
  async stuck(licence, problem) {
    await this.#act(["licences"], async (store) => {
      const known = await done(store("licences").get(licence));
      if (known) await done(store("licences").put({ ...known, problem }));
    });
  }
}

/**
 * Send everything of the learner who is signed in. Return "done", "offline", "signed_out" or "later" (ahead of the server's
 * clock); `heard` is told each answer with what it answers.
 */
export async function bringBack(bag, heard = () => {}) {
  const who = await ask(WHO_URL);
  if (!who.ok) return "offline";
  await bag.setLearner(who.body.learner);
  if (!who.body.learner) return "signed_out";
  let how = "done";
  for (const parcel of await bag.waiting(who.body.learner)) {
    const came = await send(bag, parcel, who.body.csrf, heard);
    if (came === "offline" || came === "signed_out") return came;
    if (came !== "done") how = came;
  }
  changed();
  return how;
}

async function send(bag, parcel, csrf, heard) {
  const { row, runs } = parcel;
  const { token, nonce, device } = row.opening;
  let left = parcel;
  let size = BATCH;
  while (left.beats.length || left.answers.length || left.taps.length) {
    const beats = left.beats.slice(0, size);
    // Answers and taps follow their beats.
    const isLast = beats.length === left.beats.length;
    const now = { row, beats, answers: isLast ? left.answers.slice(0, size) : [], taps: isLast ? left.taps.slice(0, 20) : [] };
    const answer = await ask(UPLOAD_URL, csrf, {
      licence: token, nonce, device,
      sent_ms: Math.max(0, Date.now() - row.arrived),
      runs: runs.map(({ run, at_ms, ms }) => ({ run, at_ms, ms })),
      beats: beats.map(({ seq, part, t, ranges, visible }) => ({ seq, part, t, ranges, visible })),
      answers: now.answers.map(({ id, answer: given, shown, t }) => ({ id, answer: given, shown, t })),
      taps: now.taps.map(({ t }) => t),
    }); // prettier-ignore
    const { status, body } = answer;
    if (answer.ok) {
      const early = new Set(body.refused.filter(({ reason }) => reason === "ahead_of_clock").map(({ seq }) => seq));
      const taken = { ...now, beats: beats.filter(({ seq }) => !early.has(seq)) };
      await bag.took(taken, body, Date.now());
      heard(row.licence, body, taken.beats);
      if (early.size) return "later";
      left = without(left, now);
      size = BATCH;
    } else if (status === 0 || status === 429 || status >= 500) return "offline";
    else if (status === 401 || status === 403) return "signed_out";
    else if (status !== 422 || body?.errors?.some(({ field }) => /^(licence|runs|nonce|device)/.test(field))) {
      await bag.stuck(row.licence, body?.detail ?? String(status));
      return "stuck";
    } else if (beats.length + now.answers.length + now.taps.length > 1) {
      // Something in it is not to the server's taste. Smaller parcels find it, and only it goes.
      if (size === 1) {
        await bag.took({ row, beats: [], answers: now.answers, taps: now.taps }, null, Date.now());
        left = without(left, { beats: [], answers: now.answers, taps: now.taps });
      }
      size = Math.max(1, size >> 1);
    } else {
      await bag.took(now, null, Date.now());
      left = without(left, now);
    }
  }
  return "done";
}

const without = (left, gone) =>
  Object.fromEntries(["beats", "answers", "taps"].map((name) => [name, left[name].filter((each) => !gone[name].includes(each))]));

async function ask(url, csrf, body) {
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json", [csrf.header]: csrf.token }) };
  try {
    const response = await fetch(url, { method: body ? "POST" : "GET", headers, credentials: "same-origin", cache: "no-store", ...(body && { body: JSON.stringify(body) }) });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => null) };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

/** Tell the other pages of this device that the bag holds something else now. */
export function changed() {
  const channel = new BroadcastChannel(CHANGED);
  channel.postMessage(CHANGED);
  channel.close();
}
