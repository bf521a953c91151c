/** The lake: the shipped questions as buttons, a box for SQL, and the result. */

import { get, post, showingProblems } from "/static/api.js";
import { byId, element, show } from "/static/dom.js";

const LONG = 160; // characters of a cell; the rest is behind a click
const LATEST = 100; // rows that a button's SQL asks for
let seen = null; // the keys of the last run's rows, so that new ones stand out; null before it
let asked = ""; // the SQL of the last run
let running = false;

// From the first moment: a form that is sent before anything listens loads the page anew, and what was written is gone.
byId("query").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
byId("sql").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("query").requestSubmit();
});

export async function begin() {
  const catalogue = await get("/api/catalogue");
  const tables = catalogue.tables.map((table) => ({ ...table, description: "", sql: "", columns: { received_at: "" } }));
  byId("questions").append(...[...catalogue.entries, ...tables].map(button));
}

/** Rows have arrived: the last question is asked again, unless it was never asked, is being changed, or was wrong. */
export function refresh() {
  const untouched = byId("sql").value === asked && byId("query-problem").hidden;
  if (seen !== null && untouched && byId("live").checked) run();
}

function button(entry) {
  const made = element("button", { type: "button", title: entry.title }, entry.name.replaceAll("_", " "));
  made.addEventListener("click", () => {
    byId("sql").value = statement(entry);
    byId("about").textContent = [entry.title, entry.description].filter(Boolean).join(". ");
    byId("about").hidden = false;
    byId("behind").hidden = !entry.sql;
    byId("behind").querySelector("pre").textContent = entry.sql;
    for (const other of byId("questions").children) other.setAttribute("aria-pressed", String(other === made));
    run();
  });
  return made;
}

/** A report is asked by its name; of a view or a table the latest rows are wanted. */
function statement({ kind, name, columns }) {
  if (kind === "report") return name;
  const moment = Object.keys(columns).find((column) => column.endsWith("_at"));
  return `SELECT *\nFROM ${name}${moment ? `\nORDER BY ${moment} DESC` : ""}\nLIMIT ${LATEST}`;
}

async function run() {
  if (running) return;
  running = true;
  const sql = byId("sql").value;
  const started = performance.now();
  const result = await showingProblems(byId("query-problem"), () => post("/api/query", { sql }));
  running = false;
  if (sql !== asked) seen = null;
  asked = sql;
  if (!result) return;
  const took = Math.round(performance.now() - started);
  byId("outcome").textContent = `${counted(result)} · ${took} ms · ${new Date().toLocaleTimeString()}`;
  showTable(result);
}

function counted({ rows, total }) {
  if (total > rows.length) return `the first ${rows.length} rows; there are more`;
  return total === 1 ? "1 row" : `${total} rows`;
}

function showTable({ columns, rows }) {
  const [head, body] = byId("result").querySelectorAll("thead, tbody");
  head.replaceChildren(element("tr", {}, ...columns.map(({ name, type }) =>
    element("th", { scope: "col", title: type }, name))));
  const items = numbered(rows);
  const before = seen;
  seen = new Set(items.map(({ key }) => key));
  show(body, items, ({ key }) => key, ({ key, row }) =>
    element("tr", { class: before && !before.has(key) && "new" }, ...row.map(cell)));
}

/** Each row under a key of its own: its text, and which of its equals it is. */
function numbered(rows) {
  const equals = new Map();
  return rows.map((row) => {
    const text = JSON.stringify(row);
    equals.set(text, (equals.get(text) ?? 0) + 1);
    return { key: `${equals.get(text)} ${text}`, row };
  });
}

function cell(value) {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const kind = typeof value === "number" ? "number" : null;
  if (text.length <= LONG) return element("td", { class: kind }, text);
  const whole = element("details", {}, element("summary", {}, `${text.slice(0, LONG)}…`), element("pre", {}, text));
  return element("td", { class: "long" }, whole);
}
