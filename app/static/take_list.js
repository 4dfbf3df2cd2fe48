/** The takes of the scene as a list: to find one, rate it, go to it, and to export or remove several. */

import { day, make, option, replaceEntries } from "./dom.js";
import { post, Refused } from "./server.js";
import { stars } from "./stars.js";

const OFFLINE = "no connection to the server.";
const LEAST = [["", "any rating"], ...[1, 2, 3, 4, 5].map((n) => [n, n === 5 ? "★★★★★" : `${"★".repeat(n)} or more`])];

export function createTakeList(dialog, store, take, showExports, say) {
  const { state } = store;
  const ticked = new Set(); // ids
  let told = ""; // what has just been made

  const words = (error) => (error instanceof Refused ? error.message : `It was not heard: ${OFFLINE}`);
  const count = (number) => (number === 1 ? "1 take" : `${number} takes`);

  // ------------------------------------------------------------------------------------------- which are shown

  const search = make("input", { type: "search", placeholder: "Words of a name or a tag", "aria-label": "Find takes", oninput: () => fill(), autocomplete: "off", spellcheck: "false" });
  const least = make("select", { "aria-label": "Least rating", onchange: () => fill() }, ...LEAST.map(([value, text]) => option(value, text)));
  const every = make("input", { type: "checkbox", "aria-label": "All that are shown", onchange: () => tickShown(every.checked) });
  const howMany = make("span", { class: "quiet-text", role: "status" });
  const list = make("ul", { class: "take-list" });
  const news = make("p", { class: "note", role: "status" });
  const head = make("div", { class: "take-filter" }, every, search, least, howMany);

  function isShown({ name, tags, rating }) {
    const text = [name, ...tags].join(" ").toLowerCase(), wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return wanted.every((word) => text.includes(word)) && (rating ?? 0) >= Number(least.value);
  }

  const shown = () => state.takes.filter(isShown);
  const chosen = () => shown().filter(({ id }) => ticked.has(id));

  function tickShown(is) {
    for (const { id } of shown()) is ? ticked.add(id) : ticked.delete(id);
    fill();
  }

  // ------------------------------------------------------------------------------------------- one take

  function row(entry) {
    const { id, name, tags, parent_name: parent, edits, saved_at: saved, rating } = entry, here = id === state.take.id;
    const tick = make("input", { type: "checkbox", checked: ticked.has(id), "data-entry": `${id} tick`, "aria-label": `Choose ${name}`, onchange: () => {
      if (tick.checked) ticked.add(id);
      else ticked.delete(id);
      fill();
    } });
    const about = [edits === 1 ? "1 edit" : `${edits} edits`, parent && `from ${parent}`, tags.join(", ")].filter(Boolean).join(" · ");
    const open = make("button", { type: "button", class: "entry", "data-entry": id, "aria-current": here ? "true" : null, title: here ? "This take is open" : "Open this take", onclick: () => goTo(id) },
      make("span", { class: "sentence" }, make("b", { text: name }), make("span", { class: "quiet-text", text: about })));
    const rated = make("span", { role: "radiogroup", "aria-label": `Rating of ${name}` }, ...stars(rating, (value) => rate(entry, value), (value) => `${id} ${value}`));
    return make("li", {}, tick, open, rated, make("span", { class: "quiet-text", text: day(new Date(saved)) }));
  }

  function goTo(id) {
    dialog.close();
    if (id !== state.take.id) take.change(state.scene.name, id);
  }

  async function rate({ id, name }, rating) {
    if (id === state.take.id) return take.describe({ rating });
    try {
      const answer = await post("describe", { scene: state.scene.name, take: id, rating });
      return store.set({ takes: answer.takes });
    } catch (error) {
      return say(`${name} was not rated: ${words(error)}`, "problem");
    }
  }

  // ------------------------------------------------------------------------------------------- several takes

  const whole = make("input", { type: "checkbox", name: "generated" });
  const wholeTick = make("label", { class: "tick" }, whole, make("span", { text: "The world model draws changed actors, too, at seconds a frame" }));
  const joins = make("input", { type: "checkbox", checked: true });
  const joinsTick = make("label", { class: "tick" }, joins, make("span", { text: "Also together, as one data set with a scene for each" }));
  const exportButton = make("button", { type: "button", class: "button primary", onclick: () => exportChosen() });
  const removeButton = make("button", { type: "button", class: "button", onclick: () => removeChosen() });
  const foot = make("div", { class: "buttons" }, exportButton, removeButton, make("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() }));

  /** All frames and views; the world model draws where a draft would not show what is asked. */
  async function exportChosen() {
    exportButton.disabled = true;
    const scene = state.scene.name, takes = chosen(), begun = [];
    try {
      for (const { id, needs_model: needsModel } of takes) {
        const model = state.model && (whole.checked || needsModel) ? state.manner : null;
        begun.push((await post("exports", { scene, take: id, model })).id);
      }
      if (joins.checked && begun.length > 1) await post("exports/join", { scene, exports: begun });
    } catch (error) {
      say(`${begun.length} of ${count(takes.length)} will be exported: ${words(error)}`, "problem");
    }
    dialog.close();
    if (begun.length > 0) showExports(true);
  }

  async function removeChosen() {
    const gone = chosen().filter(({ id }) => id !== state.take.id), scene = state.scene.name;
    removeButton.disabled = true;
    let removed = 0;
    try {
      for (const { id } of gone) {
        const answer = await post("remove", { scene, take: id });
        ticked.delete(id);
        removed += 1;
        store.set({ takes: answer.takes });
      }
    } catch (error) {
      say(`${removed} of ${count(gone.length)} were removed: ${words(error)}`, "problem");
    }
    if (removed > 0) told = `${count(removed)} removed; their files lie in the folder .removed beside the others, and can be put back.`;
    fill();
  }

  // ------------------------------------------------------------------------------------------- all of it

  function fill() {
    const takes = shown(), many = chosen(), others = many.filter(({ id }) => id !== state.take.id);
    replaceEntries(list, ...(takes.length ? takes.map(row) : [make("li", { class: "empty", text: state.takes.length ? "No take is called so." : "No take of this scene has been saved yet: the first edit saves one." })]));
    howMany.textContent = takes.length === state.takes.length ? count(takes.length) : `${takes.length} of ${count(state.takes.length)}`;
    every.checked = takes.length > 0 && many.length === takes.length;
    every.indeterminate = many.length > 0 && many.length < takes.length;
    news.textContent = told;
    news.hidden = !told;
    exportButton.textContent = `Export ${many.length ? count(many.length) : "the chosen"}`;
    exportButton.disabled = many.length === 0;
    removeButton.textContent = `Remove ${others.length ? count(others.length) : "the chosen"}`;
    removeButton.disabled = others.length === 0;
    removeButton.title = many.length > others.length ? "The take that is open stays" : "";
    wholeTick.hidden = !state.model;
    joinsTick.hidden = many.length < 2;
  }

  store.watch(["takes", "take"], () => dialog.open && fill());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  /** Show it; `made` are the ids of takes that have just been made, and come ticked. */
  return (made = null, sentence = "") => {
    ticked.clear();
    for (const id of made ?? []) ticked.add(id);
    told = sentence;
    search.value = "";
    least.value = "";
    dialog.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { text: `Takes of ${state.scene.name}` })), head, news, list, wholeTick, joinsTick, foot);
    fill();
    if (!dialog.open) dialog.showModal();
    take.listTakes();
  };
}
