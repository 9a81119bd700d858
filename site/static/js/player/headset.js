/**
 * Checks for ears: a prompt that is spoken, and the play key of a headset or of the lock screen as the answer.
 */
const KEYS = ["play", "pause"];

/** Let the play and pause keys run something; with null they are the browser's again. */
export function takeKeys(mediaSession, run) {
  for (const key of KEYS) {
    try {
      mediaSession?.setActionHandler(key, run);
    } catch {
      // A browser that does not know the key leaves the tap on the screen.
    }
  }
}

/** Say a sentence aloud, in the page's language; the two taps of the sheet sound in any case. */
export function speak(sentence, { speech, Utterance, lang }) {
  if (!speech || !Utterance) return false;
  const said = new Utterance(sentence);
  said.lang = lang;
  speech.cancel();
  speech.speak(said);
  return true;
}
