/**
 * The page's heart: twice a second it asks for the server's counts. When they have changed, what is shown is fetched anew.
 */

import { ApiError, get, health, post, showingProblems } from "/static/api.js";
import { showChat } from "/static/chat.js";
import { byId } from "/static/dom.js";
import * as people from "/static/people.js";
import * as rows from "/static/rows.js";
import { showTurns } from "/static/turns.js";

const BEAT_MS = 500;
const DELIVERIES = `
  SELECT turn_id, delivery_status FROM delivery_by_turn
  WHERE conversation_id = :key OR starts_with(conversation_id, concat(:key, '-'))`;
const NOTHING = { turns: [], waiting: [] };

let told = NOTHING;
let deliveries = {};
let unheard = []; // written here, and not yet in what the server tells
let counts = {};

async function beat() {
  try {
    if (document.hidden) return;
    const now = await health();
    byId("pulse").textContent = `${now.messages} messages · ${now.turns} turns` +
      (now.unfinished ? ` · ${now.unfinished} being answered` : "") + (now.dead ? ` · ${now.dead} given up` : "");
    byId("pulse").classList.remove("failed");
    await follow(now);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("pulse").textContent = error.message;
    byId("pulse").classList.add("failed");
  } finally {
    setTimeout(beat, BEAT_MS);
  }
}

async function follow(now) {
  const talked = ["messages", "waiting", "unfinished", "turns"].some((name) => now[name] !== counts[name]);
  const written = now.rows !== counts.rows;
  if (talked || now.unfinished) {
    people.update(await get("/api/conversations"), opened);
    await tell();
  }
  if (written) {
    rows.refresh();
    await askDeliveries();
  }
  counts = now;
}

/** Another conversation was chosen. */
function opened() {
  told = NOTHING;
  deliveries = {};
  unheard = [];
  draw();
  showingProblems(byId("chat-problem"), async () => {
    await tell();
    await askDeliveries();
  });
}

async function tell() {
  const key = people.conversation();
  if (!key) return;
  const found = await get(`/api/conversations/${key}`);
  if (key !== people.conversation()) return;
  told = found;
  const heard = new Set([...told.turns.flatMap((turn) => turn.messages), ...told.waiting].map((each) => each.message_id));
  unheard = unheard.filter((each) => !heard.has(each.key));
  draw();
}

/** How far the answers got, as the lake tells it: the providers' delivery events, joined to their turns. */
async function askDeliveries() {
  const key = people.conversation();
  if (!key) return;
  const { rows: found } = await post("/api/query", { sql: DELIVERIES, parameters: { key } });
  if (key !== people.conversation()) return;
  deliveries = Object.fromEntries(found);
  draw();
}

function draw() {
  showChat(told, unheard, deliveries);
  showTurns(told, deliveries);
}

async function send() {
  const text = byId("text").value;
  if (!text.trim()) return;
  const sending = { key: crypto.randomUUID(), text, at: new Date().toISOString(), state: "sending…" };
  byId("text").value = "";
  unheard.push(sending);
  draw();
  const kept = await showingProblems(byId("chat-problem"), () => post("/api/messages", { text, ...people.writer() }));
  if (kept) {
    const [received] = kept.received;
    sending.key = kept.message_id;
    sending.state = received.outcome === "turn" ? "received" : `${received.outcome}: ${received.reason}`;
    if (received.keys.length > 0) await goOnWith(received.keys[0], sending);
  } else {
    unheard = unheard.filter((each) => each !== sending);
    byId("text").value ||= text;
  }
  draw();
}

/** The message went to the conversation of this key, which may be another than the one shown, or the first. */
async function goOnWith(key, sending) {
  people.choose(key, () => {
    told = NOTHING;
    deliveries = {};
    unheard = [sending];
  });
  await showingProblems(byId("chat-problem"), tell);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
byId("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});

await showingProblems(byId("chat-problem"), async () => {
  people.begin(await get("/api/channels"), opened);
  await rows.begin({
    message_id: () => told.turns.flatMap((turn) => turn.messages).at(-1)?.message_id ?? "",
    address: () => (people.writer().channel === "email" ? people.writer().sender : ""),
  });
});
beat();
