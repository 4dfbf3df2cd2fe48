/** The bar above everything: scene, take, undo and redo, the autosave clock, how far the draft is, export. */

import { clock, make, option } from "./dom.js";

const VARIATION = "variation"; // the tag of what was made by varying
const PACE_S = 2; // a pace told from less than this jumps about

export function createTopbar(root, store, take, pictures) {
  const { state } = store;
  const $ = (selector) => root.querySelector(selector);
  const scenePicker = $("#scene-picker"), takePicker = $("#take-picker");
  let savedAt = null;

  // ------------------------------------------------------------------------------------------- pickers

  scenePicker.addEventListener("change", () => take.change(scenePicker.value, null));
  takePicker.addEventListener("change", () => take.change(state.scene.name, takePicker.value || null));

  const edits = (count) => (count === 1 ? "1 edit" : `${count} edits`);
  const stars = (rating) => (rating ? ` ${"★".repeat(rating)}` : "");

  function drawScenes() {
    const entries = state.scenes.map((scene) => option(scene.name, scene.description ? `${scene.name} – ${scene.description}` : scene.name, scene.name === state.scene.name));
    scenePicker.replaceChildren(...entries);
    scenePicker.title = state.scene.description;
    $("#synthetic").hidden = !state.scene.synthetic;
  }

  function takeOption({ id, name, parent_name: parent, edits: saved, rating }, isVariation) {
    const here = id === state.take.id, from = parent && !isVariation ? `, from ${parent}` : "";
    return option(id, `${name} (${edits(here ? state.take.gestures.length : saved)}${from})${stars(rating)}`, here);
  }

  /** Variations come together, after the takes that people made. */
  function drawTakes() {
    const isVariation = ({ tags }) => tags.includes(VARIATION);
    const entries = state.takes.filter((entry) => !isVariation(entry)).map((entry) => takeOption(entry, false));
    if (!state.takes.some(({ id }) => id === state.take.id)) entries.unshift(option(state.take.id, `${state.take.name} (${edits(state.take.gestures.length)})`, true));
    const groups = new Map();
    for (const entry of state.takes.filter(isVariation)) groups.set(entry.parent_name, [...(groups.get(entry.parent_name) ?? []), takeOption(entry, true)]);
    const grouped = [...groups].map(([parent, options]) => make("optgroup", { label: parent === null ? "Variations" : `Variations of ${parent}` }, ...options));
    takePicker.replaceChildren(...entries, ...grouped, make("hr"), option("", "New take"));
  }

  // ------------------------------------------------------------------------------------------- what is going on

  const SAVING = { saving: "saving …", offline: "no connection: trying again" };

  function drawSaving() {
    if (state.saving === "saved" && state.take.saved_at) savedAt = new Date(state.take.saved_at);
    if (!state.take.saved_at) savedAt = null;
    const saved = savedAt ? `autosaved ${clock(savedAt)}` : "autosaves with the first edit";
    $("#saved").textContent = SAVING[state.saving] ?? saved;
    $("#saved").dataset.saving = state.saving;
  }

  function drawDraft() {
    const { draft } = state;
    const busy = Boolean(draft && draft.done < draft.total);
    const stopped = !draft && Boolean(state.take) && pictures.missing(state.take, state.scene).length > 0;
    $("#draft").hidden = !busy && !stopped;
    $("#draft progress").hidden = !busy;
    $("#draft button").textContent = busy ? "Cancel" : "Continue";
    if (!busy) {
      $("#draft-text").textContent = "Draft stopped";
      return;
    }
    $("#draft progress").value = draft.done / draft.total;
    $("#draft-text").textContent = `Draft ${draft.done} of ${draft.total}${timeLeft(draft)}`;
    $("#draft").title = `${draft.done} of ${draft.total} changed pictures are drawn`;
  }

  /** By the pace of what was drawn since the first few: those may have been stored, or had to wait for the scene to be opened. */
  function timeLeft({ done, total, paced }) {
    const gone = paced ? (performance.now() - paced.at) / 1000 : 0;
    if (gone < PACE_S || done === paced.done) return "";
    const seconds = (gone / (done - paced.done)) * (total - done);
    return seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`;
  }

  function drawButtons() {
    for (const [selector, able, words] of [["undo", state.take.can_undo, state.take.undo_word], ["redo", state.take.can_redo, state.take.redo_word]]) {
      const button = $(`[data-action="${selector}"]`);
      button.setAttribute("aria-disabled", String(!able));
      const label = `${selector === "undo" ? "Undo" : "Redo"}${words ? `: ${words}` : ""}`;
      button.title = `${label} (${selector === "undo" ? "Ctrl+Z" : "Ctrl+Shift+Z"})`;
      button.setAttribute("aria-label", label);
    }
  }

  store.watch(["scene", "scenes"], () => state.scene && drawScenes());
  store.watch(["take", "takes"], () => state.take && (drawTakes(), drawButtons()));
  store.watch(["take", "saving"], () => state.take && drawSaving());
  store.watch(["draft", "take"], drawDraft);
}
