/** Playing the scene at its own speed, and fetching pictures before they are wanted. */

const AHEAD = 12; // frames
const REST_MS = 250;

export function startPlaying(store, pictures) {
  const { state } = store;
  let timer = 0;
  let began = null; // {at: milliseconds, t: µs}

  /** The last frame that has begun by a time of the scene. */
  function frameAt(t) {
    const { frames } = state.scene;
    let frame = state.frame;
    while (frame + 1 < frames.length && frames[frame + 1].t_us <= t) frame += 1;
    return frame;
  }

  function tick(now) {
    if (!state.playing) {
      began = null;
      return;
    }
    const { frames } = state.scene;
    if (state.frame === frames.length - 1) {
      store.set({ frame: 0 });
      began = null;
    }
    began ??= { at: now, t: frames[state.frame].t_us };
    store.set({ frame: frameAt(began.t + (now - began.at) * 1000) });
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
