/** Building the page. Text only ever becomes text nodes, so that nothing a customer writes can become markup. */

export const byId = (id) => document.getElementById(id);

/** `attributes` that are false, null or undefined are left out, and so are such children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== false && child != null));
  return made;
}

const shown = new WeakMap(); // a container's children by key, each with the item it was made of

/** Makes `container` show `items`. What has not changed stays the same node, with its focus, selection and open details. */
export function show(container, items, keyOf, render) {
  const before = shown.get(container) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const print = JSON.stringify(item);
    const old = before.get(key);
    after.set(key, old?.print === print ? old : { print, node: render(item) });
  }
  const focused = [...before].find(([, { node }]) => node.contains(document.activeElement))?.[0];
  const nodes = [...after.values()].map(({ node }) => node);
  for (const child of [...container.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, index) => {
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] ?? null);
  });
  const again = after.get(focused)?.node;
  if (again && !again.contains(document.activeElement)) again.querySelector("button, summary")?.focus();
  shown.set(container, after);
}

/** A moment, "2026-11-22T00:07:29.5Z", as the person's own clock has it. */
export function time(moment) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  const text = today ? date.toLocaleTimeString() : date.toLocaleString();
  return element("time", { datetime: moment, title: moment }, text);
}
