/** A button beside "Export" while exports are under way: how many, and how far the one at work is; it leads to their list. */

import { howFar, nameOf, WAITS } from "./export_list.js";
import { get } from "./server.js";

const AGAIN_MS = 2000;

/** Looks now, when the dialog in which they are begun goes, and while there are any; `show` opens their list. */
export function watchExports(button, dialog, show) {
  let again = 0;

  function tell(atWork) {
    const now = atWork.find(({ stage }) => !WAITS.includes(stage));
    button.hidden = atWork.length === 0;
    button.textContent = atWork.length === 1 ? "1 export" : `${atWork.length} exports`;
    button.title = now ? `${nameOf(now.folder)} – ${howFar(now)}` : "Waiting";
    button.style.setProperty("--done", now && now.total > 0 ? now.done / now.total : 0);
  }

  async function look() {
    clearTimeout(again);
    const answer = await get("exports").catch(() => null);
    clearTimeout(again);
    if (answer) tell(answer.exports.filter((export_) => !export_.is_over));
    if (answer === null || !button.hidden) again = setTimeout(look, AGAIN_MS);
  }

  button.addEventListener("click", show);
  dialog.addEventListener("close", look);
  look();
}
