/** What the world model draws: after an edit the anchors about the playhead by themselves, then the segments that a person picks. Before
 * the anchors comes the frame that one looks at, where the take asks for a light that its draft does not show.

One window of anchors, one segment or one frame is under way at a time. Whenever something changes, `next` looks what is to come. */

import { freshId, Refused, sleep, stream } from "./server.js";

const LOOK_MS = 150;
const SOON_S = 4; // about as long as the views of a frame take
const LOST = "The world model was interrupted: no connection to the server.";
const EARLY = "The world model ended early: the server's log says why. Continue tries again.";
const TOPICS = ["model", "take", "draft", "pictures", "frame", "resting", "playing", "manner", "queue", "halted", "saving"];

export function createGenerating(store, pictures, say) {
  const { state } = store;
  let work = null; // what is under way: {abort, segment: its first frame or null, alone: a frame or null, frames, states: that it shows}
  let begun = null; // the last state of a take of which anything was seen

  // ------------------------------------------------------------------------------------------- what is to come

  /** The anchors under way give way to the frame that one looks at, unless they are about to come: all of them take several times as
   * long as it does. What they have drafted stays. */
  function giveWay() {
    const isSoon = state.work?.left !== null && state.work?.left < SOON_S;
    if (work && work.segment === null && work.alone === null && !isSoon && !state.halted && state.resting && isLookedAt()) drop();
  }

  const isLookedAt = () => !state.playing && state.queue.length === 0 && pictures.unlit(state.take, state.frame).length > 0;

  function next() {
    if (!state.model || !state.take) return;
    giveWay();
    if (work) return;
    if (state.draft?.near || state.saving !== "saved") return; // it draws from the draft, and of the state that an edit leaves
    const queue = state.queue.filter((first) => pictures.unrefined(state.take, first).length > 0);
    if (queue.length < state.queue.length) store.set({ queue });
    if (queue.length > 0) return run({ segment: queue[0] });
    if (state.halted) return;
    if (isLookedAt() && state.resting) run({ alone: state.frame });
    else if (!isLookedAt() && pictures.unanchored(state.take).length > 0) run({});
  }

  function left({ segment, alone }) {
    if (segment !== null) return pictures.unrefined(state.take, segment).length;
    return (alone === null ? pictures.unanchored(state.take) : pictures.unlit(state.take, alone)).length;
  }

  async function run({ segment = null, alone = null }) {
    const mine = { abort: new AbortController(), segment, alone, frames: null, states: [state.take.state], told: 0, problem: null };
    const before = left(mine);
    let isOvertaken = false; // by an edit that is not answered yet
    work = mine;
    store.set({ work: { segment, alone, frames: [], done: 0, total: 0, left: null, begun: performance.now() } });
    const request = {
      scene: state.scene.name, take: state.take.id, state: state.take.state, frame: state.frame, session: freshId("model-"), segment, alone: alone !== null,
      view: state.expanded === null ? null : state.scene.views[state.expanded].name, ...state.manner,
    };
    try {
      for await (const message of stream("generate", request, mine.abort.signal)) hear(mine, message);
    } catch (error) {
      isOvertaken = error.status === 409 && state.saving !== "saved";
      if (!isOvertaken) mine.problem = error instanceof Refused ? error.message : LOST;
    }
    if (work !== mine) return; // it was dropped, and something else may be under way
    end();
    if (mine.problem || (!isOvertaken && mine.told === 0 && left(mine) >= before)) fail(mine.problem ?? EARLY);
    next();
  }

  function hear(mine, message) {
    if (work !== mine) return;
    const shows = (messages) => mine.states.forEach((each) => pictures.know(each, messages));
    if (message.kind === "problem") mine.problem = message.sentence;
    if (message.kind === "nothing") shows(message.pictures);
    if (message.kind === "picture") {
      shows([message]);
      begun = mine.states.at(-1);
      mine.told += message.preview ? 0 : 1;
    }
    if (message.kind === "start") mine.frames = message.frames;
    if (message.total) store.set({ work: { ...state.work, frames: mine.frames, done: message.done, total: message.total, left: message.seconds_left ?? state.work.left } });
  }

  // ------------------------------------------------------------------------------------------- what ends

  function end() {
    work = null;
    pictures.forgetPreviews();
    store.set({ work: null });
  }

  /** Comes back when something of the take begins to show, in another light all of the frame that one looks at; or when nothing is to
   * come. Drafts that are drawn meanwhile would make it several times as slow. */
  async function firstPictures(signal) {
    const isFirst = () => begun !== state.take.state && pictures.unanchored(state.take).length > 0;
    while (!signal.aborted && state.model && !state.halted && (isFirst() || isLookedAt())) await sleep(LOOK_MS);
  }

  /** Stop what is under way; what it has finished stays. */
  function drop() {
    work?.abort.abort();
    if (work) end();
  }

  function fail(sentence) {
    store.set({ queue: [], halted: "failed" });
    say(sentence, "problem");
  }

  /** Another take, or another way of drawing: nothing of what was wanted stands. */
  function forget() {
    drop();
    store.set({ queue: [], halted: null });
  }

  /** The take became another state: what that made stale ends, what it did not touch goes on and shows the new state too. */
  function edited(before, patch) {
    if (patch.state === before.state) return;
    const isStale = (frames) => patch.base !== before.state || frames === null || frames.some((frame) => pictures.isWithin(patch.made_stale, frame));
    if (work && isStale(work.frames)) drop();
    work?.states.push(patch.state);
    store.set({ queue: state.queue.filter((first) => !isStale(pictures.segmentFrames(first))), halted: null });
  }

  // ------------------------------------------------------------------------------------------- what a person wants

  /** Refine the segment that begins with an anchor, or no longer. */
  function toggle(first) {
    if (state.queue.includes(first)) {
      if (work?.segment === first) drop();
      store.set({ queue: state.queue.filter((each) => each !== first) });
    } else if (pictures.unrefined(state.take, first).length > 0) {
      store.set({ queue: [...state.queue, first] });
    }
  }

  function refineAll() {
    const wanted = pictures.segments().map(([first]) => first).filter((first) => pictures.unrefined(state.take, first).length > 0);
    store.set({ queue: [...new Set([...state.queue, ...wanted])] });
  }

  function halt() {
    drop();
    store.set({ queue: [], halted: "stopped" });
  }

  const goOn = () => store.set({ halted: null });

  /** Draw in another manner from now on: {weights, guidance, steps}, any of them. */
  function setManner(fields) {
    forget();
    store.set({ manner: { ...state.manner, ...fields } });
  }

  store.watch(TOPICS, next);
  return { firstPictures, edited, forget, toggle, refineAll, halt, goOn, setManner };
}
