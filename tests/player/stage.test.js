import assert from "node:assert/strict";
import { test } from "node:test";

import { speak, takeKeys } from "../../site/static/js/player/headset.js";
import { leaveStage } from "../../site/static/js/player/stage.js";

test("every full screen and picture in picture is left before the question is asked", async () => {
  const left = [];
  const note = (name) => () => left.push(name);
  const doc = {
    fullscreenElement: {},
    exitFullscreen: async () => left.push("page"),
    pictureInPictureElement: {},
    exitPictureInPicture: async () => left.push("window"),
  };
  const iphone = {
    webkitDisplayingFullscreen: true,
    webkitExitFullscreen: note("video"),
    webkitPresentationMode: "picture-in-picture",
    webkitSetPresentationMode: (mode) => left.push(mode),
  };
  await leaveStage(doc, [iphone, {}]);
  assert.deepEqual(left, ["page", "window", "video", "inline"]);
});

test("a browser that refuses, throws or never answers does not keep the question from being asked", async () => {
  const refusing = { fullscreenElement: {}, exitFullscreen: async () => Promise.reject(new TypeError("no")) };
  await leaveStage(refusing, []);
  const throwing = { pictureInPictureElement: {}, exitPictureInPicture: () => assert.fail("no") };
  await leaveStage(throwing, []);
  const silent = { fullscreenElement: {}, exitFullscreen: () => new Promise(() => {}) };
  await leaveStage(silent, [], async () => {});
  await leaveStage({}, [{}]);
});

test("the keys of a headset answer while a check is open and are the browser's again after it", () => {
  const handlers = {};
  const session = { setActionHandler: (key, run) => (handlers[key] = run) };
  let taps = 0;
  takeKeys(session, () => (taps += 1));
  handlers.play();
  handlers.pause();
  takeKeys(session, null);
  assert.deepEqual([taps, handlers], [2, { play: null, pause: null }]);
  takeKeys(undefined, () => {});
  takeKeys({ setActionHandler: () => assert.fail("unknown key") }, null);
});

test("a prompt is spoken in the language of the page where the device can speak", () => {
  const said = [];
  const speech = { cancel: () => said.push("cancel"), speak: ({ text, lang }) => said.push([text, lang]) };
  class Utterance {
    constructor(text) {
      this.text = text;
    }
  }
  assert.equal(speak("还在学吗？", { speech, Utterance, lang: "zh-Hans" }), true);
  assert.deepEqual(said, ["cancel", ["还在学吗？", "zh-Hans"]]);
  assert.equal(speak("还在学吗？", { lang: "zh-Hans" }), false);
});
