/** The pictures that have come so far: recorded ones by their name, drawn ones by the state of the take that they show. */

import { route } from "./server.js";

const AT_ONCE = 3; // fewer than a browser's connections to one host, so that an edit never waits behind pictures
const KEPT = 1600;
const WHOLE = route("whole");

export function createPictures(store, say) {
  const images = new Map(); // url → HTMLImageElement; the oldest first
  const queue = [];
  let loading = 0;
  const drawn = new Map(); // state of a take → Map("frame/view" → {url, origin})

  // ------------------------------------------------------------------------------------------- loading

  function next() {
    while (loading < AT_ONCE && queue.length > 0) {
      const { url, image } = queue.pop();
      loading += 1;
      const done = () => {
        loading -= 1;
        store.touch("pictures");
        next();
      };
      image.onload = done;
      image.onerror = () => {
        image.broken = true;
        done();
      };
      if (url.startsWith(WHOLE)) fetchWhole(url, image);
      else image.src = url;
    }
  }

  /** A full-size picture is drawn while we wait; where that fails, the server's sentence is said. */
  async function fetchWhole(url, image) {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error((await response.json()).detail);
      image.src = URL.createObjectURL(await response.blob());
      await image.decode();
      URL.revokeObjectURL(image.src);
    } catch (error) {
      if (url.includes(`state=${store.state.take.state}`)) say(`This picture could not be drawn in full size: ${error.message}`, "problem");
      image.onerror();
    }
  }

  function begin(url, ahead) {
    const image = new Image();
    image.decoding = "async";
    images.set(url, image);
    queue[ahead ? "unshift" : "push"]({ url, image });
    if (images.size > KEPT) images.delete(images.keys().next().value);
    next();
    return image;
  }

  /** The image of an address if it is there; otherwise null, and it is on its way. */
  function image(url) {
    const known = images.get(url) ?? begin(url, false);
    return known.complete && known.naturalWidth > 0 ? known : null;
  }

  /** Fetch a picture when nothing else is wanted. */
  function ahead(url) {
    if (!images.has(url)) begin(url, true);
  }

  /** Whether an image has come; asking fetches nothing. */
  const isThere = (url) => Boolean(images.get(url)?.complete);

  const isBroken = (url) => Boolean(images.get(url)?.broken);

  // ------------------------------------------------------------------------------------------- what shows a frame

  /** Learn of drawn pictures [{frame, view, url, origin}] of a state of a take. */
  function know(takeState, messages) {
    if (!drawn.has(takeState)) drawn.set(takeState, new Map());
    const known = drawn.get(takeState);
    for (const { frame, view, url, origin } of messages) known.set(`${frame}/${view}`, { url: route(url), origin });
    if (messages.length > 0) store.touch("pictures");
  }

  const isDirty = (take, frame, view) => take.dirty[view]?.some(([from, to]) => from <= frame && frame <= to) ?? false;

  /** [[frame, view index], …] that the take changes and that are not drawn yet. */
  function missing(take, scene) {
    const known = drawn.get(take.state);
    const out = [];
    scene.views.forEach((view, index) => {
      for (const [from, to] of take.dirty[view.name] ?? []) {
        for (let frame = from; frame <= to; frame += 1) {
          if (scene.frames[frame].pictures[index]?.exists && !known?.has(`${frame}/${view.name}`)) out.push([frame, index]);
        }
      }
    });
    return out;
  }

  const recordedUrl = (scene, picture, full) =>
    route(`recorded/${encodeURIComponent(scene.name)}/${picture.token}${full ? "?full=1" : ""}`);

  /** What to show of a take (null: the recording): its address, and whether it is "recorded", "draft", "waiting" or "missing". */
  function source(take, frame, viewIndex, full = false) {
    const { scene } = store.state;
    const picture = scene.frames[frame].pictures[viewIndex];
    if (!picture?.exists) return { url: null, tier: "missing" };
    const view = scene.views[viewIndex].name;
    const recorded = recordedUrl(scene, picture, full);
    if (!take || !isDirty(take, frame, view)) return { url: recorded, tier: "recorded" };
    const found = drawn.get(take.state)?.get(`${frame}/${view}`);
    if (!found) return { url: recorded, tier: "waiting" };
    if (!full) return { url: found.url, tier: found.origin };
    const whole = `${WHOLE}?scene=${encodeURIComponent(scene.name)}&take=${take.id}&state=${take.state}&frame=${frame}&view=${view}`;
    return { url: whole, small: found.url, tier: found.origin };
  }

  return { image, ahead, isThere, isBroken, know, isDirty, missing, source };
}
