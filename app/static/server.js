/** Talking to the server: one answer per edit, in order; what does not reach it is tried again until it does. */

const JSON_HEADERS = { "Content-Type": "application/json" };
const RETRY_MS = 700;
const MOST_KEPT = 20_000; // characters; browsers let 64 KiB in all outlive a page
const NOBODY_THERE = [502, 503, 504]; // without a sentence: a proxy's, that finds no server

export class Refused extends Error {}

/** Why something was not done: the server's sentence, or that nobody answered; `unheard` says what is not known then. */
export const whyNot = (error, unheard) => (error instanceof Refused ? error.message : `${unheard}: no connection to the server.`);

/** A route of ours, also where the window does not stand at the root of its host. */
export const route = (path) => new URL(`retake/${path}`, document.baseURI).href;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A new id, for a gesture or an actor. */
export function freshId(prefix, length = 6) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function answerOf(response) {
  if (response.ok) return response.json();
  if (response.status === 401) location.reload();
  const body = await response.json().catch(() => ({}));
  const { status } = response, hasWords = typeof body.detail === "string";
  const sentence = hasWords ? body.detail : `The server answered ${status}.`;
  throw Object.assign(new Refused(sentence), { status, body, isUnheard: !hasWords && NOBODY_THERE.includes(status) });
}

export async function get(path) {
  return answerOf(await fetch(route(path)));
}

let isLeaving = false;
for (const [event, leaves] of [["beforeunload", true], ["pagehide", true], ["pageshow", false]]) {
  globalThis.addEventListener(event, () => { isLeaving = leaves; });
}

/** Post, and wait for the answer; what is posted while the page is being left outlives it. */
export async function post(path, body, signal) {
  const text = JSON.stringify(body), keepalive = isLeaving && text.length < MOST_KEPT;
  return answerOf(await fetch(route(path), { method: "POST", headers: JSON_HEADERS, body: text, signal, keepalive }));
}

/** Post while the page is being left: there is nobody to hear the answer. */
export function postOnLeaving(path, body) {
  fetch(route(path), { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(body), keepalive: true }).catch(() => {});
}

/** Post until the server has answered, a failure of its own too; `onOffline` hears of every try that did not reach it. */
export async function postUntilAnswered(path, body, onOffline) {
  for (;;) {
    try {
      return await post(path, body);
    } catch (error) {
      if (error instanceof Refused && !error.isUnheard) throw error;
      onOffline(error);
      await sleep(RETRY_MS);
    }
  }
}

/** One at a time, in the order of asking. */
export function createQueue() {
  let last = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}

/** The JSON messages of a streamed answer, line by line; aborting the signal cancels the work on the server. */
export async function* stream(path, body, signal) {
  const response = await fetch(route(path), { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(body), signal });
  if (!response.ok) await answerOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
