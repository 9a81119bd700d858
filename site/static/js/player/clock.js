/**
 * The clock of a study session: ms since its opening answer arrived, on the monotonic clock.
 *
 * A monotonic clock stands still while a phone sleeps, the wall clock does not. When they part, the server could no
 * longer place our times, so the session must end (design: study hours, rule 1).
 */
export const MAX_PARTING_MS = 2_000;

export class SessionClock {
  /** @param {{monotonic: () => number, wall: () => number}} clocks both in ms */
  constructor(clocks) {
    this.clocks = clocks;
    this.monotonicStart = clocks.monotonic();
    this.wallStart = clocks.wall();
  }

  /** Return whole ms since the opening answer, cut downwards: never ahead of the server's clock. */
  now() {
    return Math.floor(this.clocks.monotonic() - this.monotonicStart);
  }

  /** Return whether the device slept, or somebody set its clock, since the session was opened. */
  hasParted() {
    const wall = this.clocks.wall() - this.wallStart;
    return Math.abs(wall - (this.clocks.monotonic() - this.monotonicStart)) > MAX_PARTING_MS;
  }
}
