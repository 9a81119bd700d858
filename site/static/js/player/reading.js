/**
 * The timeline of a part without media: its blocks lie end to end, and one block at a time is read at its pace.
 *
 * A reader who scrolls on early leaves a gap in the block and may come back; what is read once is not read again
 * unless time is owed for the part (reading it again then earns it).
 */
import { add, measure, within, without } from "./intervals.js";

export class ReadingTimeline {
  /**
   * @param {{part: string, blocks: {id: string, offset_ms: number, ms: number}[]}} part
   * @param {number[][]} covered positions read before
   */
  constructor(part, covered = []) {
    this.part = part.part;
    this.blocks = part.blocks;
    this.covered = covered;
    this.current = null;
    this.only = null;
  }

  /** Read just this stretch, also if it was read before; null: all of it again. What is being read stops. */
  keepTo(range) {
    this.only = range;
    this.current = null;
    if (range) this.open(range);
  }

  /** Note that a stretch does not count as read after all: it was refused. */
  open(range) {
    this.covered = without(this.covered, [range]);
    if (this.current && this.current.from < range[1] && range[0] < this.current.to) this.current = null;
  }

  /** Take over what the server knows. */
  learn(covered) {
    for (const interval of covered) this.covered = add(this.covered, interval);
    if (this.only) this.open(this.only);
  }

  /**
   * Move on to the time `now` (ms of any steady clock) with these blocks in view, from top to bottom.
   *
   * Return {block, position} of what is being read, or null: nothing in view, or all of it read.
   */
  read(now, inView, mayReread = false) {
    const current = this.current;
    if (current && inView.includes(current.block.id)) {
      const position = Math.min(current.from + (now - current.since), current.to);
      this.covered = add(this.covered, [current.from, position]);
      if (position < current.to) return { block: current.block.id, position };
      this.current = null;
      return { block: current.block.id, position, isRead: true };
    }
    this.current = this.#next(now, inView, mayReread);
    return this.current && { block: this.current.block.id, position: this.current.from };
  }

  /** Stop reading: the page is hidden, a video plays, a question is open. */
  stop() {
    this.current = null;
  }

  /** Return "read", "part" or "open" for a block. */
  stateOf(id) {
    const block = this.blocks.find((b) => b.id === id);
    const read = measure(within(this.covered, span(block)));
    return read >= block.ms ? "read" : read > 0 ? "part" : "open";
  }

  #next(now, inView, mayReread) {
    const seen = this.blocks.filter((b) => inView.includes(b.id));
    for (const block of seen) {
      const place = this.only ? within([span(block)], this.only) : [span(block)];
      const [gap] = without(place, this.covered);
      if (gap) return { block, from: gap[0], to: gap[1], since: now };
    }
    if (!mayReread || this.only || !seen.length) return null;
    const [block] = seen;
    return { block, from: block.offset_ms, to: block.offset_ms + block.ms, since: now };
  }
}

const span = (block) => [block.offset_ms, block.offset_ms + block.ms];
