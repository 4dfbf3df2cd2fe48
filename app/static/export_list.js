/** Exports that were begun before, by any page: how far they are, why they failed, and the bundles that are there. */

import { day, make, replaceEntries } from "./dom.js";
import { get, post, route } from "./server.js";

const SHOWN = 8; // of the bundles, the latest
const AGAIN_MS = 1000; // after which it is asked how far those at work are

const nameOf = (folder) => folder.split("/").pop();

const STAGES = { waiting: "Waiting", begun: "Beginning", generated: "World model", pictures: "Pictures", masks: "Masks", films: "Films", tables: "Tables", joined: "Joining", done: "Done" };

/** `Pictures: 12 of 96`. */
export const howFar = ({ stage, done, total }) => (["waiting", "begun"].includes(stage) ? STAGES[stage] : `${STAGES[stage] ?? stage}: ${done} of ${total}`);

/** A section for the export dialog; `follow` is called with an export that is still at work. */
export function exportList(follow) {
  const section = make("section", { class: "export-list", "aria-label": "Earlier exports" });

  let again = 0;

  const button = (text, label, entry, onclick) => make("button", { type: "button", class: "button small", text, "aria-label": label, "data-entry": entry, onclick });
  const name = (folder) => make("span", { class: "name", text: nameOf(folder), title: folder });

  /** They end with the piece that they are at. */
  async function cancel(exports) {
    await Promise.all(exports.map(({ id }) => post(`exports/${id}/cancel`, {}).catch(() => {})));
    refill();
  }

  function underWay(export_) {
    if (export_.is_over) return make("li", {}, name(export_.folder), make("span", { class: "problem", text: export_.problem }));
    const buttons = make("span", { class: "inline" }, button("Follow", `Follow ${nameOf(export_.folder)}`, `${export_.id} follow`, () => follow(export_)), button("Cancel", `Cancel ${nameOf(export_.folder)}`, `${export_.id} cancel`, () => cancel([export_])));
    return make("li", {}, name(export_.folder), make("span", { class: "quiet-text", text: howFar(export_) }), buttons);
  }

  const finished = (bundle) => make("li", {}, name(bundle.folder), make("span", { class: "quiet-text", text: day(new Date(bundle.made_s * 1000)) }),
    make("a", { href: route(bundle.zip), download: true, text: "zip", "aria-label": `Download ${bundle.name} as zip` }));

  async function fill() {
    const { exports, bundles } = await get("exports");
    const atWork = exports.filter((export_) => !export_.is_over);
    const all = atWork.length > 1 ? [make("div", { class: "buttons" }, button(`Cancel all ${atWork.length}`, null, "cancel all", () => cancel(atWork)))] : [];
    const entries = [...exports.map(underWay), ...bundles.slice(0, SHOWN).map(finished)];
    clearTimeout(again);
    if (atWork.length > 0) again = setTimeout(() => section.isConnected && refill(), AGAIN_MS);
    if (entries.length === 0) return section.replaceChildren();
    const rest = bundles.length - SHOWN;
    return replaceEntries(section, make("h3", { text: atWork.length > 0 ? "Under way, and earlier" : "Earlier exports" }), make("ul", {}, ...entries), ...all, ...(rest > 0 ? [make("p", { class: "note", text: `and ${rest} older in the workspace's exports` })] : []));
  }

  const refill = () => fill().catch(() => {}); // a list that does not come leaves what is there
  refill();
  return section;
}
