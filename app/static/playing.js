/** Playing the scene at its own speed, and fetching pictures before they are wanted. */

import { askedLight } from "./scenario.js";

const AHEAD = 12; // frames
const REST_MS = 250;
const HELD_US = 600_000; // a little more than from one anchor to the next

export function startPlaying(store, pictures) {
  const { state } = store;
  let timer = 0;
  let began = null; // {at: milliseconds, t: µs}
  let due = null; // the frame that would be shown if all were drawn

  /** The last frame that has begun by a time of the scene. */
  function frameAt(t) {
    const { frames } = state.scene;
    let frame = state.frame;
    while (frame + 1 < frames.length && frames[frame + 1].t_us <= t) frame += 1;
    return frame;
  }

  /** Where the take asks for another light, a frame that does not show it yet gives way to the last that does, if that is no further
   * back than an anchor: else day and night would take turns. */
  function steady(frame) {
    if (!state.model || askedLight(state.take).length === 0) return frame;
    const { frames } = state.scene;
    for (let shown = frame; shown >= 0 && frames[frame].t_us - frames[shown].t_us < HELD_US; shown -= 1) {
      const { changed, anchor, refined } = pictures.tiers(state.take, shown);
      if (changed > 0 && anchor + refined === changed) return shown;
    }
    return frame;
  }

  function tick(now) {
    if (!state.playing) {
      began = due = null;
      return;
    }
    const { frames } = state.scene;
    if ((due ?? state.frame) === frames.length - 1) {
      store.set({ frame: 0 });
      began = null;
    }
    began ??= { at: now, t: frames[state.frame].t_us };
    due = frameAt(began.t + (now - began.at) * 1000);
    store.set({ frame: steady(due) });
    requestAnimationFrame(tick);
  }

  function fetchAhead() {
    if (!state.scene) return;
    const { frames, views } = state.scene;
    for (let step = 1; step <= AHEAD; step += 1) {
      const frame = state.frame + step;
      if (frame >= frames.length) return;
      views.forEach((_, view) => {
        const { url } = pictures.source(state.take, frame, view);
        if (url) pictures.ahead(url);
      });
    }
  }

  /** A moment after the last step, the playhead rests. */
  function watchRest() {
    clearTimeout(timer);
    if (state.resting) store.set({ resting: false });
    timer = setTimeout(() => store.set({ resting: !state.playing }), REST_MS);
  }

  store.watch(["frame", "playing"], watchRest);
  store.watch(["playing"], () => state.playing && requestAnimationFrame(tick));
  store.watch(["frame", "scene", "playing"], fetchAhead);
}
