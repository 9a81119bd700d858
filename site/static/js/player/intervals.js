/** Sets of half-open intervals of milliseconds: sorted arrays of [from, to) that do not touch. */

/** Return the set with [from, to) added. */
export function add(set, [from, to]) {
  if (to <= from) return set;
  const out = [];
  for (const [a, b] of set) {
    if (b < from || a > to) out.push([a, b]);
    else [from, to] = [Math.min(a, from), Math.max(b, to)];
  }
  out.push([from, to]);
  return out.sort((x, y) => x[0] - y[0]);
}

/** Return the set of all the given intervals. */
export const union = (intervals) => intervals.reduce(add, []);

/** Return what of the set lies outside of the other set. */
export function without(set, other) {
  let out = set;
  for (const [from, to] of other) {
    out = out.flatMap(([a, b]) =>
      b <= from || a >= to
        ? [[a, b]]
        : [
            [a, from],
            [to, b],
          ].filter(([x, y]) => y > x),
    );
  }
  return out;
}

/** Return what of the set lies inside [from, to). */
export const within = (set, [from, to]) =>
  set.map(([a, b]) => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b > a);

/** Return the length of all intervals together. */
export const measure = (set) => set.reduce((sum, [a, b]) => sum + b - a, 0);
