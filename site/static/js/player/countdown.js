/**
 * How much was played on this device since the last judgement of presence, in whichever session or lesson.
 *
 * A session with the server is told how much is left to its first check. A licence was issued earlier: it counts on from here,
 * so that a row of short lessons without a network has its checks as well.
 */
export class Countdown {
  constructor(storage, learner) {
    this.storage = storage;
    this.key = `countdown:${learner}`;
  }

  /** Return {ms, epoch}: the epoch changes with every judgement. */
  read() {
    try {
      const { ms, epoch } = JSON.parse(this.storage.getItem(this.key)) ?? {};
      return { ms: ms ?? 0, epoch: epoch ?? 0 };
    } catch {
      return { ms: 0, epoch: 0 };
    }
  }

  played(ms) {
    const now = this.read();
    this.#write({ ...now, ms: now.ms + ms });
  }

  restart() {
    this.#write({ ms: 0, epoch: this.read().epoch + 1 });
  }

  #write(value) {
    try {
      this.storage.setItem(this.key, JSON.stringify(value));
    } catch {
      // Storage is full or forbidden: then every licence counts from its own beginning.
    }
  }
}
