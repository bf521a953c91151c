/** The lake: the shipped questions in a list, a box for SQL, and the result. */

import { get, post, showingProblems } from "/static/api.js";
import { byId, element, show } from "/static/dom.js";

const LONG = 160; // characters of a cell; the rest is behind a click
const LATEST = 100; // rows that are asked for of a view or a table
const SHORT = 30; // characters that stay on one line
const WORD = 40; // characters of a word that is broken rather than scrolled to
const OFTEN = ["conversation_log", "delivery_by_turn", "unanswered", "volume_by_hour", "events"];
const GROUPS = { report: "Reports", view: "Views", table: "Tables" };
let known = new Map(); // the shipped questions by name
let suggested = {}; // for a parameter by name: what gives its value, where the page can tell
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

byId("parameters").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
byId("asking").addEventListener("submit", (event) => event.preventDefault());
byId("question").addEventListener("change", () => choose(byId("question").value));
byId("often").addEventListener("click", (event) => {
  const name = event.target.closest("button")?.dataset.name;
  if (name) choose(name);
});

/** `suggestions` are functions by the name of a parameter: a value to begin with, or "". */
export async function begin(suggestions) {
  suggested = suggestions;
  const catalogue = await get("/api/catalogue");
  const tables = catalogue.tables.map((table) =>
    ({ ...table, description: "", sql: "", columns: { received_at: "" }, parameters: [] }));
  known = new Map([...catalogue.entries, ...tables].map((entry) => [entry.name, entry]));
  byId("question").append(...Object.entries(GROUPS).map(([kind, label]) => element("optgroup", { label },
    ...[...known.values()].filter((entry) => entry.kind === kind)
      .map(({ name, title }) => element("option", { value: name }, `${short(title)} (${name})`)))));
  byId("often").append(...OFTEN.filter((name) => known.has(name)).map((name) =>
    element("button", { type: "button", "data-name": name, title: known.get(name).title }, name.replaceAll("_", " "))));
}

const short = (title) => (title.length > 70 ? `${title.slice(0, 69)}…` : title);

/** Rows have arrived: the last question is asked again, unless it was never asked, is being changed, or was wrong. */
export function refresh() {
  const untouched = byId("sql").value === asked && byId("query-problem").hidden;
  if (seen !== null && untouched && byId("live").checked) run();
}

function choose(name) {
  const entry = known.get(name);
  if (!entry) return;
  byId("question").value = name;
  byId("sql").value = statement(entry);
  byId("about").textContent = [entry.title, entry.description].filter(Boolean).join(". ");
  byId("about").hidden = false;
  byId("behind").hidden = !entry.sql;
  byId("behind").querySelector("pre").textContent = entry.sql;
  for (const each of byId("often").children) each.setAttribute("aria-pressed", String(each.dataset.name === name));
  askFor(entry);
  const lacking = [...byId("parameters").elements].find((each) => each.required && !each.value);
  if (lacking) lacking.focus();
  else run();
}

/** A field for each parameter; what has a default may stay empty. */
function askFor({ kind, parameters }) {
  const wanted = kind === "report" ? parameters : [];
  byId("parameters").hidden = wanted.length === 0;
  byId("parameters").replaceChildren(...wanted.flatMap(({ name, default: default_, meaning }) => {
    const hint = default_ === null ? "needed" : `otherwise ${default_}`;
    const field = element("input", {
      id: `parameter-${name}`, name, autocomplete: "off", spellcheck: "false",
      required: default_ === null, placeholder: hint, title: meaning,
    });
    if (default_ === null) field.value = suggested[name]?.() ?? "";
    return [element("label", { for: field.id }, name.replaceAll("_", " ")), field, element("p", { class: "quiet" }, meaning)];
  }), element("button", { type: "submit" }, "Ask"));
}

/** Of the fields shown, as long as the statement is still the question they belong to. */
function given(sql) {
  if (sql.trim() !== byId("question").value) return {};
  const filled = [...byId("parameters").elements].filter(({ name, value }) => name && value.trim());
  return Object.fromEntries(filled.map(({ name, value }) => [name, value.trim()]));
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
  const result = await showingProblems(byId("query-problem"), () => post("/api/query", { sql, parameters: given(sql) }));
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
  const kind = typeof value === "number" ? "number" : text.length <= SHORT ? "short"
    : text.split(/\s/).some((word) => word.length > WORD) ? "code" : null;
  if (text.length <= LONG) return element("td", { class: kind }, text);
  const whole = element("details", {}, element("summary", {}, `${text.slice(0, LONG)}…`), element("pre", {}, text));
  return element("td", { class: "long" }, whole);
}
