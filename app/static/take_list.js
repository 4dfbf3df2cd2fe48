/** The takes of the scene as a list: to find one, rate it, go to it; and to rate, tag, export or remove several. */

import { day, make, option, replaceEntries } from "./dom.js";
import { post, whyNot } from "./server.js";
import { stars } from "./stars.js";
import { inOrder } from "./take_order.js";
import { createOutcomes } from "./take_outcomes.js";
import { createSeveral } from "./take_several.js";
import { changedWords, count, findingWords } from "./take_words.js";

const LEAST = [["", "any rating"], ...[1, 2, 3, 4, 5].map((n) => [n, n === 5 ? "★★★★★" : `${"★".repeat(n)} or more`])];
const SOUND = [["", "any findings"], ["none", "no findings"], ["some", "with findings"]];
const MOST_ROWS = 200;
const REST_MS = 150; // after the last key of a search

export function createTakeList(dialog, store, take, showExports) {
  const { state } = store;
  const ticked = new Set(); // ids
  let lastTicked = null; // the id that Shift goes on from
  let resting = 0;

  // ------------------------------------------------------------------------------------------- which are found

  const search = make("input", { type: "search", placeholder: "Words of a name or a tag", "aria-label": "Find takes", autofocus: true, autocomplete: "off", spellcheck: "false", oninput: () => {
    clearTimeout(resting);
    resting = setTimeout(fill, REST_MS);
  } });
  const least = make("select", { "aria-label": "Least rating", onchange: () => fill() }, ...LEAST.map(([value, text]) => option(value, text)));
  const sound = make("select", { "aria-label": "Findings", onchange: () => fill() }, ...SOUND.map(([value, text]) => option(value, text)));
  const every = make("input", { type: "checkbox", "aria-label": "All that are found", onchange: () => tickFound(every.checked) });
  const howMany = make("span", { class: "quiet-text", role: "status" });
  const list = make("ul", { class: "take-list" });
  const news = make("p", { class: "told" }, make("span", { role: "status" }), make("button", { type: "button", class: "button small", text: "Put back", hidden: true }));

  function isMeant({ name, tags, rating }) {
    const text = [name, ...tags].join(" ").toLowerCase(), wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return wanted.every((word) => text.includes(word)) && (rating ?? 0) >= Number(least.value);
  }

  /** Whether its findings are as they are asked for; those of which nothing is known yet are not, and what cannot be opened is one. */
  function isSound(entry) {
    const outcome = outcomes.of(entry);
    return !sound.value || (outcome !== null && (findingWords(outcome) !== null) === (sound.value === "some"));
  }

  const meant = () => inOrder(state.takes).filter(isMeant);
  const found = () => meant().filter(isSound);
  const chosen = () => found().filter(({ id }) => ticked.has(id));
  const outcomes = createOutcomes(store, () => (dialog.open ? meant() : []), () => dialog.open && (sound.value ? fill() : tellOutcomes()), (sentence) => dialog.open && tell(sentence, true));

  /** In place: rows that are made anew would lose a click that is half done. */
  function tellOutcomes() {
    const spans = new Map([...list.querySelectorAll("[data-about]")].map((span) => [span.dataset.about, span]));
    for (const entry of meant()) spans.get(entry.id)?.replaceChildren(...about(entry));
    drawFoot();
  }

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
    back.onclick = () => several.putBack(removed);
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

  /** What stands below its name: what there is to look at, and what it is. */
  function about(entry) {
    const { id, tags, parent_name: parent, edits } = entry, outcome = outcomes.of(entry), warned = outcome && findingWords(outcome);
    const words = [id === state.take.id && "open", edits === 1 ? "1 edit" : `${edits} edits`, outcome && changedWords(outcome), parent && `from ${parent}`, tags.join(", ")];
    return [...(warned ? [make("span", { class: "warned", text: `▲ ${warned} · ` })] : []), words.filter(Boolean).join(" · ")];
  }

  function row(entry) {
    const { id, name, created, rating } = entry, here = id === state.take.id;
    const tick = make("input", { type: "checkbox", checked: ticked.has(id), "data-entry": `${id} tick`, "aria-label": `Choose ${name}`, onclick: (event) => tickOne(id, tick.checked, event.shiftKey) });
    const open = make("button", { type: "button", class: "entry", "data-entry": id, "aria-current": here ? "true" : null, title: here ? "This take is open" : "Open this take", onclick: () => goTo(id) },
      make("span", { class: "sentence" }, make("b", { text: name }), make("span", { class: "quiet-text", "data-about": id }, ...about(entry))));
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

  // ------------------------------------------------------------------------------------------- all of it

  const several = createSeveral(store, take, { chosen, outcomes, know, tell, untick: (ids) => ids.forEach((id) => ticked.delete(id)), close }, showExports);

  /** Whether it was still there to be closed. */
  function close() {
    const was = dialog.open;
    dialog.close();
    return was;
  }

  function drawFoot() {
    const takes = found(), many = chosen().length;
    every.checked = takes.length > 0 && many === takes.length;
    every.indeterminate = many > 0 && many < takes.length;
    several.draw();
  }

  function fill() {
    const takes = found(), none = state.takes.length > 0 ? "No take has these words, this rating and these findings." : "No take of this scene has been saved yet: the first edit saves one.";
    const rows = takes.slice(0, MOST_ROWS).map(row), rest = takes.length - MOST_ROWS;
    if (rest > 0) rows.push(make("li", { class: "empty", text: `and ${rest} more: search for them` }));
    replaceEntries(list, ...(rows.length > 0 ? rows : [make("li", { class: "empty", text: none })]));
    const unseen = sound.value ? meant().filter((entry) => outcomes.of(entry) === null).length : 0;
    howMany.textContent = (takes.length === state.takes.length ? count(takes.length) : `${takes.length} of ${count(state.takes.length)}`) + (unseen > 0 ? `, ${unseen} to look at` : "");
    drawFoot();
    outcomes.look();
  }

  const head = make("div", { class: "dialog-head" }, make("h2"));
  dialog.replaceChildren(head, make("div", { class: "take-filter" }, every, search, least, sound, howMany), news, list, ...several.parts);
  store.watch(["takes", "take"], () => dialog.open && fill());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  let scene = null; // whose takes were listed last

  /** Show it as it was left; `made` are the ids of takes that have just been made: those alone are ticked, and nothing hides them. */
  function show(made = null, sentence = "") {
    if (made !== null || scene !== state.scene.name) {
      ticked.clear();
      search.value = "";
      least.value = sound.value = "";
    }
    for (const id of made ?? []) ticked.add(id);
    scene = state.scene.name;
    head.firstChild.textContent = `Takes of ${scene}`;
    tell(sentence);
    fill();
    if (!dialog.open) dialog.showModal();
    list.querySelector(made === null ? "[aria-current]" : "li:has(:checked)")?.scrollIntoView({ block: "nearest" });
    outcomes.look();
    take.listTakes();
  }

  return { show, found: () => (scene === state.scene.name ? found() : inOrder(state.takes)) };
}
