/** The open take: edits go to the server one by one, answers come back as patches, and the draft follows the newest. */

import { actorName } from "./scenario.js";
import { createQueue, freshId, get, post, postUntilAnswered, Refused, stream, whyNot } from "./server.js";

const NO_MAP = {
  asked: null, failed: false, known: false, notice: "", lanes: [], lane_dividers: [], road_dividers: [], stop_lines: [], crossings: [], walkways: [], drivable: [], raster: null,
};
const STEPS = { undo: "undo", redo: "redo", goto: "going to another edit" };
const PACED_FROM = 4; // pictures: how long the first ones took says nothing of the rest
const EARLIER = 6; // edits: so many in a row leave something to show until the newest is drawn
const AROUND = 400; // milliseconds the playhead must rest before the draft is asked to start from there

export function createDocument(store, pictures, generating, say) {
  const { state } = store;
  const inOrder = createQueue();
  let drawing = null; // the AbortController of the draft that is being streamed
  let resting = 0;
  let openings = 0; // of one take after another
  const promised = new Set(); // numbers of actors that are being added
  let selection = []; // the actor that was selected before, and the one that is

  // ------------------------------------------------------------------------------------------- opening

  const byId = (actors) => new Map(actors.map((actor) => [actor.id, actor]));
  const withMap = ({ beyond: _, ...take }) => ({ ...take, actors: byId(take.actors), changed: new Set(take.changed) });

  /** The recorded scene, or what it is with more frames after it (null: none); and what the world model can do for it. */
  function lengthened(recorded, model, beyond) {
    const whole = (scene) => ({ ...scene, actorsById: byId(scene.actors), recorded, map: sameMap(recorded.name) });
    if (!beyond) return { scene: whole(recorded), model: model && { ...model, recorded: model } };
    const frames = [...recorded.frames, ...beyond.frames], ego = [...recorded.ego, ...beyond.ego];
    return {
      scene: whole({ ...recorded, frames, ego, span: beyond.span, actors: beyond.actors }),
      model: model && { ...model, anchors: beyond.anchors, recorded: model },
    };
  }

  const entitle = (take) => { document.title = `${take.name} – ${state.scene.name} – Retake`; };

  /** In the address: a reload, or whoever is sent it, comes back to the take and the moment. */
  function remember() {
    const url = new URL(location.href), { scene, take, frame } = state;
    const asked = { scene: scene.name, take: take.id, at: ((scene.frames[frame].t_us - scene.span[0]) * 1e-6).toFixed(2) };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    if (url.href !== location.href) history.replaceState(null, "", url);
    entitle(take);
  }

  /** The frame nearest to so many seconds after a scene's start. */
  function frameAt(scene, seconds) {
    const off = scene.frames.map(({ t_us: t }) => Math.abs(t - scene.span[0] - seconds * 1e6));
    return off.indexOf(Math.min(...off));
  }

  /** Open a scene, in a take of it, at so many seconds; without a take, a new one is begun. Until it is there, all goes on in the one
   * that was open, whose moment it keeps where it is of the same scene and none is said. */
  async function openNow(sceneName, takeId, seconds = null) {
    const answer = await post("open", { scene: sceneName, take: takeId });
    if (answer.take.id !== state.take?.id) openings += 1;
    generating.forget();
    const { scene, model } = lengthened(answer.scene, answer.model, answer.take.beyond);
    const sameScene = state.scene?.name === answer.scene.name;
    const kept = sameScene ? Math.min(state.frame, scene.frames.length - 1) : scene.first_frame;
    store.set({
      scene, take: withMap(answer.take), earlier: [], takes: answer.takes, gesture: null, waiting: null,
      selected: null, compared: null, playing: false, tool: "select", saving: "saved",
      frame: seconds === null ? kept : frameAt(scene, seconds), model, manner: mannerFor(model, sameScene),
    });
    pictures.know(answer.take.state, answer.take.drawn);
    remember();
    if (answer.notice) say(answer.notice);
    draw();
    if (scene.map.asked !== mapAsked()) fetchMap();
  }

  /** The same, after the edits that are on their way: their answers are of the take that is open now. */
  const open = (sceneName, takeId, seconds) => inOrder(() => openNow(sceneName, takeId, seconds));

  /** The same; where it cannot be opened, that is said, and the pickers go back to what is open. */
  async function change(sceneName, takeId) {
    try {
      await open(sceneName, takeId);
    } catch (error) {
      say(whyNot(error, "It could not be opened"), "problem");
      store.touch("scenes", "takes");
    }
  }

  /** The takes that there are by now; nothing where nobody answers. */
  async function listTakes() {
    const scene = state.scene.name, takes = await get(`takes/${encodeURIComponent(scene)}`).catch(() => null);
    if (takes && state.scene.name === scene) store.set({ takes });
  }

  /** Once what was done so far is on disk. */
  const settled = () => inOrder(() => {});

  /** Change the open take, in order; a take that was opened in the meantime is not the one that was meant. */
  function inTake(change) {
    const asked = openings;
    return inOrder(() => {
      if (asked === openings) return change();
      say("What you did while another take was being opened was left out.", "problem");
      return false;
    });
  }

  /** As the person last chose for the scene; steps and strength stay for others too. */
  function mannerFor(model, sameScene) {
    if (!model) return null;
    const { steps, guidance, weights } = state.manner ?? model;
    const stands = sameScene && model.weights.some(({ name }) => name === weights);
    return { weights: stands ? weights : model.weights[0].name, guidance, steps };
  }

  const sameMap = (name) => (state.scene?.name === name ? state.scene.map : NO_MAP);

  /** What names the streets that the take's drive goes through: those of the recording are every take's. The seconds are there
   * since a drive of another length goes through others. */
  function mapAsked() {
    const { scene: { name }, take: { id, beyond_s: seconds } } = state;
    return encodeURIComponent(name) + (seconds > 0 ? `?${new URLSearchParams({ take: id, seconds })}` : "");
  }

  async function fetchMap() {
    const asked = mapAsked(), { scene: { name }, take: { beyond_s: seconds } } = state;
    const isWanted = () => state.scene.name === name && state.take.beyond_s === seconds;
    try {
      const map = { ...NO_MAP, ...(await get(`map/${asked}`)), asked };
      if (map.raster) map.raster.url = `raster/${asked}`;
      if (!isWanted()) return;
      store.set({ scene: { ...state.scene, map } });
      if (map.notice) say(map.notice, "problem");
    } catch (error) {
      if (!isWanted()) return;
      store.set({ scene: { ...state.scene, map: { ...state.scene.map, asked: null, failed: true } } });
      say(`The street map did not come: ${error instanceof Refused ? error.message : "no connection to the server."} “Try map again” asks for it once more.`, "problem");
    }
  }

  /** The same actors with what is said of the take. */
  const renamed = (about) => ({ ...state.take, ...about, changed: new Set(about.changed) });

  // ------------------------------------------------------------------------------------------- changing

  /** An identity for a new actor, by its number in this take; several may be on their way. */
  function newActor() {
    let number = state.take.next_added;
    while (promised.has(number)) number += 1;
    promised.add(number);
    return `new-${number}`;
  }

  function accept({ beyond, takes, notices = [], ...patch }, isEdit) {
    const known = state.take.actors, actors = new Map(known);
    if (beyond === undefined) generating.edited(state.take, patch);
    else {
      generating.forget();
      const { scene, model } = lengthened(state.scene.recorded, state.model?.recorded ?? null, beyond);
      store.set({ scene, model, frame: Math.min(state.frame, scene.frames.length - 1) });
    }
    for (const actor of patch.actors) actors.set(actor.id, actor);
    for (const id of patch.removed) actors.delete(id);
    const earlier = beyond === undefined ? [state.take, ...state.earlier].slice(0, EARLIER) : [];
    store.set({ take: { ...state.take, ...patch, actors, changed: new Set(patch.changed) }, earlier, saving: "saved", waiting: null });
    if (takes) store.set({ takes });
    for (const notice of notices) say(notice);
    for (const number of promised) if (number < patch.next_added) promised.delete(number);
    pictures.know(patch.state, patch.drawn);
    draw();
    if (beyond !== undefined) fetchMap();
    const there = (id) => id === "ego" || actors.has(id);
    const come = patch.actors.filter(({ id }) => !known.has(id));
    if (state.selected !== null && !there(state.selected)) store.set({ selected: !isEdit && there(selection[0]) ? selection[0] : null });
    else if (state.selected === null && !isEdit && come.length === 1) store.set({ selected: come[0].id });
  }

  async function send(path, body) {
    store.set({ saving: "saving" });
    const request = { ...body, take: state.take.id, scene: state.scene.name, base: state.take.state };
    try {
      const patch = await postUntilAnswered(path, request, () => store.set({ saving: "offline" }));
      accept(patch, path === "edit");
      return true;
    } catch (error) {
      const lost = lostWords(path, body);
      promised.clear();
      store.set({ saving: "saved", waiting: null });
      store.touch("take"); // fields that were changed show again what the take says
      if (!(error instanceof Refused)) throw error;
      if (error.status === 409) await reopen(`${error.message} ${lost}`);
      else say(error.message, "problem");
      return false;
    }
  }

  /** What another window's change has overtaken: `The last edit here (move, Truck 3fa2c1) was not applied.` */
  function lostWords(path, { edits }) {
    if (path !== "edit") return `The last step here (${STEPS[path]}) was not done.`;
    const [{ kind, actor }] = edits, known = state.take.actors.get(actor);
    const words = [kind.replaceAll("_", " "), ...(known ? [actorName(state, known)] : [])];
    return `The last edit here (${words.join(", ")}) was not applied.`;
  }

  /** In the server's words; it says so itself where it refuses something. */
  const overtaken = () => `${state.take.name} was changed in another window; this one now shows its newest state.`;

  const overtakenBy = (sentence) => inOrder(() => reopen(sentence));

  async function reopen(sentence, kind = "problem") {
    try {
      await openNow(state.scene.name, state.take.id);
      say(sentence, kind);
    } catch (error) {
      say(whyNot(error, "The take's newest state did not come"), "problem");
    }
  }

  /** Whoever comes back to this window sees what was changed in another one. That the take has gone, or the server, is said when
   * something is done with it. */
  function lookAgain() {
    if (document.visibilityState !== "visible" || !state.take || state.gesture) return;
    const { id } = state.take, asked = new URLSearchParams({ scene: state.scene.name, take: id });
    inOrder(async () => {
      const answer = state.take.id === id ? await get(`take?${asked}`).catch(() => null) : null;
      if (answer && answer.take.state !== state.take.state) await reopen(overtaken(), "news");
    });
  }

  document.addEventListener("visibilitychange", lookAgain);
  globalThis.addEventListener("focus", lookAgain); // a window beside this one hides it never

  /** Send an edit; `preview` is shown until the answer is there. */
  function commit(edit, preview = null) {
    const gesture = freshId("g-");
    const isLaying = state.gesture?.kind === "waypoints"; // a path is laid click by click, with other things between
    store.set({ gesture: isLaying ? state.gesture : null, waiting: preview });
    return inTake(() => send("edit", { gesture, edits: Array.isArray(edit) ? edit : [edit] }));
  }

  const undo = () => inTake(() => state.take.can_undo && send("undo", {}));
  const redo = () => inTake(() => state.take.can_redo && send("redo", {}));

  /** Go to the take as it was after so many gestures. */
  const goTo = (position) => inTake(() => send("goto", { position }));

  /** Name, notes, tags, rating; the seed, with which everything is drawn anew. Whether it is kept. */
  function describe(fields) {
    return inTake(async () => {
      store.set({ saving: "saving" });
      const body = { take: state.take.id, scene: state.scene.name, ...fields };
      try {
        let isAgain = false; // then a new seed of ours may be what made another state of it
        const answer = await postUntilAnswered("describe", body, () => { isAgain = true; store.set({ saving: "offline" }); });
        if (answer.base !== state.take.state) {
          const why = isAgain ? "The server can be reached again, and this window shows the take's newest state." : overtaken();
          await reopen(`${why} What was said of it here is kept.`);
          return true;
        }
        const isOther = answer.take.state !== state.take.state;
        if (isOther) generating.forget();
        const earlier = isOther ? [state.take, ...state.earlier].slice(0, EARLIER) : state.earlier;
        store.set({ take: renamed(answer.take), earlier, takes: answer.takes, saving: "saved" });
        entitle(state.take);
        pictures.know(answer.take.state, answer.take.drawn);
        if (isOther) draw();
        return true;
      } catch (error) {
        store.set({ saving: "saved" });
        say(error.message, "problem");
        return false;
      }
    });
  }

  function branch() {
    return inTake(async () => {
      let answer;
      try {
        answer = await post("branch", { take: state.take.id, scene: state.scene.name, base: state.take.state });
      } catch (error) {
        if (error.status === 409) return reopen(`${error.message} It was not branched.`);
        return say(whyNot(error, "Nothing was heard of the branch"), "problem");
      }
      store.set({ take: renamed(answer.take), takes: answer.takes });
      pictures.know(answer.take.state, answer.take.drawn);
      remember();
      return say(`You are now in ${answer.take.name}; the take that it branched from stays as it was.`);
    });
  }

  /** Take the open take away, and go on in the newest other one, or in a new one. */
  function remove() {
    return inTake(async () => {
      const { name } = state.take, scene = state.scene.name;
      let answer;
      try {
        answer = await post("remove", { take: state.take.id, scene, base: state.take.state });
      } catch (error) {
        if (error.status === 409) return reopen(`${error.message} It was not removed.`);
        return say(whyNot(error, "It is not known whether the take was removed"), "problem");
      }
      const next = answer.takes[0]?.id ?? null;
      await openNow(scene, next).catch(() => openNow(scene, null));
      return say(answer.file ? `${name} was removed; its file is now ${answer.file}.` : `${name} was removed; it had no file yet.`);
    });
  }

  /** Show another take of the same scene beside this one; null is the recording. */
  async function compare(takeId) {
    if (!takeId) return store.set({ compared: null });
    const scene = state.scene.name;
    let answer;
    try {
      answer = await get(`take?${new URLSearchParams({ scene, take: takeId })}`);
    } catch (error) {
      store.touch("compared"); // the picker goes back to what is compared
      return say(whyNot(error, "It cannot be compared"), "problem");
    }
    if (state.scene.name !== scene) return null;
    const other = withMap(answer.take);
    pictures.know(other.state, other.drawn);
    store.set({ compared: other, wipe: { ...state.wipe, on: true } });
    return draw();
  }

  // ------------------------------------------------------------------------------------------- the draft

  function stopDrawing() {
    drawing?.abort();
    drawing = null;
    if (state.draft) store.set({ draft: null });
  }

  /** Draw what is missing of one take, of which there were `total` pictures, from the playhead on; with `near`, only what the
   * world model begins with. */
  async function drawTake(take, signal, near, total) {
    const there = () => total - pictures.missing(take, state.scene).length;
    let before = there(), paced = null, last = null;
    const request = { scene: state.scene.name, take: take.id, state: take.state, frame: state.frame, session: freshId("draft-"), near };
    store.set({ draft: { done: before, total, paced, near } });
    for await (const message of stream("draft", request, signal)) {
      last = message;
      if (message.kind === "start") {
        pictures.know(take.state, message.pictures);
        before = there();
      }
      if (message.kind === "picture") pictures.know(take.state, [message]);
      if (message.kind === "problem") say(message.sentence, "problem");
      if (message.done === PACED_FROM) paced = { done: before + message.done, at: performance.now() };
      if (message.total) store.set({ draft: { done: before + message.done, total, paced, near } });
    }
    if (!signal.aborted && last?.done < last?.total) say("The draft ended early: the server's log says why. Continue tries again.", "problem");
  }

  /** Start the draft anew: the newest state of the take, then what it is compared with. Where there is a world model, it is waited
   * for, once what it begins with is there, until that begins to show. */
  async function draw() {
    stopDrawing();
    const mine = new AbortController();
    drawing = mine;
    const missing = [state.take, state.compared].map((take) => (take ? pictures.missing(take, state.scene).length : 0));
    try {
      if (state.model && missing[0] > 0) {
        await drawTake(state.take, mine.signal, true, missing[0]);
        if (!mine.signal.aborted && state.draft) store.set({ draft: { ...state.draft, near: false } });
        await generating.firstPictures(mine.signal);
      }
      for (const [i, take] of [state.take, state.compared].entries()) {
        if (missing[i] > 0 && !mine.signal.aborted) await drawTake(take, mine.signal, false, missing[i]);
      }
    } catch (error) {
      const isOvertaken = error.status === 409 && state.saving !== "saved"; // by an edit, whose answer starts it anew
      if (mine.signal.aborted || isOvertaken) return;
      say(whyNot(error, "The draft was interrupted"), "problem");
    }
    if (drawing === mine) {
      drawing = null;
      store.set({ draft: null });
    }
  }

  /** The playhead rests on pictures that are not drawn: they come first. */
  function look() {
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (state.take && !state.playing) remember();
      if (drawing && state.take && pictures.missing(state.take, state.scene).some(([frame]) => frame === state.frame)) draw();
    }, AROUND);
  }

  store.watch(["selected"], () => { selection = [selection.at(-1) ?? null, state.selected]; });

  return { open, change, settled, listTakes, overtakenBy, commit, newActor, undo, redo, goTo, describe, branch, remove, compare, fetchMap, draw, stopDrawing, look };
}
