/** What the window knows, in one place; whoever draws is told which fields changed, at most once per displayed frame.

Document fields (`scene`, `take`) come from the server and are never changed here; the rest is this tab's own and is lost with it. */

export function createStore(initial) {
  const state = { ...initial };
  const listeners = [];
  let changed = new Set();
  let scheduled = false;

  function flush() {
    scheduled = false;
    const fields = changed;
    changed = new Set();
    for (const listener of listeners) {
      if (listener.fields.some((field) => fields.has(field))) tell(listener, fields);
    }
  }

  /** Who cannot draw keeps nobody else from it. */
  function tell(listener, fields) {
    try {
      listener.draw(state, fields);
    } catch (error) {
      reportError(error);
    }
  }

  return {
    state,
    /** Set fields; those who watch them draw with the next displayed frame. */
    set(fields) {
      for (const [name, value] of Object.entries(fields)) {
        if (state[name] === value) continue;
        state[name] = value;
        changed.add(name);
      }
      this.schedule();
    },
    /** Say that something behind a field has changed, for example that a picture has arrived. */
    touch(...fields) {
      for (const field of fields) changed.add(field);
      this.schedule();
    },
    schedule() {
      if (scheduled || changed.size === 0) return;
      scheduled = true;
      requestAnimationFrame(flush);
    },
    watch(fields, draw) {
      listeners.push({ fields, draw });
    },
  };
}

export const INITIAL = {
  scene: null, // what was recorded, with `map`
  take: null, // what the take makes of it, and its findings
  earlier: [], // what the open take was before its last edits here, the newest first: shown until it is drawn
  scenes: [],
  takes: [],
  paints: [], // {name, colour}
  bank: [], // shipped actors that an added one can look like
  frame: 0,
  playing: false,
  resting: true, // the playhead has stood still for a moment: what is costly may be shown
  selected: null, // an actor's id, or "ego"
  hovered: null,
  pointer: null, // the last place on the ground that the pointer was at on the map
  adding: null, // {category, size, source}: what the next click with the tool "add" makes
  tool: "select", // select | waypoint | goal | add | rotate
  scope: "track", // how much of a track a drag takes along
  gesture: null, // what is being dragged, with a preview
  waiting: null, // the preview of a committed gesture until the answer is there
  layers: { boxes: true, lidar: true, map: true, paths: true },
  expanded: null, // the index of the view shown in full
  zoom: null, // {by, left, top}: what part of it is shown; null: all
  wipe: { on: false, at: 0.5 },
  compared: null, // null: the recording; otherwise another take {id, name, actors, state}
  saving: "saved", // saved | saving | offline
  draft: null, // {done, total, paced: {done, at}, near: what the world model waits for} while pictures are drawn
  model: null, // what the world model can do for the scene: {weights, steps, guidance, anchors}; null: drafts alone
  manner: null, // {weights, guidance, steps}: how it draws
  work: null, // {segment, alone, frames, done, total, left, begun} while it draws
  queue: [], // first frames of the segments that are to be refined, the one under way included
  halted: null, // "stopped" or "failed": no more anchors by themselves
  pictures: 0, // touched as pictures arrive
  space: false, // the 3-D panel in place of the map
  listed: "findings",
};
