/** The camera pictures with boxes drawn over them, each with a wipe between the take and what it is compared with. */

import "./projection.js";
import { fitted, make } from "./dom.js";
import { actorName, actorsNow, askedLight, categoryColour } from "./scenario.js";
import { createLens } from "./views_lens.js";
import { CLASH, clashing, overlapWords } from "./overlaps.js";
import { layout } from "./views_layout.js";

const { apply, clipLine, project, BOX_EDGES } = globalThis.RetakeProjection;
const WIPED = 0.02; // of a picture: a side of the wipe that is narrower is not seen
const CAPTION_PX = 22; // what stands over the top of a picture
const FRONT = [[0, 1], [1, 2], [2, 3], [3, 0]];
const TIERS = {
  recorded: "recorded", draft: "draft", preview: "generated · preview", anchor: "generated · anchor", refined: "generated · refined",
  waiting: "drawing …", missing: "no picture",
};
const TOPICS = [
  "scene", "take", "earlier", "frame", "selected", "hovered", "gesture", "waiting", "layers", "expanded", "zoom", "wipe", "compared", "pictures", "resting", "draft", "size", "manner", "halted",
];

const PASSING = ["pictures", "draft", "gesture", "waiting", "hovered"]; // change often, and few of the pictures: see `glance`
const WIDEST = 3; // how far to the side of a camera's axis, per metre ahead, a view may reach

/** "CAM_FRONT_LEFT" → "Front left". */
export function viewWord(name) {
  const words = name.replace(/^CAM_/, "").toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function createViews(grid, store, pictures) {
  const { state } = store;
  const { lens, boxes } = createLens(store);
  let tiles = []; // [{canvas, badge, figure, index, view, glance, isRough}]
  let built = null;
  const resized = new ResizeObserver(() => store.touch("size"));

  // ------------------------------------------------------------------------------------------- tiles

  function tile(view, index) {
    const canvas = make("canvas", { tabindex: 0, role: "img", class: "view-canvas", "aria-label": `${viewWord(view.name)} camera` });
    const badge = make("span", { class: "tier" });
    const full = make("button", {
      class: "quiet full", type: "button", title: `Large, or all alike (${index + 1})`, "aria-label": `${viewWord(view.name)} in full size`,
      onclick: () => store.set({ expanded: state.expanded === index ? null : index }),
      text: "⤢",
    });
    const caption = make("figcaption", {}, make("b", { text: viewWord(view.name) }), badge, full);
    const figure = make("figure", { class: "view", "data-view": view.name }, canvas, caption);
    return { canvas, badge, figure, index, view, glance: null, isRough: false };
  }

  function build() {
    built = state.scene.name;
    store.set({ zoom: null });
    tiles = state.scene.views.map(tile);
    grid.replaceChildren(...tiles.map(({ figure }) => figure));
    resized.disconnect();
    for (const element of [grid, ...tiles.map(({ canvas }) => canvas)]) resized.observe(element);
    grid.classList.toggle("synthetic-scene", state.scene.synthetic);
  }

  function arrange() {
    const places = new Map(layout(tiles, state.expanded, grid.clientWidth, grid.clientHeight).map((place) => [place.tile, place]));
    for (const tile of tiles) {
      const place = places.get(tile);
      tile.figure.hidden = !place;
      tile.figure.classList.toggle("alone", state.expanded === tile.index);
      for (const side of ["left", "top", "width", "height"]) if (place) tile.figure.style[side] = `${place[side]}px`;
    }
  }

  // ------------------------------------------------------------------------------------------- drawing

  function line(context, view, a, b) {
    const ends = clipLine(a, b);
    if (!ends) return;
    const [p, q] = ends.map((end) => project(view, end));
    context.moveTo(p[0], p[1]);
    context.lineTo(q[0], q[1]);
  }

  function drawBox(context, view, { actor, corners, outline, depth }, scale) {
    const selected = actor.id === state.selected, hovered = actor.id === state.hovered;
    const isClash = clashing(state).has(actor.id), colour = isClash ? CLASH : categoryColour(actor.category);
    context.globalAlpha = selected || hovered ? 1 : Math.min(0.85, Math.max(0.25, 1.1 - depth / 70));
    if (selected) {
      context.fillStyle = `${colour}26`;
      trace(context, outline);
      context.fill();
    }
    context.lineWidth = (selected ? 2 : hovered ? 1.8 : 1) * scale;
    context.strokeStyle = selected && !isClash ? "#ffffff" : colour;
    context.beginPath();
    for (const [i, j] of BOX_EDGES) line(context, view, corners[i], corners[j]);
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth *= 1.8; // the front face is the heavier one
    context.beginPath();
    for (const [i, j] of FRONT) line(context, view, corners[i], corners[j]);
    context.stroke();
    context.globalAlpha = 1;
    if (selected || hovered) drawLabel(context, view, actor, outline, scale);
  }

  const actorsOf = (take) => take?.actors ?? state.scene.actorsById;

  /** Who is not where a picture of a take (null: the recording) has it: whoever is being moved, and whom edits have changed since. */
  function displaced(of) {
    const ids = new Set([...(state.gesture?.actors?.keys() ?? []), ...(state.waiting?.actors?.keys() ?? [])]);
    if (of === state.take) return ids;
    if (of === null) return new Set([...ids, ...state.take.changed]);
    const { actors } = state.take;
    return new Set([...ids, ...[...of.actors.keys(), ...actors.keys()].filter((id) => of.actors.get(id) !== actors.get(id))]);
  }

  /** Until the draft is there: the places that actors have left are dimmed, and their pixels go along with their boxes. */
  function drawGhosts(context, through, index, { of, image }) {
    const ids = displaced(of), now = lens(index, of);
    const left = [...ids].map((id) => actorsOf(of).get(id)).filter(Boolean);
    context.fillStyle = "rgba(14, 17, 22, 0.5)";
    for (const { outline } of boxes(now, left)) {
      trace(context, outline);
      context.fill();
    }
    const moved = [...actorsNow(state).values()].filter(({ id }) => ids.has(id));
    const recorded = pictures.shown(null, state.frame, index, isFull(index)).image;
    for (const box of boxes(through, moved)) {
      drawGhost(context, box, lookIn(box.actor, index, of, image) ?? lookIn(box.actor, index, null, recorded));
    }
  }

  /** Where a picture of a take (null: the recording) shows an actor, or whom he is a copy of: {was: his box there, view, image};
   * null where it does not. */
  function lookIn({ id, source }, index, of, image) {
    const actor = actorsOf(of).get(id) ?? actorsOf(of).get(source?.replace("actor:", ""));
    const there = lens(index, of), was = actor && there && image ? boxes(there, [actor])[0] : null;
    return was?.middle ? { was, view: there.view, image } : null;
  }

  /** The pixels of one actor, shifted and scaled to where its box is now. */
  function drawGhost(context, { middle, depth }, look) {
    if (!look || !middle) return;
    const { was, view, image } = look;
    context.save();
    context.translate(middle[0], middle[1]);
    context.scale(was.depth / depth, was.depth / depth);
    context.translate(-was.middle[0], -was.middle[1]);
    trace(context, was.outline);
    context.clip();
    context.globalAlpha = 0.9;
    drawPicture(context, image, view);
    context.restore();
  }

  function trace(context, outline) {
    context.beginPath();
    outline.forEach(([u, v], i) => (i === 0 ? context.moveTo(u, v) : context.lineTo(u, v)));
  }

  function drawLabel(context, view, actor, outline, scale) {
    const overlaps = actor.id === state.gesture?.id ? overlapWords(state) : null;
    const name = actorName(state, actor) + (overlaps ? ` overlaps ${overlaps}` : "");
    context.font = `600 ${11 * scale}px system-ui, sans-serif`;
    const width = context.measureText(name).width + 10 * scale, height = 17 * scale;
    const left = Math.min(Math.max(Math.min(...outline.map((p) => p[0])), 0), view.width - width);
    const top = Math.max(Math.min(...outline.map((p) => p[1])) - height - 2 * scale, CAPTION_PX * scale);
    context.fillStyle = "rgba(14, 17, 22, 0.85)";
    context.fillRect(left, top, width, height);
    context.fillStyle = overlaps ? CLASH : "#ffffff";
    context.fillText(name, left + 5 * scale, top + 12.5 * scale);
  }

  /** The selected actor's path on the ground. */
  function drawPath(context, through, actor, scale) {
    context.beginPath();
    context.strokeStyle = categoryColour(actor.category);
    context.lineWidth = 1.5 * scale;
    const places = actor.track.map(([, x, y, z]) => apply(through.T_camera_world, [x, y, z - actor.size[2] / 2]));
    for (let i = 1; i < places.length; i += 1) line(context, through.view, places[i - 1], places[i]);
    context.stroke();
  }

  function drawBoxes(context, through, actors, scale) {
    const isAsked = state.layers.boxes || state.gesture !== null || state.waiting !== null; // without boxes, only whoever is in hand
    const chosen = isAsked ? actors.get(state.selected) : undefined, hovered = actors.get(state.hovered);
    const shown = state.layers.boxes ? [...actors.values()] : [...new Set([chosen, hovered])].filter(Boolean);
    if (chosen && state.layers.paths) drawPath(context, through, chosen, scale);
    const found = boxes(through, shown);
    for (const box of found) if (box.actor !== chosen) drawBox(context, through.view, box, scale);
    for (const box of found) if (box.actor === chosen) drawBox(context, through.view, box, scale);
  }

  const isFull = (index) => state.expanded === index && state.resting;

  /** One side of the wipe: the picture of a take (null: the recording) and its boxes; returns what is shown. */
  function drawSide(context, index, take, actors, width) {
    const found = pictures.shown(take, state.frame, index, isFull(index));
    const through = lens(index, take);
    if (!through) return found;
    const scale = through.view.width / width;
    if (found.image) drawPicture(context, found.image, through.view);
    if (take === state.take && found.image && displaced(found.of).size > 0) drawGhosts(context, through, index, found);
    drawBoxes(context, through, actors, scale);
    return !found.image && found.url && pictures.isBroken(found.url) ? { ...found, tier: "missing" } : found;
  }

  /** A fitted picture has its view's shape; the recorded one fills its own. */
  function drawPicture(context, image, view) {
    context.imageSmoothingQuality = isHurried() ? "low" : "medium"; // without a GPU, better ones take longer than a frame
    const { by, left, top } = view.zoom ?? { by: 1, left: 0, top: 0 };
    const scale = Math.max(view.width / image.naturalWidth, view.height / image.naturalHeight);
    const [wide, high] = [image.naturalWidth * scale, image.naturalHeight * scale];
    const [u, v] = [(view.width - wide) / 2 - left * view.width, (view.height - high) / 2 - top * view.height];
    context.drawImage(image, u * by, v * by, wide * by, high * by);
  }

  function drawWipe(context, index, view, width) {
    const at = state.wipe.at * view.width, scale = view.width / width;
    context.save();
    context.beginPath();
    context.rect(0, 0, at, view.height);
    context.clip();
    const { tier } = drawSide(context, index, state.compared, state.compared ? state.compared.actors : state.scene.actorsById, width);
    context.restore();
    context.fillStyle = "#ffffff";
    context.fillRect(at - scale, 0, 2 * scale, view.height);
    context.beginPath();
    context.arc(at, view.height / 2, 7 * scale, 0, 2 * Math.PI);
    context.fill();
    label(context, state.compared?.name ?? (state.scene.synthetic ? "Unchanged" : "Recorded"), Math.max(at - 8 * scale, 0), view.height - 8 * scale, scale, "right");
    label(context, state.take.name, at + 8 * scale, view.height - 8 * scale, scale, "left");
    return tier;
  }

  function label(context, text, x, y, scale, side) {
    context.font = `600 ${11 * scale}px system-ui, sans-serif`;
    context.textAlign = side;
    context.lineWidth = 3 * scale;
    context.strokeStyle = "rgba(14, 17, 22, 0.8)";
    context.strokeText(text, x, y);
    context.fillStyle = "#ffffff";
    context.fillText(text, x, y);
    context.textAlign = "left";
  }

  /** What a picture is called, and what it does not show yet of the light that the take asks for; a small one says the latter alone.
   * Of two beside each other, what either is; of one that the other covers, nothing. */
  function drawBadge({ badge, index }, { tier, isMade }, compared) {
    if (compared !== null) {
      const sides = [...(state.wipe.at > WIPED ? [[compared, state.compared]] : []), ...(state.wipe.at < 1 - WIPED ? [[tier, state.take]] : [])];
      const words = sides.map(([each, take]) => tierWord(each, index, take));
      badge.dataset.tier = state.wipe.at < 1 - WIPED ? tier : compared;
      badge.classList.remove("unlit");
      return badge.replaceChildren([...new Set(words)].join(" | "));
    }
    const light = state.model && !isMade && tier !== "missing" ? askedLight(state.take) : [];
    const zoom = state.expanded === index && state.zoom ? ` · ${state.zoom.by.toFixed(1)}×` : "";
    const [word, unlit] = [tierWord(tier, index), light.length > 0 ? `not yet ${light.join(", ")}` : ""];
    badge.dataset.tier = tier;
    badge.classList.toggle("unlit", unlit !== "");
    return badge.replaceChildren(make("span", { text: word + (unlit ? ", " : "") }), unlit + zoom);
  }

  function tierWord(tier, index, take = state.take) {
    if (tier === "recorded" && state.scene.synthetic) return "synthetic";
    if (tier === "waiting" && !state.draft) return "not drawn";
    const whole = ["draft", "anchor", "refined"].includes(tier) && isFull(index) ? pictures.source(take, state.frame, index, true).url : null;
    if (!whole || pictures.image(whole)) return TIERS[tier];
    return `${TIERS[tier]}, ${pictures.isBroken(whole) ? "small" : "full size follows …"}`;
  }

  function drawTile(tile) {
    const { canvas, figure, index, view } = tile;
    if (figure.hidden) return;
    const { context, width, height } = fitted(canvas);
    if (width === 0) return;
    const shown = state.expanded === index ? view : view.small;
    context.fillStyle = "#0b0d11";
    context.fillRect(0, 0, width, height);
    context.save();
    context.scale(width / shown.width, height / shown.height);
    const found = drawSide(context, index, state.take, actorsNow(state), width);
    const compared = state.wipe.on ? drawWipe(context, index, shown, width) : null;
    context.restore();
    drawBadge(tile, found, compared);
    figure.classList.toggle("wiping", state.wipe.on);
  }

  const isHurried = () => Boolean(state.gesture || state.waiting || !state.resting);

  /** What a tile shows of all that changes while pictures arrive or an actor is dragged. */
  function glance({ index }) {
    const through = lens(index), actors = actorsNow(state);
    const sides = state.wipe.on ? [state.take, state.compared, null] : [state.take, null];
    const found = sides.map((take) => pictures.standing(take, state.frame, index, isFull(index)));
    const sources = found.map(({ url, small, tier, wanted }) => [tier, url, pictures.isThere(url), pictures.isThere(small), pictures.isBroken(url), wanted]);
    const moved = [...displaced(state.take)];
    const places = moved.flatMap((id) => [actors.get(id), state.take.actors.get(id), state.scene.actorsById.get(id)]).filter(Boolean);
    const hovered = [actors.get(state.hovered)].filter(Boolean);
    const outlines = through ? [places, hovered].map((some) => boxes(through, some).map(({ actor, outline }) => [actor.id, outline])) : [];
    const path = through && moved.includes(state.selected) ? pathAhead(through, actors.get(state.selected)) : [];
    return JSON.stringify([Boolean(state.draft), sources, outlines, path]);
  }

  /** The places of an actor's path that may show in a picture. */
  function pathAhead(through, actor) {
    const places = (actor?.track ?? []).map(([, ...pose]) => apply(through.T_camera_world, pose));
    return places.filter(([x, , z]) => z > 0 && Math.abs(x) < WIDEST * z);
  }

  function draw(_, fields) {
    if (!state.scene) return;
    if (built !== state.scene.name) build();
    if (["scene", "expanded", "size"].some((field) => fields.has(field))) arrange();
    const isBent = state.gesture?.ego || state.waiting?.ego;
    const inPart = !isBent && [...fields].filter((field) => TOPICS.includes(field)).every((field) => PASSING.includes(field));
    for (const each of tiles) {
      const now = glance(each);
      if (inPart && now === each.glance && (isHurried() || !each.isRough)) continue;
      Object.assign(each, { glance: now, isRough: isHurried() });
      drawTile(each);
    }
  }

  store.watch(["expanded"], () => store.set({ zoom: null }));
  store.watch(TOPICS, draw);
  return { lens, boxes, tiles: () => tiles };
}
