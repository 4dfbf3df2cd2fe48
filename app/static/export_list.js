/** Exports that were begun before, by any page: how far they are, why they failed, and the bundles that are there. */

import { make } from "./dom.js";
import { get, route } from "./server.js";

const SHOWN = 8; // of the bundles, the latest
const AGAIN_MS = 1000; // after which it is asked how far those at work are

const day = (seconds) => new Date(seconds * 1000).toLocaleString([], { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const nameOf = (folder) => folder.split("/").pop();

/** A section for the export dialog; `follow` is called with an export that is still at work. */
export function exportList(follow) {
  const section = make("section", { class: "export-list", "aria-label": "Earlier exports" });

  const underWay = (export_) => make("li", {}, make("span", { class: "name", text: nameOf(export_.folder) }), export_.is_over
    ? make("span", { class: "problem", text: export_.problem })
    : make("button", { type: "button", class: "button", text: "Follow", onclick: () => follow(export_) }));
  const finished = (bundle) => make("li", {}, make("span", { class: "name", text: bundle.name, title: bundle.folder }), make("span", { class: "quiet-text", text: day(bundle.made_s) }),
    make("a", { href: route(bundle.zip), download: true, text: "zip", "aria-label": `Download ${bundle.name} as zip` }));

  async function fill() {
    const { exports, bundles } = await get("exports");
    if (exports.some((export_) => !export_.is_over)) setTimeout(() => section.isConnected && refill(), AGAIN_MS);
    const entries = [...exports.toReversed().map(underWay), ...bundles.slice(0, SHOWN).map(finished)];
    if (entries.length === 0) return;
    const rest = bundles.length - SHOWN;
    section.replaceChildren(make("h3", { text: "Earlier exports" }), make("ul", {}, ...entries), ...(rest > 0 ? [make("p", { class: "note", text: `and ${rest} older in the workspace's exports` })] : []));
  }

  const refill = () => fill().catch(() => {}); // a list that does not come leaves what is there
  refill();
  return section;
}
