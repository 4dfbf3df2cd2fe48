/** A button beside "Export" while exports are under way: how many, and how far the one at work is; it leads to their list. */

import { howFar, nameOf, shareDone, WAITS } from "./export_list.js";
import { get } from "./server.js";

const AGAIN_MS = 2000;

/** Looks now, whenever "exports" is touched, and while there are any; `show` opens their list, and `isTold` knows of whose end
 * the dialog tells. */
export function watchExports(button, store, { list: show, isTold }, say) {
  let again = 0, turn = 0, known = []; // those that were at work last

  /** Those that are not at work any more and are there. */
  function tellFinished(atWork, bundles) {
    const there = new Set(bundles.map(({ folder }) => folder)), stillAtWork = new Set(atWork.map(({ id }) => id));
    for (const { id, folder } of known) if (!stillAtWork.has(id) && there.has(folder) && !isTold(id)) say(`Export finished: ${folder}`);
    known = atWork;
  }

  function tell(atWork) {
    const now = atWork.find(({ stage }) => !WAITS.includes(stage));
    button.hidden = atWork.length === 0;
    button.textContent = atWork.length === 1 ? "1 export" : `${atWork.length} exports`;
    button.title = now ? `${nameOf(now.folder)} – ${howFar(now)}` : "Waiting";
    button.style.setProperty("--done", now ? shareDone(now) : 0);
  }

  async function look() {
    const mine = (turn += 1);
    clearTimeout(again);
    const answer = await get("exports").catch(() => null);
    if (mine !== turn) return; // a later one knows more
    if (answer) {
      const atWork = answer.exports.filter((export_) => !export_.is_over);
      tellFinished(atWork, answer.bundles);
      tell(atWork);
    }
    if (answer === null || !button.hidden) again = setTimeout(look, AGAIN_MS);
  }

  button.addEventListener("click", show);
  store.watch(["exports"], look);
  look();
}
