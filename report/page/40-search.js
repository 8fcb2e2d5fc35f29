// Search over everything: the rows of all tables, findings and their steps,
// sessions and processes.
const titles = new Map([...document.querySelectorAll("section[id] > h2")].map((h) => [h.parentElement.id, h.textContent]));

// reveal shows a row of a table, opening what it is folded into.
function reveal(id, number) {
  const table = tables.get(id);
  if (!table) return;
  focusOn(table.show(number));
}

// bring scrolls to an element, and again when what lies between is drawn: what
// was never seen has a height that is only guessed.
function bring(element, block) {
  element.scrollIntoView({ block });
  requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block })));
}

function focusOn(element) {
  for (let e = element; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  bring(element, "center");
  element.classList.remove("flash");
  void element.offsetWidth; // begin the animation anew
  element.classList.add("flash");
}

{
  const input = make("input", { type: "search", placeholder: "Search everything  ( / )", "aria-label": "Search everything", autocomplete: "off" });
  const panel = make("div", { id: "hits", hidden: true, role: "region", "aria-label": "Search results" });
  document.getElementById("tools").append(input);
  document.body.append(panel);
  let index;

  function build() {
    index = [];
    const section = (e) => e.closest("section")?.id || "overview";
    for (const e of document.querySelectorAll("article.finding > h3, .lead, .acts > li, .facts, .four, .steps > li, details.minor > summary, details.topic > summary, .tree .proc, .card, .callout, .blind > li")) {
      const text = e.textContent.replace(/\s+/g, " ").trim();
      index.push({ section: section(e), text, low: text.toLowerCase(), go: () => focusOn(e) });
    }
    for (const [id, t] of tables) {
      const where = section(t.element);
      for (const r of t.rows) index.push({ section: where, text: r.cells.filter(Boolean).join(" · "), low: r.text, go: () => reveal(id, r.number) });
    }
  }

  function look() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    panel.hidden = !words.length;
    if (!words.length) return;
    if (!index) build();
    const found = new Map();
    let total = 0;
    for (const x of index) {
      if (!words.every((w) => x.low.includes(w))) continue;
      total++;
      const list = found.get(x.section) || [];
      if (list.length < 6) list.push(x);
      list.total = (list.total || 0) + 1;
      found.set(x.section, list);
    }
    panel.replaceChildren(make("p", { className: "dim", role: "status", textContent: total === 1 ? "1 place" : total + " places" }));
    for (const [id, list] of found) {
      panel.append(make("h3", { textContent: `${titles.get(id) || "Overview"} (${list.total})` }));
      const ul = make("ul");
      for (const x of list) {
        const a = make("a", { onclick: (e) => { e.preventDefault(); panel.hidden = true; x.go(); } }, ...snippet(x.text, words));
        a.setAttribute("href", "#" + id);
        ul.append(make("li", null, a));
      }
      panel.append(ul);
    }
  }

  // snippet returns the text around the first word that was found, marked.
  function snippet(text, words) {
    const low = text.toLowerCase();
    const at = Math.max(0, Math.min(...words.map((w) => low.indexOf(w)).filter((i) => i >= 0)) - 60);
    const part = (at ? "…" : "") + text.slice(at, at + 220);
    const out = [];
    let rest = part;
    while (rest) {
      const lower = rest.toLowerCase();
      let best = -1, word = "";
      for (const w of words) {
        const i = lower.indexOf(w);
        if (i >= 0 && (best < 0 || i < best)) { best = i; word = w; }
      }
      if (best < 0) { out.push(rest); break; }
      out.push(rest.slice(0, best), make("mark", { textContent: rest.slice(best, best + word.length) }));
      rest = rest.slice(best + word.length);
    }
    return out;
  }

  let waiting;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  addEventListener("keydown", (e) => {
    if (e.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { e.preventDefault(); input.focus(); input.select(); }
    if (e.key === "Escape" && !panel.hidden) { panel.hidden = true; input.focus(); }
  });
  addEventListener("click", (e) => { if (!panel.contains(e.target) && e.target !== input) panel.hidden = true; });
}
