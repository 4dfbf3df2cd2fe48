/** A rating as stars, for whoever shows one. */

import { make } from "./dom.js";

/** The five buttons of a rating; the one that is chosen takes it back. `entry` names one, for lists that keep the keyboard. */
export const stars = (rating, rate, entry = (value) => value) => [1, 2, 3, 4, 5].map((value) => make("button", {
  type: "button", class: "star", role: "radio", "data-entry": entry(value), "aria-checked": String(rating === value),
  "aria-label": value === 1 ? "1 star" : `${value} stars`, text: value <= (rating ?? 0) ? "★" : "☆",
  onclick: () => rate(rating === value ? null : value),
}));
