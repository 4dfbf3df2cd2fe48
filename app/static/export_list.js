/** Exports that were begun before, by any page: how far they are, why they failed, and the bundles that are there. */

import { day, duration, make, replaceEntries } from "./dom.js";
import { get, post, route, whyNot } from "./server.js";

const SHOWN = 8; // of the bundles, the latest
const AGAIN_MS = 1000; // after which it is asked how far those at work are

const STAGES = { waiting: "Waiting", begun: "Beginning", generated: "World model", pictures: "Pictures", masks: "Masks", films: "Films", tables: "Tables", joined: "Joining", done: "Done" };

export const WAITS = ["waiting"]; // stages in which nothing is drawn for it

export const nameOf = (folder) => folder.split("/").pop();

const isAtStage = ({ stage }) => !["waiting", "begun"].includes(stage);

/** `Pictures: 12 of 96, 40 s left (step 2 of 5)`; the time is that of the step. */
export function howFar(export_) {
  const { stage, stages, done, total, seconds_left: left } = export_;
  if (!isAtStage(export_)) return STAGES[stage];
  const rest = left === null ? "" : `, ${duration(left)} left`, step = stages.length > 1 && stages.includes(stage) ? ` (step ${stages.indexOf(stage) + 1} of ${stages.length})` : "";
  return `${STAGES[stage] ?? stage}: ${done} of ${total}${rest}${step}`;
}

/** Of all its steps, which count alike. */
export function shareDone(export_) {
  const { stage, stages, done, total, is_over: isOver } = export_;
  if (isOver || stage === "done") return 1;
  return isAtStage(export_) && stages.includes(stage) ? (stages.indexOf(stage) + done / Math.max(total, 1)) / stages.length : 0;
}

/** A section for the export dialog; `follow` is called with an export that is still at work. */
export function exportList(follow, say) {
  const section = make("section", { class: "export-list", "aria-label": "Earlier exports" });
  let again = 0;

  const button = (text, label, entry, onclick) => make("button", { type: "button", class: "button small", text, "aria-label": label, "data-entry": entry, onclick });
  const name = (folder) => make("span", { class: "name", text: nameOf(folder), title: folder });

  /** They end with the piece that they are at. */
  async function cancel(exports) {
    try {
      await Promise.all(exports.map(({ id }) => post(`exports/${id}/cancel`, {})));
    } catch (error) {
      say(whyNot(error, "It is not known which of them go on"), "problem");
    }
    fill();
  }

  function underWay(export_) {
    const { id, folder } = export_, called = nameOf(folder);
    const buttons = make("span", { class: "inline" }, button("Follow", `Follow ${called}`, `${id} follow`, () => follow(export_)), button("Cancel", `Cancel ${called}`, `${id} cancel`, () => cancel([export_])));
    return make("li", {}, name(folder), make("span", { class: "quiet-text", text: howFar(export_) }), buttons);
  }

  const failed = ({ folder, problem }) => make("li", {}, name(folder), make("span", { class: "problem", text: problem }));
  const finished = (bundle) => make("li", {}, name(bundle.folder), make("span", { class: "quiet-text", text: day(new Date(bundle.made_s * 1000)) }),
    make("a", { href: route(bundle.zip), download: true, text: "zip", "data-entry": bundle.zip, "aria-label": `Download ${bundle.name} as zip` }));

  function draw({ exports, bundles }) {
    const atWork = exports.filter((export_) => !export_.is_over), broken = exports.filter((export_) => export_.is_over).toReversed();
    const entries = [...atWork.map(underWay), ...bundles.slice(0, SHOWN).map(finished), ...broken.map(failed)];
    const all = atWork.length > 1 ? [make("div", { class: "buttons" }, button(`Cancel all ${atWork.length}`, null, "cancel all", () => cancel(atWork)))] : [];
    const rest = bundles.length - SHOWN, more = rest > 0 ? [make("p", { class: "note", text: `and ${rest} older in the workspace's exports` })] : [];
    const title = make("h3", { text: atWork.length > 0 ? "Under way, and earlier" : "Earlier exports" });
    if (entries.length === 0) section.replaceChildren();
    else replaceEntries(section, title, ...all, make("ul", {}, ...entries), ...more);
    return atWork.length > 0;
  }

  /** A list that does not come leaves what is there, and is asked for again. */
  async function fill() {
    clearTimeout(again);
    const isAtWork = await get("exports").then(draw).catch(() => true);
    clearTimeout(again);
    if (isAtWork) again = setTimeout(() => section.isConnected && section.closest("dialog").open && fill(), AGAIN_MS);
  }

  fill();
  return section;
}
