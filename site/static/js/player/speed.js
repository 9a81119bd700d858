/** What a speed counts: time is earned by the clock, so what is played faster leaves a rest to be played again. */

/** Return {whole, now, later} in ms for a lesson whose recordings are played at `rate`; text is read at its own pace. */
export function shareOf(parts, rate) {
  const isPlayed = ({ src, kind }) => Boolean(src) || kind === "video" || kind === "audio";
  const sum = (some) => some.reduce((total, { nominal_ms }) => total + nominal_ms, 0);
  const whole = sum(parts);
  const played = sum(parts.filter(isPlayed));
  const now = Math.min(whole, Math.floor(whole - played + played / Math.max(1, rate)));
  return { whole, now, later: whole - now };
}

/** Return the speeds a policy counts fully: faster than `maxRate` some of the lesson would not even be covered. */
export const allowedSpeeds = (speeds, maxRate) => speeds.filter((speed) => Number(speed) <= Math.max(1, maxRate));
