/** What takes come to: how many findings, how many changed pictures. Asked for a few at a time, while somebody looks at them. */

import { post, whyNot } from "./server.js";

const AT_ONCE = 200; // ids in a request, which answers for as many as a moment allows

/** `wanted` gives the takes that are looked at, none where nobody looks; `changed` is called when more is known of them, `failed` with why nothing is. */
export function createOutcomes(store, wanted, changed, failed) {
  const { state } = store;
  const known = new Map(); // by id, each with what the take asked for then
  let isLooking = false;

  /** Of a take as it is now; null where that is not known yet. */
  function of({ id, asks }) {
    const outcome = known.get(id);
    return outcome?.asks === asks ? outcome : null;
  }

  const unknown = () => wanted().filter((entry) => of(entry) === null).slice(0, AT_ONCE);

  /** What is not heard is asked for again when somebody looks the next time. */
  async function look() {
    if (isLooking) return;
    isLooking = true;
    try {
      for (let asked = unknown(); asked.length > 0; asked = unknown()) {
        const answer = await post("takes/outcomes", { scene: state.scene.name, takes: asked.map(({ id }) => id) });
        for (const { id, asks } of asked) if (answer[id]) known.set(id, { ...answer[id], asks });
        changed();
      }
    } catch (error) {
      failed(whyNot(error, "It is not known what checks find in them"));
    } finally {
      isLooking = false;
    }
  }

  return { of, look };
}
