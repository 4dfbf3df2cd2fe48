/** What is asked of the whole take: weather, time of day, what comes after the recording; and what a person says of it: its name, notes, tags, a rating. */

import { option, replaceEntries } from "./dom.js";
import { stars } from "./stars.js";
import { createTyped } from "./typed.js";

const AS_RECORDED = "as recorded";
const BY_DRAFT = "Stored with the take. The draft leaves light and weather as recorded.";
const BY_MODEL = "Drafts keep the recorded weather and light; the world model draws them.";

export function createTakePanel(root, store, take) {
  const { state } = store;
  const $ = (selector) => root.querySelector(selector);
  const weather = $("#weather"), hour = $("#time-of-day"), beyond = $("#beyond"), rating = $("#rating");

  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

  function fill(picker, values, value) {
    picker.replaceChildren(...values.map((each) => option(each, capital(each), each === value)));
  }

  /** The choices, and what another hand has asked for. */
  function fillBeyond(choices, value) {
    const all = [...new Set([...choices, value])].sort((a, b) => a - b);
    beyond.replaceChildren(...all.map((seconds) => option(seconds, seconds === 0 ? "Ends with it" : `Goes on for ${seconds} s`, seconds === value)));
  }

  weather.addEventListener("change", () => take.commit({ kind: "weather", value: weather.value }));
  hour.addEventListener("change", () => take.commit({ kind: "time_of_day", value: hour.value }));
  beyond.addEventListener("change", () => take.commit({ kind: "beyond", seconds: Number(beyond.value) }));
  createTyped($("#notes"), store, take, (about) => about.notes, (notes) => ({ notes }));
  createTyped($("#tags"), store, take, (about) => about.tags.join(", "), (text) => ({ tags: text.split(",").map((tag) => tag.trim()).filter(Boolean) }));
  createTyped($("#take-name"), store, take, (about) => about.name, (text) => (text.trim() ? { name: text.trim() } : null));
  $("#take-name").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());

  const rate = (value) => take.describe({ rating: value });

  let asksAbout = null; // the id of the take that may be removed

  function ask(id) {
    asksAbout = id;
    $("#remove-question").hidden = id === null;
    $("#remove-take").hidden = id !== null;
    if (id !== null) $("#remove-words").textContent = `Remove ${state.take.name}? Its file is moved aside, and can be put back.`;
  }

  $("#remove-take").addEventListener("click", () => {
    ask(state.take.id);
    $("#remove-no").focus();
  });
  $("#remove-no").addEventListener("click", () => {
    ask(null);
    $("#remove-take").focus();
  });
  $("#remove-yes").addEventListener("click", () => {
    ask(null);
    take.remove();
  });

  function draw() {
    if (!state.take) return;
    if (asksAbout !== null && asksAbout !== state.take.id) ask(null);
    fill(weather, state.scene.weathers, state.take.weather);
    fill(hour, state.scene.times_of_day, state.take.time_of_day);
    fillBeyond(state.scene.beyond_choices, state.take.beyond_s);
    for (const picker of [weather, hour]) picker.title = state.model ? BY_MODEL : BY_DRAFT;
    const isAsked = state.take.weather !== AS_RECORDED || state.take.time_of_day !== AS_RECORDED;
    $("#weather-note").hidden = Boolean(state.model) || !isAsked; // with a model every picture says whether it shows it
    $("#weather-note").textContent = BY_DRAFT;
    replaceEntries(rating, ...stars(state.take.rating, rate));
  }

  store.watch(["take", "scene", "model"], draw);
}
