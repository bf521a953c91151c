/** The chat as the customer sees it: what they wrote, what came back, and how far each has got. */

import { byId, element, show, time } from "/static/dom.js";

/**
 * `told` is the conversation as the API gives it, `unheard` what was written here and is not in it yet, `deliveries`
 * the delivery status of each turn's answer by its turn_id, as far as the lake knows.
 */
export function showChat(told, unheard, deliveries) {
  const list = byId("bubbles");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const before = new Set(list.children);
  const bubbles = inOrder([
    ...told.turns.flatMap((turn, index) => bubblesOf(turn, told.turns[index - 1], deliveries)),
    ...told.waiting.map((message) => said(message, "received, waiting")),
  ], unheard.map((each) => ({ key: each.key, side: "theirs", text: each.text, at: each.at, state: each.state })));
  show(list, bubbles.map(({ state, failed, ...rest }) => rest), ({ key }) => key, rendered);
  bubbles.forEach((bubble, index) => setState(list.children[index], bubble));
  const added = [...list.children].filter((bubble) => !before.has(bubble));
  const written = added.some((bubble) => bubble.classList.contains("theirs"));
  if (written || (added.length > 0 && atEnd)) list.scrollTop = list.scrollHeight;
}

/** What is not in the server's conversation stands where it was written: some of it, like an ignored mail, never will be. */
function inOrder(bubbles, written) {
  const ordered = [...bubbles];
  for (const each of written) {
    const later = ordered.findIndex(({ side, at }) => side === "theirs" && at && new Date(at) > new Date(each.at));
    ordered.splice(later < 0 ? ordered.length : later, 0, each);
  }
  return ordered;
}

function bubblesOf(turn, previous, deliveries) {
  const begun = previous && previous.conversation_id !== turn.conversation_id;
  return [
    ...(begun ? [{ key: `begin-${turn.turn_id}`, side: "note", text: "A new conversation begins" }] : []),
    ...turn.messages.map((message) => said(message, heard(turn))),
    ...answers(turn, deliveries[turn.turn_id]),
  ];
}

const said = (message, state) => {
  const attached = message.attachments.map(({ kind, name }) => `[${name || kind}]`);
  const text = [message.text, ...attached].filter(Boolean).join("\n");
  return { key: message.message_id, side: "theirs", text, at: message.occurred_at, state };
};

function heard(turn) {
  if (turn.state === "received") return "received";
  return turn.answer.text ? "answered" : `no answer: ${turn.answer.reason || turn.answer.source}`;
}

function answers(turn, delivery) {
  if (turn.state === "received") {
    return [{ key: `busy-${turn.turn_id}`, side: "ours", text: "…", state: "is being answered" }];
  }
  return turn.parts.map((part, index) => ({
    key: `${turn.turn_id}-${index}`,
    side: "ours",
    text: readable(turn, part),
    at: turn.finished_at,
    source: turn.answer.source,
    state: partState(part, delivery),
    failed: part.state === "failed" || delivery === "failed",
  }));
}

/** A mail's part is the whole mail in MIME form; its words are the answer's. */
const readable = (turn, part) => (turn.messages[0].channel === "email" ? turn.answer.text : part.body);

const partState = (part, delivery) => {
  if (part.state === "sent") return delivery && delivery !== "unconfirmed" ? delivery : "sent";
  return part.error ? `${part.state}: ${part.error}` : part.state;
};

function rendered({ side, text, at, source }) {
  if (side === "note") return element("li", { class: "note" }, text);
  const who = side === "theirs" ? "Customer" : "Parley";
  return element("li", { class: `bubble ${side}` },
    element("span", { class: "unseen" }, `${who}: `),
    element("p", { class: "words", dir: "auto" }, text),
    element("p", { class: "under", "aria-live": "off" },
      at && time(at), source && element("span", { class: "badge" }, source), element("span", { class: "state" })));
}

/** Changed in place: a bubble made anew would be read out again. */
function setState(node, { state, failed }) {
  const place = node.querySelector(".state");
  if (!place) return;
  place.textContent = state;
  place.classList.toggle("failed", Boolean(failed));
}
