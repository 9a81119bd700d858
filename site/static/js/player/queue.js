/**
 * What waits to be sent: beats and answers are stored before they are sent and forgotten when they are acknowledged.
 *
 * localStorage, one key each: it writes at once, also while the page is being left, and two tabs do not overwrite
 * each other. Keys carry the learner, so a shared phone never sends one person's minutes as another's.
 */
export const MAX_BATCH = 100;
const PREFIX = "study:";
const KEEP_MS = 8 * 24 * 3_600_000;

export class Outbox {
  /** @param {{storage: Storage, learner: string, session: string}} place */
  constructor({ storage, learner, session }) {
    this.storage = storage;
    this.learner = learner;
    this.session = session;
    this.root = `${PREFIX}${learner}:${session}:`;
    this.beats = new Map();
    this.answers = new Map();
    for (const [key, value] of entries(storage, this.root)) {
      const [kind, id] = split(key.slice(this.root.length));
      if (kind === "beat") this.beats.set(Number(id), value);
      if (kind === "answer") this.answers.set(id, value);
    }
  }

  /** Remember that the session exists, with the wall time it was opened. */
  open(lesson, now) {
    this.#write("meta:", { lesson, opened: now });
  }

  addBeat(beat) {
    this.beats.set(beat.seq, beat);
    this.#write(`beat:${beat.seq}`, beat);
  }

  addAnswer(answer) {
    this.answers.set(answer.id, answer);
    this.#write(`answer:${answer.id}`, answer);
  }

  get isEmpty() {
    return !this.beats.size && !this.answers.size;
  }

  /** Return the ms of clock of all waiting beats. */
  get waitingMs() {
    return [...this.beats.values()].reduce((sum, { t }) => sum + t[1] - t[0], 0);
  }

  /** Return the oldest beats, at most `size`, and, once all beats go along, the answers: they follow their beats. */
  batch(size = MAX_BATCH) {
    const beats = [...this.beats.values()].sort((a, b) => a.seq - b.seq);
    const answers = beats.length <= size ? [...this.answers.values()] : [];
    return { beats: beats.slice(0, size), answers };
  }

  /** Forget what was acknowledged or can never be. */
  remove({ beats, answers }) {
    for (const { seq } of beats) {
      this.beats.delete(seq);
      this.#erase(`beat:${seq}`);
    }
    for (const { id } of answers) {
      this.answers.delete(id);
      this.#erase(`answer:${id}`);
    }
  }

  /** Forget the session itself, when nothing of it waits. */
  dispose() {
    if (this.isEmpty) this.#erase("meta:");
  }

  #write(key, value) {
    try {
      this.storage.setItem(this.root + key, JSON.stringify(value));
    } catch {
      // Storage is full or forbidden: the copy in memory is still sent as long as the page lives.
    }
  }

  #erase(key) {
    this.storage.removeItem(this.root + key);
  }
}

/** Return the sessions of a learner with something left to send; what is older than the make-up window goes. */
export function leftovers(storage, learner, now) {
  const root = `${PREFIX}${learner}:`;
  const found = [];
  for (const [key, value] of entries(storage, root)) {
    const session = key.slice(root.length).split(":")[0];
    if (!key.endsWith(":meta:")) continue;
    const outbox = new Outbox({ storage, learner, session });
    if (now - value.opened > KEEP_MS) outbox.remove({ beats: [...outbox.beats.values()], answers: [...outbox.answers.values()] });
    if (outbox.isEmpty) outbox.dispose();
    else found.push(outbox);
  }
  return found;
}

function entries(storage, root) {
  const keys = Array.from({ length: storage.length }, (_, n) => storage.key(n));
  return keys.filter((key) => key?.startsWith(root)).flatMap((key) => {
    try {
      return [[key, JSON.parse(storage.getItem(key))]];
    } catch {
      storage.removeItem(key); // written by another version, or by hand
      return [];
    }
  });
}

function split(rest) {
  const at = rest.indexOf(":");
  return [rest.slice(0, at), rest.slice(at + 1)];
}
