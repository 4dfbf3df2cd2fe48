/** What each action of the server's table does in the page; buttons, keys and the ? overlay all come through here. */

import { actorsNow, timeNow } from "./scenario.js";
import { actorAt } from "./tracks.js";

const NUDGE_M = 0.25;
const NO_MODEL = "There is no world model here: docs/training.md says how to make one, --checkpoint names it.";
const NOBODY = "Select an actor first: click one on the map or in a picture, or press N.";
const NUDGE_RAD = Math.PI / 36;

export function createActions(store, take, generating, gestures, nudges, bev, dialogs, say) {
  const { state } = store;
  const frames = () => state.scene.frames;
  const chosen = () => (state.selected === "ego" ? null : actorsNow(state).get(state.selected) ?? null);

  /** The selected actor; where there is none, that is said. */
  function needed() {
    const actor = chosen();
    if (!actor) say(NOBODY);
    return actor;
  }

  const seek = (frame) => store.set({ frame: Math.min(Math.max(frame, 0), frames().length - 1), playing: false });

  function seekKeyframe(step) {
    let frame = state.frame + step;
    while (frame > 0 && frame < frames().length - 1 && !frames()[frame].is_keyframe) frame += step;
    seek(frame);
  }

  const toggleLayer = (name) => store.set({ layers: { ...state.layers, [name]: !state.layers[name] } });
  const tool = (name) => store.set({ tool: state.tool === name ? "select" : name, gesture: null });

  /** Go to the next actor that is there, the nearest to the ego first. */
  function step(direction) {
    const t = timeNow(state);
    const [x, y] = frames()[state.frame].pictures.find(Boolean)?.ego ?? [0, 0];
    const there = [...actorsNow(state).values()]
      .map((actor) => ({ id: actor.id, pose: actorAt(actor, t) }))
      .filter(({ pose }) => pose)
      .sort((a, b) => Math.hypot(a.pose[0] - x, a.pose[1] - y) - Math.hypot(b.pose[0] - x, b.pose[1] - y));
    if (there.length === 0) return;
    const at = there.findIndex(({ id }) => id === state.selected);
    store.set({ selected: there[(at + direction + there.length) % there.length].id });
  }

  let wanted = null; // the id of the take that was asked for last: it may not be there yet

  /** Go to the next take of those that the list of takes found last. */
  async function stepTake(direction) {
    const takes = dialogs.takes.found(), at = takes.findIndex(({ id }) => id === (wanted ?? state.take.id)), next = takes[at + direction];
    if (!next || at + direction < 0) return say(`There is no take ${direction > 0 ? "after" : "before"} this one in the list, which holds ${takes.length}.`);
    wanted = next.id;
    await take.change(state.scene.name, next.id);
    if (wanted === next.id) wanted = null;
    return null;
  }

  /** What the world model is to do; where there is none, that is said. */
  const modelled = (wish) => () => (state.model ? wish() : say(NO_MODEL));

  function refineHere() {
    const first = state.model.anchors.findLast((anchor) => anchor <= state.frame && anchor !== state.model.anchors.at(-1));
    if (first !== undefined) generating.toggle(first);
  }

  /** Show what a finding is about: its time and the first of its actors. */
  function jumpTo(finding) {
    const t = finding.span[0];
    const frame = frames().findIndex((candidate) => candidate.t_us >= t - 1000);
    const known = finding.actors.find((id) => id === "ego" || actorsNow(state).has(id));
    store.set({ frame: frame < 0 ? frames().length - 1 : frame, playing: false, selected: known ?? state.selected });
  }

  function rotateByKey() {
    const actor = needed();
    if (!actor) return;
    const pose = actorAt(actor, timeNow(state));
    if (!pose) return;
    store.set({ tool: "rotate" });
    gestures.beginRotate(actor.id, state.pointer ?? [pose[0] + 5, pose[1]]);
  }

  /** One thing at a time: what is being dragged, the tool, the full-size view, the wipe, the selection. */
  function escape() {
    if (state.gesture || state.tool !== "select") return gestures.cancel();
    if (state.expanded !== null) return store.set({ expanded: null });
    return store.set({ selected: null });
  }

  const performers = {
    undo: take.undo,
    redo: take.redo,
    branch: take.branch,
    play: () => store.set({ playing: !state.playing }),
    previous_frame: () => seek(state.frame - 1),
    next_frame: () => seek(state.frame + 1),
    previous_keyframe: () => seekKeyframe(-1),
    next_keyframe: () => seekKeyframe(1),
    first_frame: () => seek(0),
    last_frame: () => seek(frames().length - 1),
    delete: () => needed() && take.commit({ kind: "delete", actor: chosen().id, from_us: null, to_us: null }, { actors: new Map([[chosen().id, null]]) }),
    duplicate: async () => {
      const actor = needed();
      if (!actor) return;
      const id = take.newActor();
      const done = await take.commit({ kind: "duplicate", actor: actor.id, new_actor: id, by: [0, actor.size[1] + 1.2, 0] });
      if (done) store.set({ selected: id });
    },
    rotate: rotateByKey,
    select: () => store.set({ tool: "select", gesture: null }),
    waypoint: () => needed() && tool("waypoint"),
    finish_path: () => state.gesture?.kind === "waypoints" && gestures.endWaypoints(),
    goal: () => needed() && tool("goal"),
    add: () => tool("add"),
    next_actor: () => step(1),
    previous_actor: () => step(-1),
    nudge_ahead: () => needed() && nudges.move(NUDGE_M, 0),
    nudge_back: () => needed() && nudges.move(-NUDGE_M, 0),
    nudge_left: () => needed() && nudges.move(0, NUDGE_M),
    nudge_right: () => needed() && nudges.move(0, -NUDGE_M),
    turn_left: () => needed() && nudges.turn(NUDGE_RAD),
    turn_right: () => needed() && nudges.turn(-NUDGE_RAD),
    escape,
    fit: () => bev.fit(),
    zoom_in: () => bev.zoom(1.25),
    zoom_out: () => bev.zoom(0.8),
    wipe: () => store.set({ wipe: { ...state.wipe, on: !state.wipe.on } }),
    boxes: () => toggleLayer("boxes"),
    lidar: () => toggleLayer("lidar"),
    paths: () => toggleLayer("paths"),
    map: () => (state.scene.map.failed ? take.fetchMap() : toggleLayer("map")),
    space: () => store.set({ space: !state.space }),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`view_${n}`, () => store.set({ expanded: state.expanded === n - 1 ? null : n - 1 })])),
    cancel: () => (state.draft ? take.stopDrawing() : take.draw()),
    refine: modelled(refineHere),
    refine_all: modelled(generating.refineAll),
    halt: modelled(() => (state.halted ? generating.goOn() : generating.halt())),
    vary: () => dialogs.vary(),
    takes: () => dialogs.takes.show(),
    next_take: () => stepTake(1),
    previous_take: () => stepTake(-1),
    export: () => dialogs.export(),
    help: () => dialogs.help(),
  };

  function perform(name) {
    if (!state.take) return null;
    return performers[name]();
  }

  /** While a path is being laid, the keys of undo, redo and delete are about its points; buttons say what they are about. */
  function performByKey(name) {
    const ofPath = { undo: gestures.takeBack, redo: gestures.bringBack, delete: gestures.takeBack }[name];
    return ofPath?.() || perform(name);
  }

  return { perform, performByKey, jumpTo, names: Object.keys(performers) };
}
