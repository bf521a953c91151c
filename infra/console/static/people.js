/** Who writes: the channel, the customer's address, and the latest conversations to go on with. */

import { byId, element, show, time } from "/static/dom.js";

let channels = [];
let listed = [];
let chosen = null; // the key of the conversation shown; null before its first message

/** What is written in the form. */
export const writer = () => ({ channel: byId("channel").value, sender: byId("sender").value.trim() });
export const conversation = () => chosen;

/** `onChange` is called when another conversation, or none, has been chosen. */
export function begin(found, onChange) {
  channels = found;
  byId("channel").append(...channels.map(({ name }) => element("option", { value: name }, name)));
  fillIn(channels[0]?.a_customer ?? "");
  byId("channel").addEventListener("change", () => {
    fillIn(channels.find(({ name }) => name === byId("channel").value).a_customer);
    choose(latestOfWriter(), onChange);
  });
  byId("sender").addEventListener("change", () => choose(latestOfWriter(), onChange));
  byId("person").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("text").focus();
  });
  byId("conversations").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key;
    const summary = listed.find((each) => each.key === key);
    if (!summary) return;
    byId("channel").value = summary.channel;
    fillIn(summary.their_address);
    choose(key, onChange);
  });
}

/** Shows another conversation; null for one that is yet to begin. */
export function choose(key, onChange) {
  if (key === chosen) return;
  chosen = key;
  showList();
  onChange();
}

/** The server's list, after something happened. Where none is chosen, the writer's latest conversation is. */
export function update(summaries, onChange) {
  listed = summaries;
  const senders = [...new Set(listed.map((each) => each.their_address))];
  show(byId("senders"), senders, (sender) => sender, (value) => element("option", { value }));
  if (chosen === null) choose(latestOfWriter(), onChange);
  showList();
}

function fillIn(sender) {
  byId("sender").value = sender;
  byId("ours").textContent = channels.find(({ name }) => name === byId("channel").value)?.our_address ?? "";
}

function latestOfWriter() {
  const { channel, sender } = writer();
  const same = (each) => each.channel === channel && each.their_address.toLowerCase() === sender.toLowerCase();
  return listed.find(same)?.key ?? null;
}

function showList() {
  byId("no-conversations").hidden = listed.length > 0;
  const items = listed.map((each) => ({ ...each, current: each.key === chosen }));
  show(byId("conversations"), items, ({ key }) => key, (each) => {
    const under = element("span", { class: "quiet" }, each.channel, " · ", each.unfinished ? "answering…" : time(each.answered_at));
    const attributes = { type: "button", "data-key": each.key, "aria-current": each.current && "true" };
    return element("li", {}, element("button", attributes,
      element("span", { class: "who" }, each.their_address),
      each.last_question && element("span", { class: "last" }, each.last_question),
      under,
    ));
  });
}
