// The timeline: zoom by dragging, wheel with Ctrl, buttons and keys; lanes and
// severities can be left out; the table below follows what is seen.
{
  const view = document.getElementById("timeline-view");
  const names = ["info", "low", "medium", "high", "critical"];
  const svgns = "http://www.w3.org/2000/svg";
  const width = 1120, left = 90, right = 12, high = 26;
  const plot = width - left - right;
  let data, from, to, tip, range, svg, brush;
  const day = 864e5; // in milliseconds, as are the distances that people read easily between two times
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5, day, 2 * day, 7 * day, 14 * day, 30 * day, 91 * day, 365 * day];
  const off = new Set(); // "lane 2", "severity 0"

  function draw() {
    const height = data.lanes.length * high + 30;
    svg = svgOf("svg", { viewBox: `0 0 ${width} ${height}`, class: "timeline", role: "img", "aria-label": "Timeline" });
    data.lanes.forEach((lane, i) => {
      const name = svgOf("text", { class: "dim", x: 0, y: i * high + 17 });
      name.textContent = lane.name.length > 12 ? lane.name.slice(0, 11) + "…" : lane.name;
      svg.append(name, svgOf("line", { class: "grid", x1: left, y1: i * high + high - 2, x2: width - right, y2: i * high + high - 2 }));
    });
    const seen = new Set();
    const scale = plot / (to - from);
    const zone = svgOf("text", { class: "dim", x: 0, y: height - 8 });
    zone.textContent = "UTC";
    svg.append(zone);
    const step = steps.find((s) => (to - from) / s < 8) || steps.at(-1) * Math.ceil((to - from) / steps.at(-1) / 8);
    const zero = Math.min(step, day);
    for (let at = Math.ceil((data.start + from) / zero) * zero; at <= data.start + to; at += step) {
      const x = left + (at - data.start - from) * scale;
      const t = svgOf("text", { class: "dim", x, y: height - 8, "text-anchor": x < left + 30 ? "start" : x > width - right - 34 ? "end" : "middle" });
      t.textContent = stamp(at, step);
      svg.append(svgOf("line", { class: "grid", x1: x, y1: 0, x2: x, y2: height - 19 }), t);
    }
    let count = 0;
    for (const p of data.points) {
      if (p[0] + p[1] < from || p[0] > to || off.has("lane " + p[2]) || off.has("severity " + p[3])) continue;
      count++;
      const x1 = Math.max(left, left + (p[0] - from) * scale);
      const x2 = Math.min(width - right, left + (p[0] + p[1] - from) * scale);
      const w = Math.max(3, x2 - x1);
      const key = `${p[2]} ${p[3]} ${x1 >> 1} ${(x1 + w) >> 1}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const mark = svgOf("rect", { class: names[p[3]] + (p[1] ? " bar" : ""), x: x1.toFixed(1), y: p[2] * high + 5, width: w.toFixed(1), height: 14 });
      mark.row = p[4];
      svg.append(mark);
    }
    brush = svgOf("rect", { class: "brush", y: 0, height: height - 26, width: 0, x: 0 });
    svg.append(brush);
    view.replaceChildren(svg);
    range.textContent = `${count} of ${data.points.length} events, ${iso(from)} to ${iso(to)} UTC`;
  }

  function svgOf(name, attributes) {
    const e = document.createElementNS(svgns, name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    return e;
  }
  const iso = (ms) => new Date(data.start + ms).toISOString().slice(0, 19).replace("T", " ");
  function stamp(ms, step) {
    const s = new Date(ms).toISOString();
    if (step >= day || ms % day === 0) return s.slice(0, 10);
    return s.slice(11, step < 1000 ? 23 : step < 6e4 ? 19 : 16);
  }

  let waiting;
  function changed() {
    draw();
    clearTimeout(waiting);
    waiting = setTimeout(follow, 150);
  }
  function follow() {
    const table = tables.get("timeline");
    if (!table) return;
    if (from <= 0 && to >= data.span && !off.size) table.within = null;
    else {
      const rows = new Set();
      for (const p of data.points) {
        if (p[0] + p[1] >= from && p[0] <= to && !off.has("lane " + p[2]) && !off.has("severity " + p[3])) rows.add(p[4]);
      }
      table.within = (n) => rows.has(n);
    }
    table.limit = pageRows;
    table.draw();
  }

  function zoom(a, b) {
    const least = 20;
    let size = Math.min(Math.max(b - a, least), data.span);
    const middle = (a + b) / 2;
    from = Math.min(Math.max(0, middle - size / 2), data.span - size);
    to = from + size;
    changed();
  }
  const by = (factor, at = (from + to) / 2) => zoom(at - (at - from) * factor, at + (to - at) * factor);
  const move = (part) => zoom(from + (to - from) * part, to + (to - from) * part);
  const all = () => zoom(0, data.span);
  const timeAt = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * width;
    return from + Math.min(Math.max((x - left) / plot, 0), 1) * (to - from);
  };

  function start() {
    data = island().timeline;
    if (!data.points.length) return;
    from = 0;
    to = data.span;
    const button = (text, label, run) => make("button", { type: "button", className: "tool", textContent: text, "aria-label": label, onclick: run });
    const toggle = (name, key) => make("button", {
      type: "button", className: "tool", textContent: name, "aria-pressed": "true",
      onclick: (e) => {
        if (!off.delete(key)) off.add(key);
        e.currentTarget.setAttribute("aria-pressed", String(!off.has(key)));
        changed();
      },
    });
    range = make("span", { className: "dim", role: "status" });
    tip = make("p", { id: "tip", className: "dim" });
    tip.textContent = "Drag to zoom, or use the keys + − ← → and 0. Point at a mark to read it, click it to see its row.";
    const bar = make("div", { className: "bar-tools" }, button("+", "Zoom in", () => by(0.5)), button("−", "Zoom out", () => by(2)),
      button("←", "Earlier", () => move(-0.3)), button("→", "Later", () => move(0.3)), button("All", "Show all of the time", all), range);
    const lanes = make("div", { className: "bar-tools", role: "group", "aria-label": "What is shown" });
    data.lanes.forEach((lane, i) => lanes.append(toggle(lane.name, "lane " + i)));
    const used = new Set(data.points.map((p) => p[3]));
    const levels = make("div", { className: "bar-tools", role: "group", "aria-label": "Severities that are shown" });
    names.forEach((n, i) => { if (used.has(i)) levels.append(toggle(n, "severity " + i)); });
    view.before(bar, make("div", { id: "timeline-tools" }, lanes, levels));
    view.after(tip);
    view.tabIndex = 0;
    view.setAttribute("role", "application");
    view.setAttribute("aria-label", "Timeline. Plus and minus zoom, the arrow keys move, 0 shows all; the table below has the same events.");
    view.addEventListener("keydown", (e) => {
      const run = { "+": () => by(0.5), "=": () => by(0.5), "-": () => by(2), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), 0: all }[e.key];
      if (!run || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      run();
    });
    view.addEventListener("wheel", (e) => {
      if (!e.ctrlKey) return;
      e.preventDefault();
      by(e.deltaY > 0 ? 1.25 : 0.8, timeAt(e));
    }, { passive: false });
    let began = null;
    view.addEventListener("pointerdown", (e) => { if (e.button === 0 && e.pointerType !== "touch") { began = timeAt(e); e.preventDefault(); view.focus(); } });
    addEventListener("pointermove", (e) => {
      if (began !== null) {
        const now = timeAt(e), scale = plot / (to - from);
        brush.setAttribute("x", left + (Math.min(began, now) - from) * scale);
        brush.setAttribute("width", Math.abs(now - began) * scale);
      } else if (e.target.row !== undefined && view.contains(e.target)) {
        const t = tables.get("timeline");
        tip.textContent = t ? t.rows[e.target.row].cells.slice(0, 4).join(" · ") : "";
      }
    });
    addEventListener("pointerup", (e) => {
      if (began === null) return;
      const now = timeAt(e), was = began;
      began = null;
      if (Math.abs(now - was) * plot / (to - from) > 6) return zoom(Math.min(was, now), Math.max(was, now));
      brush.setAttribute("width", 0);
      const hit = document.elementsFromPoint(e.clientX, e.clientY).find((x) => x.row !== undefined);
      if (hit) reveal("timeline", hit.row);
    });
    draw();
  }
  if (view) start();
}
