/** The property panel: category, size, colour, heading, speed, presence and keyframes of the actor, or the bends of the ego path. */

import { make, option, seconds } from "./dom.js";
import { actorName, actorNow, categoryColour, categoryWord, timeNow } from "./scenario.js";
import { handleTimes, offsetAt, offsetsWith } from "./ego_path.js";
import { isTypedInto, listenToNumber } from "./fields.js";
import { actorAt, MPS_TO_KMH, poseAt, velocityAt, yawOf } from "./tracks.js";
import { createCharts } from "./charts.js";
import { lookOptions, modelOf, ownOptions } from "./looks.js";

const TOPICS = ["scene", "take", "frame", "selected", "gesture", "waiting", "playing"];
const STEP_M = 2;
const MANY_KEYFRAMES = 26; // more than two lines of them
const SIZE_M = { unit: "m", least: 0.05, most: 40 };
const SPEED_KMH = { unit: "km/h", least: 0, most: 250 };
const SLOWEST_KMH = 0.5; // below, it is to stop
const STOP_MPS2 = 3; // how hard it brakes then, in the mean
const LEAST_STOP_M = 0.3;
const BEND_M = { unit: "m", least: -20, most: 20 };
const UNLIKE = 1.5; // times as long, wide or high as its category is or the other way round: another kind's box
const STANDS_M = 1; // a path shorter than this has no speed to be given

export function createActorPanel(root, store, take, actions, say) {
  const { state } = store;
  let built = { kind: null, scene: null };
  let fields = {};
  const charts = make("canvas", { class: "charts", role: "img", "aria-label": "Speed, acceleration and clearance over time" });
  createCharts(charts, store);

  // ------------------------------------------------------------------------------------------- parts

  const labelled = (text, ...inputs) => make("label", { class: "row" }, make("span", { text }), ...inputs);

  function number(name, step, wanted, onchange) {
    const input = make("input", { type: "number", step, "aria-label": name });
    listenToNumber(input, { name, ...wanted }, onchange, (sentence) => {
      say(sentence, "problem");
      draw();
    });
    return make("span", { class: "number" }, input, make("i", { text: wanted.unit }));
  }

  const button = (text, name, label) => make("button", { type: "button", class: "button small", "aria-label": label ?? null, onclick: () => actions.perform(name), text });

  /** Show a value, unless it is just being typed. */
  function show(input, value) {
    const field = input.querySelector?.("input") ?? input;
    if (field.value !== value && root.ownerDocument.activeElement !== field) field.value = value;
  }

  // ------------------------------------------------------------------------------------------- edits

  const chosen = () => actorNow(state, state.selected);

  /** Whom a field is about, and what moment: what it showed when somebody went into it, whatever is selected or shown by now. */
  let meant = { id: null, t: 0 };
  const mean = () => { meant = { id: state.selected, t: timeNow(state) }; };
  root.addEventListener("focusin", mean);

  /** Whether somebody is in a field, which then goes on showing what it showed. */
  function isHeld() {
    const element = root.ownerDocument.activeElement;
    return root.contains(element) && (isTypedInto(element) || element.tagName === "SELECT");
  }

  /** Change whom a field is about; who has gone in the meantime stays gone. */
  const changing = (change) => (...values) => {
    const actor = actorNow(state, meant.id);
    return actor ? change(actor, ...values) : draw();
  };

  function resize(actor, axis, value) {
    if (value === actor.size[axis]) return draw();
    const size = actor.size.map((each, i) => (i === axis ? value : each));
    return take.commit({ kind: "resize", actor: actor.id, size_lwh: size });
  }

  function turnTo(actor, degrees) {
    const { t } = meant, pose = actorAt(actor, t);
    if (!pose) return draw();
    const by = (degrees * Math.PI) / 180 - yawOf(pose);
    const angle = Math.atan2(Math.sin(by), Math.cos(by));
    return take.commit({ kind: "rotate", actor: actor.id, t_us: t, by_rad: angle, scope: state.scope });
  }

  const isSame = (one, other) => one.every((side, i) => side === other[i]);
  const wasRecorded = ({ id }) => state.scene.actorsById.get(id);

  /** The size that an actor takes on as a category: its own, or that category's where its own would be a toy or a giant; and what
   * it was before it took one on so. */
  function sizeAs(category, actor) {
    const usualOf = (name) => state.categories.find((each) => each.name === name)?.size;
    const recorded = wasRecorded(actor), isTakenOn = recorded && isSame(actor.size, usualOf(actor.category) ?? []);
    const own = isTakenOn ? recorded.size : actor.size, usual = usualOf(category);
    const isUnlike = usual && own.some((side, i) => Math.max(side / usual[i], usual[i] / side) > UNLIKE);
    return isUnlike && category !== recorded?.category ? usual : own;
  }

  /** Another category: as one of its kind or, for who was recorded, its label alone. */
  function relabel(actor, category, keeps = false) {
    const size = sizeAs(keeps ? wasRecorded(actor).category : category, actor);
    const resized = isSame(size, actor.size) ? [] : [{ kind: "resize", actor: actor.id, size_lwh: size }];
    return take.commit([{ kind: "relabel", actor: actor.id, category, keeps_look: keeps }, ...resized]);
  }

  /** An added actor anew in other pixels: as tall as what it now looks like, on the ground that it stood on, on the same way. */
  function lookLike(actor, source) {
    const size = modelOf(state, source)?.size ?? actor.size;
    const lift = (size[2] - actor.size[2]) / 2;
    const track = actor.track.map(([t, x, y, z, ...rotation]) => ({ t_us: t, T_world: { translation: [x, y, z + lift], rotation } }));
    const gone = (from, to) => ({ kind: "delete", actor: actor.id, from_us: from, to_us: to });
    const anew = { kind: "add", actor: actor.id, category: actor.category, size_lwh: size, track, look: { source, colour: actor.colour } };
    return take.commit([gone(null, null), anew, ...actor.absent.map(([from, to]) => gone(from, to))]);
  }

  /** The same way from here on, at another speed; at none it brakes, and stands from then on. */
  function driveAt(actor, kmh) {
    const { t } = meant, isToStop = kmh < SLOWEST_KMH;
    const places = isToStop ? placesUntil(actor, t, brakingWay(actor, t)) : placesAhead(actor, t);
    const speedAt = (i) => (isToStop && i < places.length - 1 ? null : isToStop ? 0 : kmh / MPS_TO_KMH);
    const waypoints = places.map(([x, y], i) => ({ x, y, t_us: null, speed_mps: speedAt(i) }));
    return take.commit({ kind: "path", actor: actor.id, t_us: t, waypoints });
  }

  /** How far it comes until it stands. */
  function brakingWay(actor, t) {
    const mps = Math.hypot(...velocityAt(actor.track, t).slice(0, 2));
    return Math.max((mps * mps) / (2 * STOP_MPS2), LEAST_STOP_M);
  }

  /** The places along the rest of its way that lie within so many metres, and where those end; all where it is shorter. */
  function placesUntil(actor, t, metres) {
    const found = [];
    let [x, y] = poseAt(actor.track, t), left = metres;
    for (const place of placesAhead(actor, t)) {
      const step = Math.hypot(place[0] - x, place[1] - y);
      if (step >= left) return [...found, [x + ((place[0] - x) * left) / step, y + ((place[1] - y) * left) / step]];
      found.push(place);
      [x, y] = place;
      left -= step;
    }
    return found;
  }

  /** Places along the rest of its way, some metres apart; the last is the track's own end. */
  function placesAhead(actor, t) {
    const places = [poseAt(actor.track, t)];
    const end = actor.track.at(-1).slice(1);
    for (const [time, ...pose] of actor.track) {
      const far = (other) => Math.hypot(pose[0] - other[0], pose[1] - other[1]) > STEP_M;
      if (time > t && far(places.at(-1)) && far(end)) places.push(pose);
    }
    return [...places.slice(1), end];
  }

  function deleteFrom(from, to) {
    return take.commit({ kind: "delete", actor: chosen().id, from_us: from, to_us: to });
  }

  // ------------------------------------------------------------------------------------------- an actor

  function buildActor() {
    const category = make("select", {
      "aria-label": "Category", onchange: changing((actor) => relabel(actor, category.value)),
    });
    const colour = make("input", {
      type: "color", "aria-label": "Colour", onchange: changing(({ id }) => take.commit({ kind: "recolour", actor: id, colour: colour.value })),
    });
    const look = make("select", {
      "aria-label": "Looks like",
      onchange: changing((actor) => (wasRecorded(actor) ? relabel(actor, actor.category, look.value !== "") : lookLike(actor, look.value || null))),
    });
    const own = make("button", { type: "button", class: "button small", text: "As recorded", onclick: () => take.commit({ kind: "recolour", actor: chosen().id, colour: null }) });
    fields = {
      title: make("h2"), chip: make("i", { class: "dot-large" }), category, colour, own, look, lookRow: labelled("Looks like", look),
      size: ["Length", "Width", "Height"].map((name, axis) => number(name, 0.1, SIZE_M, changing((actor, value) => resize(actor, axis, value)))),
      heading: number("Heading", 5, { unit: "°" }, changing(turnTo)), speed: number("Speed from here on", 5, SPEED_KMH, changing(driveAt)),
      stop: make("button", { type: "button", class: "button small", text: "Stop", title: "It brakes from here on, and stands", onclick: () => { mean(); driveAt(chosen(), 0); } }),
      keyframes: make("div", { class: "keyframes", role: "group", "aria-label": "Keyframes of this actor" }),
    };
    root.replaceChildren(
      make("div", { class: "title" }, fields.chip, fields.title),
      make("div", { class: "buttons" }, button("Rotate", "rotate"), button("Duplicate", "duplicate"), button("Delete", "delete")),
      labelled("Category", category),
      make("div", { class: "row" }, make("span", { text: "Size, metres" }), make("span", { class: "triple" }, ...fields.size)),
      fields.lookRow,
      labelled("Heading", fields.heading),
      make("div", { class: "row" }, make("span", { text: "Speed from here on" }), make("span", { class: "inline filled" }, fields.speed, fields.stop)),
      make("div", { class: "row" }, make("span", { text: "Colour" }), make("span", { class: "inline" }, colour, own)),
      make("div", { class: "row" }, make("span", { text: "Delete" }), make("span", { class: "inline" },
        make("button", { type: "button", class: "button small", text: "before now", onclick: () => deleteFrom(null, timeNow(state) - 1) }),
        make("button", { type: "button", class: "button small", text: "from now", onclick: () => deleteFrom(timeNow(state), null) }))),
      make("div", { class: "row top" }, make("span", { text: "Keyframes" }), fields.keyframes),
      charts,
    );
  }

  function drawActor(actor) {
    const t = timeNow(state), pose = actorAt(actor, t);
    fields.title.textContent = actorName(state, actor);
    fields.chip.style.background = categoryColour(actor.category);
    drawCategories(actor.category);
    drawLooks(actor);
    fields.size.forEach((input, axis) => show(input, actor.size[axis].toFixed(2)));
    show(fields.heading, pose ? ((yawOf(pose) * 180) / Math.PI).toFixed(0) : "");
    show(fields.speed, (Math.hypot(...velocityAt(actor.track, t).slice(0, 2)) * MPS_TO_KMH).toFixed(1));
    const way = actor.track.reduce((sum, p, i, all) => (i === 0 || p[0] <= t ? sum : sum + Math.hypot(p[1] - all[i - 1][1], p[2] - all[i - 1][2])), 0);
    fields.stop.disabled = fields.speed.querySelector("input").disabled = way < STANDS_M;
    fields.speed.title = way < STANDS_M ? "It stands still: give it a path first" : "";
    if (root.ownerDocument.activeElement !== fields.colour || meant.id !== actor.id) fields.colour.value = actor.colour ?? "#808080";
    fields.own.disabled = actor.colour === null;
    drawKeyframes(actor, t);
  }

  /** The categories there are; one that nuScenes does not know is offered to the actor that has it. */
  function drawCategories(category) {
    if (fields.category.value === category || root.ownerDocument.activeElement === fields.category) return;
    const names = state.categories.map(({ name }) => name);
    if (!names.includes(category)) names.unshift(category);
    fields.category.replaceChildren(...names.map((name) => option(name, categoryWord(state, name), name === category)));
  }

  /** Who was recorded looks as recorded, until it is relabelled; who was added can look like any other of its kind. */
  function drawLooks(actor) {
    const { id, category, source } = actor, recorded = wasRecorded(actor);
    fields.lookRow.hidden = recorded?.category === category;
    const key = `${recorded ? id : ""}/${category}/${source}/${state.scene.name}`;
    if (fields.lookRow.hidden || fields.look.dataset.key === key || root.ownerDocument.activeElement === fields.look) return;
    fields.look.dataset.key = key;
    fields.look.replaceChildren(...(recorded ? ownOptions(source !== null) : lookOptions(state, category, source)));
  }

  function drawKeyframes(actor, t) {
    const key = `${actor.id}/${actor.track.length}/${actor.track[0][0]}`;
    if (fields.keyframes.dataset.key !== key) {
      fields.keyframes.dataset.key = key;
      fields.keyframes.classList.toggle("many", actor.track.length > MANY_KEYFRAMES);
      fields.keyframes.replaceChildren(...actor.track.map((pose) => make("button", {
        type: "button", class: "keyframe", title: seconds(state.scene, pose[0]), "aria-label": `Keyframe at ${seconds(state.scene, pose[0])}`, onclick: () => seekTo(pose[0]),
      })));
    }
    [...fields.keyframes.children].forEach((dot, i) => dot.classList.toggle("now", Math.abs(actor.track[i][0] - t) < 5e4));
  }

  function seekTo(t) {
    const apart = state.scene.frames.map((frame) => Math.abs(frame.t_us - t));
    store.set({ frame: apart.indexOf(Math.min(...apart)), playing: false });
  }

  // ------------------------------------------------------------------------------------------- the ego

  function bendTo(t, name, metres) {
    const offsets = offsetsWith(state.scene, state.take.ego_offsets, t, { [name]: metres });
    if (offsetAt(offsets, t)[name] === offsetAt(state.take.ego_offsets, t)[name]) return draw();
    return take.commit({ kind: "ego_path", offsets });
  }

  function buildEgo() {
    const bend = (t, name, words) => number(`Metres ${words} at ${seconds(state.scene, t)}`, 0.25, BEND_M, (metres) => bendTo(t, name, metres));
    fields = { bends: handleTimes(state.scene).map((t) => ({ t, left: bend(t, "left", "to the left"), ahead: bend(t, "ahead", "ahead") })) };
    fields.reset = make("button", { type: "button", class: "button small", text: "As recorded", onclick: () => take.commit({ kind: "ego_path", offsets: [] }) });
    root.replaceChildren(
      make("div", { class: "title" }, make("i", { class: "dot-large ego" }), make("h2", { text: "Ego car" })),
      make("p", { class: "note", text: "Drag the white handles on its path, or type metres to the left and ahead of where it was; below 0 ahead, it is slower." }),
      make("div", { class: "row" }, make("span"), make("span", { class: "pair note" }, make("span", { text: "left" }), make("span", { text: "ahead" }))),
      ...fields.bends.map(({ t, left, ahead }) => make("div", { class: "row" }, make("span", { text: `At ${seconds(state.scene, t)}` }), make("span", { class: "pair" }, left, ahead))),
      make("div", { class: "buttons" }, fields.reset),
    );
  }

  function drawEgo() {
    const offsets = state.gesture?.offsets ?? state.take.ego_offsets;
    for (const { t, ...inputs } of fields.bends) for (const name of ["left", "ahead"]) show(inputs[name], offsetAt(offsets, t)[name].toFixed(2));
    fields.reset.disabled = state.take.ego_offsets.length === 0;
  }

  // ------------------------------------------------------------------------------------------- nothing

  function buildNothing() {
    fields = {};
    const step = (text, keys) => make("li", {}, make("kbd", { text: keys }), make("span", { text }));
    root.replaceChildren(
      make("div", { class: "title" }, make("h2", { text: "Nothing selected" })),
      make("p", { class: "note", text: "Drag a car on the map or in a picture, or select one to change it here." }),
      make("ul", { class: "steps" }, step("next actor", "N"), step("path", "W"), step("goal", "G"), step("add", "A"), step("delete", "Del"), step("undo", "Ctrl+Z"), step("all keys", "?")),
    );
  }

  function draw() {
    if (!state.take) return;
    const actor = chosen();
    const kind = state.selected === "ego" ? "ego" : actor ? "actor" : "nothing";
    if (built.kind !== kind || built.scene !== state.scene.name) {
      built = { kind, scene: state.scene.name };
      ({ ego: buildEgo, actor: buildActor, nothing: buildNothing })[kind]();
    }
    if (kind === "ego") drawEgo();
    if (kind === "actor") drawActor(actor);
    if (!isHeld()) mean();
  }

  store.watch(TOPICS, draw);
}
