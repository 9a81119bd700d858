/**
 * Playing just one stretch again, to earn what was not counted: which one, and when it is over.
 */
import { measure, union, without } from "./intervals.js";

/** Shorter gaps between two stretches are a player's rounding. */
const JOIN_MS = 1_000;
/** Less than this nobody can play again on purpose. */
const LEAST_MS = 1_000;

/** Return {part, from, to} that the page's address asks for (?part=…&from=…&to=…, ms), or null. */
export function fromAddress(search, parts) {
  const asked = new URLSearchParams(search);
  const part = parts.find((p) => p.part === asked.get("part"));
  const [from, to] = [whole(asked.get("from")), whole(asked.get("to"))];
  if (!part || from === null || to === null) return null;
  const end = Math.min(to, part.nominal_ms);
  return end - from >= LEAST_MS ? { part: part.part, from, to: end } : null;
}

/** Return the first stretch to play again of what the server refused, in the order of the lesson, or null. */
export function firstOf(refused, parts) {
  for (const { part } of parts) {
    const spans = union(refused.filter((r) => r.part === part && r.range).map((r) => r.range));
    const joined = union(spans.map(([a, b]) => [a, b + JOIN_MS])).map(([a, b]) => [a, b - JOIN_MS]);
    const span = joined.find(([a, b]) => b - a >= LEAST_MS);
    if (span) return { part, from: span[0], to: span[1] };
  }
  return null;
}

/** Return whether a stretch has been played to its end. */
export const isOver = (span, part, position) => part === span.part && position >= span.to;

/** Return whether a place is where somebody plays who plays the stretch. */
export const isAround = (span, position) => position >= span.from - JOIN_MS && position <= span.to + JOIN_MS;

/** Return whether all of a stretch is covered. */
export const isCovered = (span, covered) => measure(without([[span.from, span.to]], covered)) === 0;

const whole = (text) => (/^\d{1,12}$/.test(text ?? "") ? Number(text) : null);
