/** What is done with several takes of the list at once: rated, tagged, exported, removed and put back. */

import { make } from "./dom.js";
import { post, whyNot } from "./server.js";
import { stars } from "./stars.js";
import { count, pictures } from "./take_words.js";

const LONGEST_TAG = 60; // as `editor.take` has it
const MOST_SAID = 3; // sentences about those that were refused

/** `list` knows the ticked takes: { chosen, outcomes, know, tell, untick, close }. */
export function createSeveral(store, take, list, showExports) {
  const { state } = store;
  let isBusy = false; // with what is not answered yet

  const button = (text, onclick, kind = "button") => make("button", { type: "button", class: kind, text, onclick });
  const tickOf = (input, text) => make("label", { class: "tick" }, input, make("span", { text }));
  const isOpen = ({ id }) => id === state.take.id;

  /** Ask for something about them; null where that was refused or not heard, which is said. */
  async function asked(work, unheard) {
    isBusy = true;
    draw();
    try {
      return await work();
    } catch (error) {
      list.tell(whyNot(error, unheard), true);
      return null;
    } finally {
      isBusy = false;
      draw();
    }
  }

  /** Ask for as many at a time as a moment allows, until all were looked at: {done: ids, refused: sentences}, with `unheard` among these if it breaks off. `name` is what the answer calls those that were done. */
  async function inParts(path, name, body, unheard) {
    const all = { done: [], refused: [] };
    for (let rest = [...new Set(body.takes)]; rest.length > 0;) {
      const answer = await post(path, { ...body, takes: rest }).catch((error) => ({ sentence: whyNot(error, unheard) }));
      if (answer.sentence) {
        all.refused.unshift(answer.sentence);
        break;
      }
      all.done.push(...answer[name]);
      all.refused.push(...answer.refused);
      rest = rest.slice(answer.looked_at);
      list.know(body.scene, answer.takes);
      if (rest.length > 0) list.tell(`${rest.length} of ${body.takes.length} to go …`);
    }
    return all;
  }

  const inBrief = (sentences) => [...sentences.slice(0, MOST_SAID), ...(sentences.length > MOST_SAID ? [`And ${sentences.length - MOST_SAID} more.`] : [])];
  const told = (done, refused, removed = []) => list.tell([done, ...inBrief(refused)].filter(Boolean).join(" "), refused.length > 0, removed);

  // ------------------------------------------------------------------------------------------- said of them

  const rating = make("span", { role: "radiogroup", "aria-label": "Rating of the ticked" }, ...stars(null, (value) => describe({ rating: value }, `rated ${value} of 5`)));
  const tag = make("input", { placeholder: "Tag", "aria-label": "Tag", maxlength: LONGEST_TAG, autocomplete: "off", spellcheck: "false" });

  function tagWith(change, words) {
    const value = tag.value.trim();
    if (value) describe(change(value), words(value));
    else tag.focus();
  }

  const said = make("div", { class: "of-several" }, make("span", { class: "quiet-text", text: "The ticked:" }), rating, make("span", { class: "tag" }, tag),
    button("Add tag", () => tagWith((value) => ({ add_tag: value }), (value) => `tagged “${value}”`), "button small"),
    button("Remove tag", () => tagWith((value) => ({ drop_tag: value }), (value) => `without the tag “${value}”`), "button small"));

  /** A rating or a tag for all of them; for the open take by the page's own way, so that no older answer undoes it. */
  async function describe(change, words) {
    const UNHEARD = "It is not known what else was written";
    const scene = state.scene.name, takes = list.chosen(), others = takes.filter((entry) => !isOpen(entry)).map(({ id }) => id), isToo = others.length < takes.length;
    const found = await asked(async () => {
      const ofThisOne = isToo && (await take.describe(ofOpen(change))) ? 1 : 0; // first, while it is the open one
      const { done, refused } = await inParts("takes/describe", "described", { scene, takes: others, ...change }, UNHEARD);
      return { done: done.length + ofThisOne, refused };
    }, UNHEARD);
    if (found !== null) told(found.done > 0 ? `${count(found.done)} ${words}.` : "", found.refused);
  }

  function ofOpen({ rating: value, add_tag: added, drop_tag: dropped }) {
    if (value !== undefined) return { rating: value };
    const tags = state.take.tags.filter((each) => each !== dropped);
    return { tags: added === undefined || tags.includes(added) ? tags : [...tags, added] };
  }

  // ------------------------------------------------------------------------------------------- exported

  const models = make("input", { type: "checkbox", onchange: () => draw() }), joins = make("input", { type: "checkbox", checked: true });
  const modelsTick = tickOf(models, "The world model draws all of them, at seconds a frame; else only those with another hour or weather, or that go on");
  const joinsTick = tickOf(joins, "Also together, as one data set with a scene for each");
  const toDraw = make("p", { class: "quiet-text to-draw" });
  const exportButton = button("", () => exportThem(), "button primary");

  const byModel = ({ needs_model: needsModel }) => state.model && (models.checked || needsModel);

  /** How many pictures an export of these draws. */
  function drawnWords(takes) {
    const known = takes.filter((entry) => list.outcomes.of(entry)?.drawn !== undefined), rest = takes.filter((entry) => list.outcomes.of(entry) === null).length;
    const sum = (entries, name) => entries.reduce((all, entry) => all + list.outcomes.of(entry)[name], 0);
    const ofModel = sum(known.filter(byModel), "drawn"), all = ofModel + sum(known.filter((entry) => !byModel(entry)), "drafts");
    const some = ofModel > 0 && ofModel < all ? `, ${ofModel} of them by the world model` : ofModel > 0 ? " by the world model" : "";
    return `To draw: ${pictures(all)}${some}${rest > 0 ? `, and those of ${count(rest)} not looked at yet` : ""}. What no edit touches is copied.`;
  }

  /** All frames and views of each. */
  async function exportThem() {
    const takes = list.chosen().map((entry) => ({ take: entry.id, model: byModel(entry) ? state.manner : null }));
    const order = { scene: state.scene.name, takes, joined: joins.checked && takes.length > 1 };
    const answer = await asked(() => post("exports/takes", order), "It is not known whether they will be exported");
    store.touch("exports");
    if (answer === null) return;
    if (answer.refused.length > 0) told(answer.begun.length > 0 ? "The others are being exported." : "", answer.refused);
    else if (list.close()) showExports();
  }

  // ------------------------------------------------------------------------------------------- removed

  const removeButton = button("", () => remove());

  async function remove() {
    const scene = state.scene.name, takes = list.chosen().filter((entry) => !isOpen(entry)).map(({ id }) => id);
    const unheard = "It is not known which others were removed";
    const found = await asked(() => inParts("takes/remove", "removed", { scene, takes }, unheard), unheard);
    if (found === null) return;
    list.untick(found.done);
    told(found.done.length > 0 ? `${count(found.done.length)} removed.` : "", found.refused, found.done);
  }

  async function putBack(takes) {
    const unheard = "It is not known which others were put back";
    const found = await asked(() => inParts("takes/put_back", "put_back", { scene: state.scene.name, takes }, unheard), unheard);
    if (found !== null) told(`${count(found.done.length)} put back.`, found.refused);
  }

  // ------------------------------------------------------------------------------------------- all of it

  function draw() {
    const takes = list.chosen(), many = takes.length, others = takes.filter((entry) => !isOpen(entry)).length;
    exportButton.textContent = `Export ${many > 0 ? count(many) : "the ticked"}`;
    exportButton.disabled = many === 0 || isBusy;
    removeButton.textContent = `Remove ${others > 0 ? count(others) : "the ticked"}`;
    removeButton.disabled = others === 0 || isBusy;
    removeButton.title = many > others ? "The take that is open stays" : "";
    for (const part of [said, toDraw]) part.hidden = many === 0;
    for (const part of said.querySelectorAll("button")) part.disabled = isBusy;
    modelsTick.hidden = many === 0 || !state.model;
    joinsTick.hidden = many < 2;
    toDraw.textContent = drawnWords(takes);
  }

  const foot = make("div", { class: "buttons" }, exportButton, removeButton, button("Close", () => list.close()));
  return { parts: [said, modelsTick, joinsTick, toDraw, foot], draw, putBack };
}
