/** The takes of the scene as a list: to find one, rate it, go to it, and to export or remove several. */

import { day, make, option, replaceEntries } from "./dom.js";
import { post, whyNot } from "./server.js";
import { stars } from "./stars.js";
import { inOrder } from "./take_order.js";

const LEAST = [["", "any rating"], ...[1, 2, 3, 4, 5].map((n) => [n, n === 5 ? "★★★★★" : `${"★".repeat(n)} or more`])];
const MOST_ROWS = 200;
const REST_MS = 150; // after the last key of a search

const count = (number) => (number === 1 ? "1 take" : `${number} takes`);

export function createTakeList(dialog, store, take, showExports) {
  const { state } = store;
  const ticked = new Set(); // ids
  let lastTicked = null; // the id that Shift goes on from
  let isBusy = false; // with an export or a removal that is not answered
  let resting = 0;

  // ------------------------------------------------------------------------------------------- which are found

  const search = make("input", { type: "search", placeholder: "Words of a name or a tag", "aria-label": "Find takes", autofocus: true, autocomplete: "off", spellcheck: "false", oninput: () => {
    clearTimeout(resting);
    resting = setTimeout(fill, REST_MS);
  } });
  const least = make("select", { "aria-label": "Least rating", onchange: () => fill() }, ...LEAST.map(([value, text]) => option(value, text)));
  const every = make("input", { type: "checkbox", "aria-label": "All that are found", onchange: () => tickFound(every.checked) });
  const howMany = make("span", { class: "quiet-text", role: "status" });
  const list = make("ul", { class: "take-list" });
  const news = make("p", { class: "told" }, make("span", { role: "status" }), make("button", { type: "button", class: "button small", text: "Put back", hidden: true }));

  function isFound({ name, tags, rating }) {
    const text = [name, ...tags].join(" ").toLowerCase(), wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return wanted.every((word) => text.includes(word)) && (rating ?? 0) >= Number(least.value);
  }

  const found = () => inOrder(state.takes).filter(isFound);
  const chosen = () => found().filter(({ id }) => ticked.has(id));

  function tickFound(is) {
    for (const { id } of found()) is ? ticked.add(id) : ticked.delete(id);
    fill();
  }

  /** What has just happened; `removed` are ids that can be put back. */
  function tell(sentence, isProblem = false, removed = []) {
    const [words, back] = news.children;
    words.textContent = sentence;
    news.classList.toggle("problem", isProblem);
    news.hidden = !sentence;
    back.hidden = removed.length === 0;
    back.onclick = () => putBack(removed);
  }

  // ------------------------------------------------------------------------------------------- one take

  /** Tick it or not; with Shift, all from the one before to this one. */
  function tickOne(id, is, isRange) {
    const ids = found().map((entry) => entry.id), ends = [ids.indexOf(lastTicked), ids.indexOf(id)].sort((a, b) => a - b);
    const meant = isRange && ends[0] >= 0 ? ids.slice(ends[0], ends[1] + 1) : [id];
    for (const each of meant) is ? ticked.add(each) : ticked.delete(each);
    lastTicked = id;
    if (meant.length > 1) fill();
    else drawFoot();
  }

  function row(entry) {
    const { id, name, tags, parent_name: parent, edits, created, rating } = entry, here = id === state.take.id;
    const tick = make("input", { type: "checkbox", checked: ticked.has(id), "data-entry": `${id} tick`, "aria-label": `Choose ${name}`, onclick: (event) => tickOne(id, tick.checked, event.shiftKey) });
    const about = [here && "open", edits === 1 ? "1 edit" : `${edits} edits`, parent && `from ${parent}`, tags.join(", ")].filter(Boolean).join(" · ");
    const open = make("button", { type: "button", class: "entry", "data-entry": id, "aria-current": here ? "true" : null, title: here ? "This take is open" : "Open this take", onclick: () => goTo(id) },
      make("span", { class: "sentence" }, make("b", { text: name }), make("span", { class: "quiet-text", text: about })));
    const rated = make("span", { role: "radiogroup", "aria-label": `Rating of ${name}` }, ...stars(rating, (value) => rate(entry, value), (value) => `${id} ${value}`));
    return make("li", {}, tick, open, rated, make("span", { class: "quiet-text", title: "When it was begun", text: day(new Date(created)) }));
  }

  function goTo(id) {
    dialog.close();
    if (id !== state.take.id) take.change(state.scene.name, id);
  }

  async function rate({ id, name }, rating) {
    if (id === state.take.id) return take.describe({ rating });
    const scene = state.scene.name;
    try {
      const answer = await post("describe", { scene, take: id, rating });
      return know(scene, answer.takes);
    } catch (error) {
      return tell(`${name} was not rated: ${whyNot(error, "it was not heard")}`, true);
    }
  }

  /** The takes of a scene, where that is still the open one. */
  const know = (scene, takes) => scene === state.scene.name && store.set({ takes });

  // ------------------------------------------------------------------------------------------- several takes

  const tickOf = (input, text) => make("label", { class: "tick" }, input, make("span", { text }));
  const models = make("input", { type: "checkbox" }), joins = make("input", { type: "checkbox", checked: true });
  const modelsTick = tickOf(models, "The world model draws all of them, at seconds a frame; else only those with another hour or weather, or that go on");
  const joinsTick = tickOf(joins, "Also together, as one data set with a scene for each");
  const exportButton = make("button", { type: "button", class: "button primary", onclick: () => exportChosen() });
  const removeButton = make("button", { type: "button", class: "button", onclick: () => removeChosen() });
  const foot = make("div", { class: "buttons" }, exportButton, removeButton, make("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() }));

  /** Ask for something about several takes at once; null where that was refused or not heard, which is said. */
  async function asked(path, body, unheard) {
    isBusy = true;
    drawFoot();
    try {
      return await post(path, body);
    } catch (error) {
      tell(whyNot(error, unheard), true);
      return null;
    } finally {
      isBusy = false;
      drawFoot();
    }
  }

  /** All frames and views of each. */
  async function exportChosen() {
    const takes = chosen().map(({ id, needs_model: needsModel }) => ({ take: id, model: state.model && (models.checked || needsModel) ? state.manner : null }));
    const answer = await asked("exports/takes", { scene: state.scene.name, takes, joined: joins.checked && takes.length > 1 }, "It is not known whether they will be exported");
    if (answer === null) return;
    if (answer.refused.length > 0) tell(answer.refused.join(" "), true);
    if (answer.refused.length > 0 || !dialog.open) return;
    dialog.close();
    showExports();
  }

  async function removeChosen() {
    const scene = state.scene.name, takes = chosen().map(({ id }) => id).filter((id) => id !== state.take.id);
    const answer = await asked("takes/remove", { scene, takes }, "It is not known whether they were removed");
    if (answer === null) return;
    for (const id of answer.removed) ticked.delete(id);
    know(scene, answer.takes);
    const said = [answer.removed.length > 0 ? `${count(answer.removed.length)} removed.` : "", ...answer.refused];
    tell(said.filter(Boolean).join(" "), answer.refused.length > 0, answer.removed);
  }

  async function putBack(takes) {
    const scene = state.scene.name;
    const answer = await asked("takes/put_back", { scene, takes }, "It is not known whether they were put back");
    if (answer === null) return;
    know(scene, answer.takes);
    tell([`${count(answer.put_back.length)} put back.`, ...answer.refused].join(" "), answer.refused.length > 0);
  }

  // ------------------------------------------------------------------------------------------- all of it

  function drawFoot() {
    const takes = found(), many = chosen().length, others = chosen().filter(({ id }) => id !== state.take.id).length;
    every.checked = takes.length > 0 && many === takes.length;
    every.indeterminate = many > 0 && many < takes.length;
    exportButton.textContent = `Export ${many > 0 ? count(many) : "the ticked"}`;
    exportButton.disabled = many === 0 || isBusy;
    removeButton.textContent = `Remove ${others > 0 ? count(others) : "the ticked"}`;
    removeButton.disabled = others === 0 || isBusy;
    removeButton.title = many > others ? "The take that is open stays" : "";
    modelsTick.hidden = !state.model;
    joinsTick.hidden = many < 2;
  }

  function fill() {
    const takes = found(), none = state.takes.length > 0 ? "No take has these words and this rating." : "No take of this scene has been saved yet: the first edit saves one.";
    const rows = takes.slice(0, MOST_ROWS).map(row), rest = takes.length - MOST_ROWS;
    if (rest > 0) rows.push(make("li", { class: "empty", text: `and ${rest} more: search for them` }));
    replaceEntries(list, ...(rows.length > 0 ? rows : [make("li", { class: "empty", text: none })]));
    howMany.textContent = takes.length === state.takes.length ? count(takes.length) : `${takes.length} of ${count(state.takes.length)}`;
    drawFoot();
  }

  const head = make("div", { class: "dialog-head" }, make("h2"));
  dialog.replaceChildren(head, make("div", { class: "take-filter" }, every, search, least, howMany), news, list, modelsTick, joinsTick, foot);
  store.watch(["takes", "take"], () => dialog.open && fill());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  let scene = null; // whose takes were listed last

  /** Show it as it was left; `made` are the ids of takes that have just been made: those alone are ticked, and nothing hides them. */
  function show(made = null, sentence = "") {
    if (made !== null || scene !== state.scene.name) {
      ticked.clear();
      search.value = "";
      least.value = "";
    }
    for (const id of made ?? []) ticked.add(id);
    scene = state.scene.name;
    head.firstChild.textContent = `Takes of ${scene}`;
    tell(sentence);
    fill();
    if (!dialog.open) dialog.showModal();
    list.querySelector(made === null ? "[aria-current]" : "li:has(:checked)")?.scrollIntoView({ block: "nearest" });
    take.listTakes();
  }

  return { show, found: () => (scene === state.scene.name ? found() : inOrder(state.takes)) };
}
