/** The turns behind the chat: what answered, from which source, how long it took, and what became of each part. */

import { byId, element, show, time } from "/static/dom.js";

export function showTurns(told, deliveries) {
  const items = told.turns.map((turn, index) => ({ turn, number: index + 1, delivery: deliveries[turn.turn_id] }));
  byId("no-turns").hidden = items.length > 0;
  show(byId("turn-list"), items.reverse(), ({ turn }) => turn.turn_id, card);
}

function card({ turn, number, delivery }) {
  const { answer } = turn;
  return element("li", { class: "turn" },
    element("h3", {}, `Turn ${number} `, element("span", { class: "badge" }, turn.state), " ",
      answer && element("span", { class: "badge strong" }, answer.source)),
    element("p", { class: "asked", dir: "auto" }, turn.messages.map((message) => message.text).join("\n") || "(no words)"),
    answer && facts(turn, delivery),
    answer?.citations.length > 0 && citations(answer.citations),
    turn.parts.length > 0 && parts(turn.parts),
    names(turn),
  );
}

function facts(turn, delivery) {
  const { answer } = turn;
  const tokens = answer.input_tokens + answer.output_tokens > 0;
  return definitions([
    ["Why", answer.reason],
    ["Answered in", `${answer.latency_ms} ms`],
    ["Delivery", delivery],
    ["Language", answer.language],
    ["Tokens", tokens && `${answer.input_tokens} read, ${answer.output_tokens} written`],
    ["Consent", answer.consent],
    ["Asked about", answer.asks && `${answer.asks.toUpperCase()}, until ${time(answer.asked_until)}`],
    ["Sender", turn.messages.at(-1).verdict && `DMARC: ${turn.messages.at(-1).verdict}`],
    ["Asked again", turn.asked_again > 0 && `${turn.asked_again} times, after an interruption`],
    ["Unconfirmed", turn.unconfirmed > 0 && `${turn.unconfirmed} sends, before an interruption`],
    ["Ended", turn.finished_at && time(turn.finished_at)],
  ]);
}

const citations = (cited) => element("div", { class: "citations" }, element("h4", {}, "Sources"),
  element("ul", {}, ...cited.map(({ title, uri, excerpt }) => element("li", {},
    excerpt
      ? element("details", {}, element("summary", {}, title || uri), element("blockquote", { dir: "auto" }, excerpt))
      : title || uri,
    uri && element("span", { class: "code quiet" }, uri),
  ))));

const parts = (sent) => element("div", { class: "parts" }, element("h4", {}, sent.length === 1 ? "One part" : `${sent.length} parts`),
  element("ol", {}, ...sent.map(({ state, body, detail, error }) => element("li", {},
    element("span", { class: state === "failed" ? "badge failed" : "badge" }, state), " ",
    [`${[...body].length} characters`, ...Object.entries(detail).filter(([name]) => name !== "characters").map(([name, value]) => `${name} ${value}`)].join(", "),
    error && element("p", { class: "failed" }, error),
  ))));

const names = (turn) => element("details", {}, element("summary", { class: "quiet" }, "Identifiers"), definitions([
  ["Turn", code(turn.turn_id)],
  ["Conversation", code(turn.conversation_id)],
  ["Messages", code(turn.messages.map((message) => message.message_id).join("\n"))],
  ["Answerer", turn.answer?.answerer_id && code(turn.answer.answerer_id)],
  ["Session", turn.answer?.session_id && code(turn.answer.session_id)],
  ["Parts", turn.parts.length > 0 && code(turn.parts.map((part) => part.message_id || "—").join("\n"))],
]));

const code = (text) => element("span", { class: "code" }, text);

const definitions = (pairs) => element("dl", {}, ...pairs.filter(([, value]) => value)
  .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
