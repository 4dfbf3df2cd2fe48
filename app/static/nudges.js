/** Nudges by key: those of one actor that follow quickly on one another are one edit, shown at once and sent when the keys rest or
before anything else is changed. */

import { actorsNow, timeNow } from "./scenario.js";
import { moved, poseAt, rotated, yawOf } from "./tracks.js";

const REST_MS = 400;
const NOTHING = 1e-6; // metres or radians: there and back again

export function createNudges(store, take) {
  const { state } = store;
  let burst = null; // {kind, before: the actor, t, scope, by: metres [x, y] or radians, preview}: what is not sent yet
  let resting = 0;

  // ------------------------------------------------------------------------------------------- the two kinds

  const KINDS = {
    move: {
      none: [0, 0],
      with: ([x, y], [dx, dy]) => [x + dx, y + dy],
      isNothing: (by) => Math.hypot(...by) < NOTHING,
      shown: ({ before, t, by, scope }) => moved(before, t, by, scope),
      edit: ([x, y]) => ({ by: [x, y, 0] }),
    },
    rotate: {
      none: 0,
      with: (angle, more) => Math.atan2(Math.sin(angle + more), Math.cos(angle + more)),
      isNothing: (by) => Math.abs(by) < NOTHING,
      shown: ({ before, t, by, scope }) => rotated(before, t, by, scope),
      edit: (by) => ({ by_rad: by }),
    },
  };

  // ------------------------------------------------------------------------------------------- one burst

  const goesOn = (kind, id) => burst?.kind === kind && burst.before.id === id && burst.t === timeNow(state) && burst.scope === state.scope;

  /** Nudge the selected actor; `amount` says how far from how it stands. */
  function nudge(kind, amount) {
    const actor = actorsNow(state).get(state.selected);
    if (!actor || state.gesture) return;
    if (!goesOn(kind, actor.id)) {
      send();
      burst = { kind, before: actor, t: timeNow(state), scope: state.scope, by: KINDS[kind].none, preview: null };
    }
    burst.by = KINDS[kind].with(burst.by, amount(poseAt(burst.before.track, burst.t)));
    burst.preview = { actors: new Map([[actor.id, KINDS[kind].shown(burst)]]) };
    store.set({ waiting: burst.preview });
    clearTimeout(resting);
    resting = setTimeout(send, REST_MS);
  }

  /** By metres ahead and to the left of it. */
  function move(ahead, left) {
    nudge("move", (pose) => {
      const yaw = yawOf(pose);
      return [ahead * Math.cos(yaw) - left * Math.sin(yaw), ahead * Math.sin(yaw) + left * Math.cos(yaw)];
    });
  }

  /** By radians to the left. */
  const turn = (angle) => nudge("rotate", () => angle);

  /** Send what has been nudged so far. */
  function send() {
    clearTimeout(resting);
    if (!burst) return;
    const { kind, before, t, scope, by, preview } = burst;
    burst = null;
    if (KINDS[kind].isNothing(by)) store.set({ waiting: null });
    else take.commit({ kind, actor: before.id, t_us: t, ...KINDS[kind].edit(by), scope }, preview);
  }

  // ------------------------------------------------------------------------------------------- before anything else

  /** The same take, whose every change comes after what has been nudged so far. */
  function before(open) {
    const after = (change) => (...given) => {
      send();
      return change(...given);
    };
    return Object.fromEntries(Object.entries(open).map(([name, change]) => [name, after(change)]));
  }

  // the answer to an earlier edit puts previews away
  store.watch(["waiting"], () => burst && store.set({ waiting: burst.preview }));
  for (const leaving of ["blur", "beforeunload", "pagehide"]) globalThis.addEventListener(leaving, send);

  return { move, turn, send, before };
}
