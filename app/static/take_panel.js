/** What is asked of the whole take: weather, time of day, what comes after the recording; and what a person says of it: notes, tags, a rating. */

import { make, option, replaceEntries } from "./dom.js";

const AS_RECORDED = "as recorded";
const BY_DRAFT = "Stored with the take. The draft leaves light and weather as recorded.";
const BY_MODEL = "Drafts keep the recorded weather and light; the world model draws them.";

export function createTakePanel(root, store, take) {
  const { state } = store;
  const $ = (selector) => root.querySelector(selector);
  const weather = $("#weather"), hour = $("#time-of-day"), beyond = $("#beyond"), notes = $("#notes"), tags = $("#tags"), rating = $("#rating");

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
  notes.addEventListener("change", () => take.describe({ notes: notes.value }));
  tags.addEventListener("change", () => {
    take.describe({ tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean) });
  });

  const star = (value) => make("button", {
    type: "button", class: "star", role: "radio", "data-entry": value, "aria-checked": String(state.take.rating === value),
    "aria-label": value === 1 ? "1 star" : `${value} stars`, text: value <= (state.take.rating ?? 0) ? "★" : "☆",
    onclick: () => take.describe({ rating: state.take.rating === value ? null : value }),
  });

  function draw() {
    if (!state.take) return;
    const about = root.ownerDocument.activeElement;
    fill(weather, state.scene.weathers, state.take.weather);
    fill(hour, state.scene.times_of_day, state.take.time_of_day);
    fillBeyond(state.scene.beyond_choices, state.take.beyond_s);
    $("#weather-note").textContent = state.model ? BY_MODEL : BY_DRAFT;
    $("#weather-note").hidden = state.take.weather === AS_RECORDED && state.take.time_of_day === AS_RECORDED;
    if (about !== notes) notes.value = state.take.notes;
    if (about !== tags) tags.value = state.take.tags.join(", ");
    replaceEntries(rating, ...[1, 2, 3, 4, 5].map(star));
  }

  store.watch(["take", "scene", "model"], draw);
}
