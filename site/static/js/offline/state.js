/** What a page says of one lesson in the bag. */
import { say, spoken } from "../player/meter.js";

/** Return the sentences for a lesson as Bag.contents gives it, the most important first. */
export function sentences(lesson, words, now = Date.now()) {
  const out = [];
  const waiting = spoken(lesson.waitingMs, words.units);
  if (lesson.waitingMs && lesson.problem) out.push(["warn", say(words.stuck, { time: waiting, why: lesson.problem })]);
  else if (lesson.waitingMs) out.push(["waiting", say(words.waiting, { time: waiting })]);
  if (lesson.sentMs) out.push(["sent", sentSentence(lesson, words)]);
  if (!lesson.isKept) out.push(["out", words.taken_out]);
  else out.push(now < lesson.until ? ["until", say(words.until, { when: when(lesson.until, words) })] : ["over", say(words.over, { when: when(lesson.until, words) })]);
  return out;
}

function sentSentence({ sentMs, refused }, words) {
  const lostMs = Object.values(refused).reduce((sum, ms) => sum + ms, 0);
  const time = spoken(sentMs, words.units);
  return lostMs >= 1_000 ? say(words.sent_less, { time, less: spoken(lostMs, words.units) }) : say(words.sent, { time });
}

/** Return an instant in the device's own time, as people say it. */
export function when(ms, words) {
  const at = new Date(ms);
  const time = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  return say(words.date, { month: at.getMonth() + 1, day: at.getDate(), time });
}
