/** Leaving whatever hides the page: full screen of the page, a phone's own full screen of a video, picture in picture. */

/** A browser that never says that it has left must not keep the question from being asked. */
const PATIENCE_MS = 1_000;

/**
 * Leave all of it, and resolve when the page is in view again.
 *
 * @param {Document} doc @param {HTMLMediaElement[]} medias of the lesson
 */
export async function leaveStage(doc, medias, wait = (ms) => new Promise((done) => setTimeout(done, ms))) {
  const leaving = [];
  const leave = (act) => {
    try {
      leaving.push(Promise.resolve(act()).catch(() => {}));
    } catch {
      // Some browsers throw instead of refusing: there was nothing to leave.
    }
  };
  if (doc.fullscreenElement) leave(() => doc.exitFullscreen());
  else if (doc.webkitFullscreenElement) leave(() => doc.webkitExitFullscreen());
  if (doc.pictureInPictureElement) leave(() => doc.exitPictureInPicture());
  for (const media of medias) {
    // The iPhone plays a video in a full screen of its own that the document knows nothing of.
    if (media.webkitDisplayingFullscreen) leave(() => media.webkitExitFullscreen());
    if (media.webkitPresentationMode === "picture-in-picture") leave(() => media.webkitSetPresentationMode("inline"));
  }
  if (leaving.length) await Promise.race([Promise.all(leaving), wait(PATIENCE_MS)]);
}
