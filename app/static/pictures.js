/** The pictures that have come so far: recorded ones by their name, drawn ones by the state of the take that they show. */

import { askedLight } from "./scenario.js";
import { route } from "./server.js";

// Fewer together than a browser's connections to one host, two of which are streams: an edit never waits behind pictures, nor a
// small one behind those that are drawn in full size while we wait.
const AT_ONCE = { small: 2, whole: 1 };
const KEPT = 1600;
const STATES_KEPT = 100; // of takes, whose drawn pictures are known; the server tells of them once more when one comes back
const AGAIN_MS = 3000; // after which a picture that did not come may be asked for again
const WHOLE = route("whole");

export function createPictures(store, say) {
  const images = new Map(); // url → HTMLImageElement; the oldest first
  const queues = { small: [], whole: [] };
  const loading = { small: 0, whole: 0 };
  const drawn = new Map(); // state of a take → Map(`named` → {url, origin, tier})
  const spans = new WeakMap(); // what the world model can do for a scene → Map(first frame of a segment → all its frames)
  const previews = new Map(); // the same, but only of what is under way

  // ------------------------------------------------------------------------------------------- loading

  const laneOf = (url) => (url.startsWith(WHOLE) ? "whole" : "small");

  function next(lane) {
    while (loading[lane] < AT_ONCE[lane] && queues[lane].length > 0) {
      const { url, image } = queues[lane].pop();
      loading[lane] += 1;
      let isDone = false;
      const done = () => {
        if (isDone) return; // bytes that are no picture are an error of the image, and of whoever decodes them
        isDone = true;
        loading[lane] -= 1;
        store.touch("pictures");
        next(lane);
      };
      image.onload = done;
      image.onerror = () => {
        image.broken = true;
        if (!image.refused) setTimeout(() => letGo(url, image), AGAIN_MS);
        done();
      };
      if (lane === "whole") fetchWhole(url, image);
      else image.src = url;
    }
  }

  function letGo(url, image) {
    if (images.get(url) === image) images.delete(url);
    store.touch("pictures");
  }

  /** A full-size picture is drawn while we wait; where that fails, the server's sentence is said. */
  async function fetchWhole(url, image) {
    try {
      const response = await fetch(url);
      image.refused = response.status === 422; // as it would be again
      if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? `the server answered ${response.status}`);
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
    queues[laneOf(url)][ahead ? "unshift" : "push"]({ url, image });
    if (images.size > KEPT) images.delete(images.keys().next().value);
    next(laneOf(url));
    return image;
  }

  /** Whether an image has come. One that waits for its turn has no address yet, and counts as complete. */
  const hasCome = (image) => Boolean(image?.complete && image.naturalWidth > 0);

  /** The image of an address if it is there; otherwise null, and it is on its way. */
  function image(url) {
    const known = images.get(url) ?? begin(url, false);
    return hasCome(known) ? known : null;
  }

  /** Fetch a picture when nothing else is wanted. */
  function ahead(url) {
    if (!images.has(url)) begin(url, true);
  }

  /** Whether an image has come; asking fetches nothing. */
  const isThere = (url) => hasCome(images.get(url));

  const isBroken = (url) => Boolean(images.get(url)?.broken);

  // ------------------------------------------------------------------------------------------- what shows a frame

  const mannerName = ({ weights, guidance, steps }) => `${weights} ${guidance} ${steps}`;
  const named = (tier, manner, frame, view) => (tier === "draft" ? `${frame}/${view}` : `${tier} ${mannerName(manner)} ${frame}/${view}`);

  /** Learn of drawn pictures [{frame, view, url, origin, tier, manner}] of a state of a take. */
  function know(takeState, messages) {
    for (const { frame, view, url, origin, tier, manner, preview = false } of messages) {
      const kept = preview ? previews : drawn, known = kept.get(takeState) ?? new Map();
      kept.delete(takeState); // the newest come last
      kept.set(takeState, known);
      const name = named(tier, manner, frame, view), { url: last = null } = previews.get(takeState)?.get(name) ?? {};
      known.set(name, { url: route(url), origin, tier: preview ? "preview" : tier, last });
    }
    if (messages.length === 0) return;
    forgetOldest();
    store.touch("pictures");
  }

  function forgetOldest() {
    const { take, compared } = store.state;
    for (const takeState of [...drawn.keys()].slice(0, Math.max(drawn.size - STATES_KEPT, 0))) {
      if (takeState !== take?.state && takeState !== compared?.state) drawn.delete(takeState);
    }
  }

  function forgetPreviews() {
    previews.clear();
    store.touch("pictures");
  }

  /** What the world model made of a picture in the present manner, the best first; with `forming`, previews too. */
  function allGenerated(take, frame, view, forming) {
    const { manner } = store.state, kept = [drawn.get(take.state), forming ? previews.get(take.state) : null];
    if (!manner) return [];
    const names = ["refined", "anchor"].map((tier) => named(tier, manner, frame, view));
    return kept.flatMap((known) => names.map((name) => known?.get(name))).filter(Boolean);
  }

  const generated = (take, frame, view) => allGenerated(take, frame, view, false)[0] ?? null;

  const isIn = (ranges, frame) => ranges?.some(([from, to]) => from <= frame && frame <= to) ?? false;

  /** Whether a frame is among those of any view. */
  const isWithin = (rangesByView, frame) => Object.values(rangesByView).some((ranges) => isIn(ranges, frame));

  const isDirty = (take, frame, view) => isIn(take.dirty[view], frame);

  /** The views that the take changes in a frame, or would have the world model change. */
  const stale = (take, frame) => store.state.scene.views.filter(({ name }, index) => isIn(take.stale[name], frame) && store.state.scene.frames[frame]?.pictures[index]?.exists);

  /** [[frame, view index], …] that the take changes and that are not drawn yet. */
  function missing(take, scene) {
    const known = drawn.get(take.state);
    const out = [];
    scene.views.forEach((view, index) => {
      for (const [from, to] of take.dirty[view.name] ?? []) {
        for (let frame = from; frame <= to; frame += 1) {
          if (scene.frames[frame]?.pictures[index]?.exists && !known?.has(named("draft", null, frame, view.name))) out.push([frame, index]);
        }
      }
    });
    return out;
  }

  // ------------------------------------------------------------------------------------------- anchors and segments

  const segments = () => store.state.model.anchors.slice(1).map((last, i) => [store.state.model.anchors[i], last]);

  /** The frames of the segment that begins with an anchor; those that lack a picture are in none, but of views that never have
   * one. */
  function segmentFrames(first) {
    const { model, scene, scene: { frames } } = store.state;
    if (!spans.has(model)) {
      const has = scene.views.map((_, view) => frames.some((frame) => frame.pictures[view]?.exists));
      const isComplete = (frame) => frames[frame].pictures.every((picture, view) => picture?.exists || !has[view]);
      const within = ([from, to]) => frames.map((_, i) => i).slice(from, to + 1).filter(isComplete);
      spans.set(model, new Map(segments().map((segment) => [segment[0], within(segment)])));
    }
    return spans.get(model).get(first) ?? [];
  }

  const without = (take, frames, isMade) => frames.flatMap((frame) => stale(take, frame).filter(({ name }) => !isMade(generated(take, frame, name))).map(({ name }) => [frame, name]));

  /** [[frame, view], …] of anchors that are still to be drawn. */
  const unanchored = (take) => without(take, store.state.model.anchors, Boolean);

  /** [[frame, view], …] of a frame that are still to be drawn at all, where the take asks for another light: no draft shows it. */
  function unlit(take, frame) {
    const { model } = store.state, isDrawable = model.anchors.includes(frame) || segments().some(([first]) => segmentFrames(first).includes(frame));
    return askedLight(take).length > 0 && isDrawable ? without(take, [frame], Boolean) : [];
  }

  /** [[frame, view], …] of a segment that are still to be refined. */
  const unrefined = (take, first) => without(take, segmentFrames(first), (made) => made?.tier === "refined");

  /** How many views of a frame the take changes, and how many of them show which tier. */
  function tiers(take, frame) {
    const { model } = store.state, count = { changed: 0, draft: 0, anchor: 0, refined: 0 };
    const known = drawn.get(take.state);
    const views = model ? stale(take, frame) : store.state.scene.views.filter(({ name }) => isDirty(take, frame, name));
    for (const { name } of views) {
      const tier = (model ? generated(take, frame, name)?.tier : null) ?? (known?.has(named("draft", null, frame, name)) ? "draft" : null);
      count.changed += 1;
      if (tier) count[tier] += 1;
    }
    return count;
  }

  // ------------------------------------------------------------------------------------------- which picture

  const recordedUrl = (scene, picture, full) =>
    route(`recorded/${encodeURIComponent(scene.name)}/${picture.token}${full ? "?full=1" : ""}`);

  /** A drawn picture in full size, and the small one to show until that has come. */
  function large(take, frame, view, { url, origin, tier }) {
    const of = { scene: store.state.scene.name, take: take.id, state: take.state, frame, view };
    const words = new URLSearchParams(tier === "draft" ? of : { ...of, tier, ...store.state.manner });
    return { url: `${WHOLE}?${words}`, small: url, tier: tier === "draft" ? origin : tier };
  }

  /** What may be shown of a take (null: the recording), the best first: {url, small: to be shown until a full one has come, tier,
   * of: the take that it shows; null: the recording; isMade: whether by the world model, in the light that is asked for}. A tier is
   * "recorded", "draft", "preview", "anchor", "refined", "waiting" or "missing". Of the open take, what it was before its last edits
   * comes before the recording; in another light, where that showed it and the world model will, before the draft, too. */
  function sources(take, frame, viewIndex, full = false) {
    const { scene } = store.state;
    const picture = scene.frames[frame].pictures[viewIndex], view = scene.views[viewIndex].name;
    if (!picture?.exists) return [{ url: null, small: null, tier: "missing", of: null }];
    const onDisk = { url: recordedUrl(scene, picture, full), small: full ? recordedUrl(scene, picture, false) : null };
    const recorded = { ...(picture.beyond ? { url: null, small: null } : onDisk), tier: picture.beyond ? "missing" : "recorded", of: null };
    if (!take) return [recorded];
    const own = drawnOf(take, frame, view, full, true), isOpen = take === store.state.take;
    const lit = isOpen && !own.some(({ isMade }) => isMade) && !store.state.halted ? litBefore(frame, view, full) : [];
    if (lit.length === 0 && !isDirty(take, frame, view)) return [...own, recorded];
    const before = isOpen ? asItWas(frame, view, full) : [];
    return [...lit, ...own, ...before, recorded].map((source) => (source.of === take ? source : { ...source, tier: "waiting" }));
  }

  /** What was drawn of a take, generated or as a draft, the best first. */
  function drawnOf(take, frame, view, full, forming) {
    const draft = drawn.get(take.state)?.get(named("draft", null, frame, view)), isWhole = ({ tier }) => full && tier !== "preview";
    const small = ({ url, origin, tier }) => ({ url, small: null, tier: tier === "draft" ? origin : tier });
    const all = allGenerated(take, frame, view, forming), made = all[0]?.origin === "generated" ? all : [];
    const before = made.filter(({ last }) => last).map((each) => ({ ...each, url: each.last, tier: "preview" }));
    const found = [...made, ...before, ...(draft ? [draft] : [])];
    return found.map((each) => ({ ...(isWhole(each) ? large(take, frame, view, each) : small(each)), of: take, isMade: each !== draft }));
  }

  /** What was drawn of some earlier states; in full size where that is there, since nothing of it is asked any more. */
  function drawnBefore(states, frame, view, full) {
    const found = states.flatMap((was) => drawnOf(was, frame, view, full, false));
    return found.map((each) => (each.small && !isThere(each.url) ? { ...each, url: each.small, small: null } : each));
  }

  /** What was drawn of the open take before its last edits, back to where it was as recorded. */
  function asItWas(frame, view, full) {
    const { earlier } = store.state, back = earlier.findIndex((was) => !isDirty(was, frame, view));
    return drawnBefore(earlier.slice(0, back < 0 ? earlier.length : back + 1), frame, view, full);
  }

  /** What the world model drew of the open take before its last edits, back to where another light was asked for. */
  function litBefore(frame, view, full) {
    const { take, earlier } = store.state, light = askedLight(take).join();
    const back = earlier.findIndex((was) => askedLight(was).join() !== light);
    return light ? drawnBefore(earlier.slice(0, back < 0 ? earlier.length : back), frame, view, full).filter(({ isMade }) => isMade) : [];
  }

  /** What is to be shown of a take in the end. */
  const source = (take, frame, viewIndex, full = false) => sources(take, frame, viewIndex, full)[0];

  const isReady = ({ url, small }) => isThere(url) || isThere(small);

  /** What can be shown of a take by now, and the address of what is `wanted` in its place; asking fetches nothing. */
  function standing(take, frame, viewIndex, full) {
    const all = sources(take, frame, viewIndex, full), [best] = all;
    return { ...(isBroken(best.url) ? best : all.find(isReady) ?? best), wanted: best.url };
  }

  /** The same with its image (null where nothing has come), while the best is on its way. */
  function shown(take, frame, viewIndex, full) {
    const { url, small } = source(take, frame, viewIndex, full);
    if (!(url && image(url)) && small) image(small);
    const found = standing(take, frame, viewIndex, full);
    return { ...found, image: [found.url, found.small].filter(isThere).map(image)[0] ?? null };
  }

  return {
    image, ahead, isThere, isBroken, know, forgetPreviews, isWithin, isDirty, missing, segments, segmentFrames, unanchored, unlit, unrefined, tiers, source, standing, shown,
  };
}
