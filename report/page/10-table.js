"use strict";
// Interaction only: without scripts everything but the further rows of very
// long tables is still on the page. Text is only ever set as text.

// make returns an element with properties, attributes and children.
function make(name, props, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (key in e && key !== "list") e[key] = value;
    else e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

let islandCache;
function island() {
  islandCache ??= JSON.parse(document.getElementById("data").textContent);
  return islandCache;
}

const pageRows = 50;
const tables = new Map();

// Table shows a window of its rows: those that the page has and those that are
// data, filtered and sorted.
class Table {
  constructor(element) {
    this.element = element;
    this.id = element.dataset.table;
    this.total = Number(element.dataset.total);
    this.body = element.tBodies[0];
    this.classes = [...element.tHead.rows[0].cells].map((th) => th.className);
    this.caption = element.caption.firstChild.textContent.trim();
    this.first = this.id === "evidence" ? Math.max(pageRows, this.body.rows.length) : pageRows; // links lead to its rows
    this.limit = this.first;
    this.want = "";
    this.within = null; // a test of the row's number
    this.order = null;
    this.tools();
    this.heads();
    if (this.total > this.first) this.draw();
  }

  // rows are read when they are first needed.
  get rows() {
    if (!this.read) {
      const shown = this.kept || [...this.body.rows];
      this.read = shown.map((element, number) => ({ number, element, cells: [...element.cells].map((c) => c.textContent.trim()) }));
      for (const cells of island().rows[this.id] || []) {
        this.read.push({ number: this.read.length, data: cells, cells: cells.map(textOf) });
      }
      for (const r of this.read) r.text = r.cells.join(" ").toLowerCase();
    }
    return this.read;
  }

  tools() {
    if (this.total <= 5) return;
    this.count = make("span", { className: "dim", role: "status" });
    this.more = make("button", { type: "button", className: "tool", hidden: true, onclick: () => { this.limit += 10 * pageRows; this.draw(); } });
    this.input = make("input", {
      type: "search", placeholder: "Filter", "aria-label": "Filter: " + this.caption,
      oninput: () => { this.want = this.input.value.trim().toLowerCase(); this.limit = this.first; this.draw(); },
    });
    const box = this.element.closest(".table");
    box.prepend(make("div", { className: "bar-tools" }, this.input, this.count));
    box.append(this.more);
    this.count.textContent = this.total + " rows";
  }

  heads() {
    if (this.total < 2) return;
    [...this.element.tHead.rows[0].cells].forEach((th, col) => {
      const button = make("button", { type: "button", textContent: th.textContent, onclick: () => this.sort(col) });
      th.replaceChildren(button);
    });
  }

  sort(col) {
    const heads = [...this.element.tHead.rows[0].cells];
    const up = heads[col].getAttribute("aria-sort") !== "ascending";
    for (const th of heads) th.removeAttribute("aria-sort");
    heads[col].setAttribute("aria-sort", up ? "ascending" : "descending");
    this.order = { col, up };
    this.draw();
  }

  // chosen returns the rows that the filter leaves, in their order.
  chosen() {
    const words = this.want.split(/\s+/).filter(Boolean);
    let list = this.rows.filter((r) => (!this.within || this.within(r.number)) && words.every((w) => r.text.includes(w)));
    if (this.order) {
      const { col, up } = this.order;
      const keys = new Map(list.map((r) => [r, sortKey(r.cells[col] || "")]));
      list = list.sort((a, b) => compare(keys.get(a), keys.get(b)) * (up ? 1 : -1) || a.number - b.number);
    }
    return list;
  }

  draw() {
    this.kept ??= [...this.body.rows];
    const plain = !this.want && !this.within && !this.order && !this.read;
    let shown, of;
    if (plain) {
      shown = this.kept.slice(0, this.limit);
      of = this.total;
      if (this.limit > this.kept.length && this.total > this.kept.length) return this.rows && this.draw();
    } else {
      const list = this.chosen();
      of = list.length;
      shown = list.slice(0, this.limit).map((r) => r.element ??= drawRow(r.data, this.classes, r.number, this.id));
    }
    if (!shown.length) shown = [make("tr", null, make("td", { colSpan: this.classes.length, className: "empty", textContent: "No row has this." }))];
    this.body.replaceChildren(...shown);
    if (!this.count) return;
    this.count.textContent = of > shown.length ? `${shown.length} of ${of} rows` : of === this.total ? `${this.total} rows` : `${of} of ${this.total} rows`;
    this.more.hidden = of <= this.limit;
    this.more.textContent = `Show ${Math.min(10 * pageRows, of - this.limit)} more`;
  }

  // show brings one row into view, whatever the filter says.
  show(number) {
    this.want = "";
    this.within = null;
    if (this.input) this.input.value = "";
    let at = this.chosen().findIndex((r) => r.number === number);
    this.limit = Math.max(this.limit, at + 1);
    this.draw();
    return this.rows[number].element;
  }
}

// textOf returns the text of a cell of data.
function textOf(c) {
  if (!c || typeof c === "string") return c || "";
  return [c.s, c.t, ...(c.l || []).map((l) => (typeof l === "string" ? l : l[1] ?? l.t)), c.n].filter(Boolean).join(" ");
}

// sortKey sorts numbers, sizes and severities by what they mean.
const severities = { info: 0, low: 1, medium: 2, high: 3, critical: 4 };
const units = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, s: 1, min: 60, h: 3600, "%": 1 };
function sortKey(s) {
  const word = s.split(/\s/, 1)[0];
  if (word in severities) return severities[word];
  const m = /^(-?\d+(?:\.\d+)?)(?:\s*(B|kB|MB|GB|s|min|h|%))?$/.exec(s);
  if (m) return Number(m[1]) * (m[2] ? units[m[2]] : 1);
  return s.toLowerCase();
}

// compare puts what is empty last, numbers before words, and the numbers inside
// words in their order.
const collator = new Intl.Collator("en", { numeric: true });
function compare(a, b) {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return collator.compare(a, b);
}

// drawRow makes a row of data as the page's template makes it; rowdata.go says
// what its cells are.
function drawRow(cells, classes, number, table) {
  const tr = make("tr");
  if (table === "evidence") tr.id = "e" + (number + 1);
  cells.forEach((c, i) => {
    const td = make("td");
    if (classes[i]) td.className = classes[i];
    if (!c || typeof c === "string") {
      td.append(c || "");
      tr.append(td);
      return;
    }
    if (c.s) td.append(make("span", { className: "sev " + c.s, textContent: c.s }), " ");
    if (c.t) td.append(c.t);
    for (const l of c.l || []) {
      const [to, text, line] = typeof l === "string" ? [l, l] : Array.isArray(l) ? ["e" + l[0], l[1], l[0]] : [l.h, l.t];
      if (!to) { td.append(text + " "); continue; }
      const a = make("a", { textContent: text });
      a.setAttribute("href", "#" + to);
      if (line) a.dataset.e = line;
      td.append(a, " ");
    }
    if (c.m) td.append(make("span", { className: "dim", textContent: "+" + c.m }));
    if (c.n) td.append(make("span", { className: "note", textContent: c.n }));
    tr.append(td);
  });
  return tr;
}

for (const element of document.querySelectorAll("table[data-table]")) {
  const t = new Table(element);
  tables.set(t.id, t);
}
