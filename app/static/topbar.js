/** The bar above everything: scene, take, undo and redo, the autosave clock, how far the draft is, export. */

import { clock, duration, make, option } from "./dom.js";
import { takeGroups } from "./take_order.js";

const MOST_OFFERED = 50; // takes of a group of the picker
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

  function takeOption({ id, name, parent_name: parent, edits: saved, rating }, of) {
    const here = id === state.take.id, own = of && name.startsWith(`${of}: `) ? name.slice(of.length + 2) : name;
    const from = parent && of === undefined ? `, from ${parent}` : "";
    return option(id, `${own} (${edits(here ? state.take.gestures.length : saved)}${from})${stars(rating)}`, here);
  }

  /** The open one, and so many of each group; the list of takes shows all. */
  function groupOptions({ of, takes }) {
    const shown = takes.filter(({ id }, i) => i < MOST_OFFERED || id === state.take.id), options = shown.map((entry) => takeOption(entry, of));
    const rest = takes.length - shown.length;
    if (rest > 0) options.push(Object.assign(option("-", `and ${rest} more, in the list of takes`), { disabled: true }));
    return of === undefined ? options : [make("optgroup", { label: of === null ? "Variations" : `Variations of ${of}` }, ...options)];
  }

  function drawTakes() {
    const entries = takeGroups(state.takes).flatMap(groupOptions);
    if (!state.takes.some(({ id }) => id === state.take.id)) entries.unshift(option(state.take.id, `${state.take.name} (${edits(state.take.gestures.length)})`, true));
    takePicker.replaceChildren(...entries, make("hr"), option("", "New take"));
    takePicker.title = state.take.name;
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
    return `, ${duration((gone / (done - paced.done)) * (total - done))} left`;
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
