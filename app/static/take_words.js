/** Numbers of takes, and what one comes to, in words. */

export const count = (number) => (number === 1 ? "1 take" : `${number} takes`);
export const pictures = (number) => (number === 1 ? "1 picture" : `${number} pictures`);

/** Which of its pictures are not the recording's; `drawn` are those of the world model, `drafts` those that show it in a draft. */
export function changedWords({ drafts, drawn }) {
  if (drawn === undefined) return "";
  if (drawn === 0) return "nothing changed";
  return drafts === drawn ? `${pictures(drafts)} changed` : `${pictures(drawn)} changed, ${drafts || "none"} in the draft`;
}

/** What there is to look at before it is used; null where that is nothing. */
export const findingWords = ({ findings, problem }) => problem ?? (findings === 0 ? null : findings === 1 ? "1 finding" : `${findings} findings`);
