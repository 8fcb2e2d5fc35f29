"use strict";
// Interaction only: without scripts everything is still on the page.
for (const table of document.querySelectorAll("table[data-tools]")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  if (rows.length > 5) {
    const box = document.createElement("p");
    box.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "filter " + rows.length + " rows";
    input.setAttribute("aria-label", "Filter: " + (table.caption ? table.caption.textContent : "table"));
    input.addEventListener("input", () => {
      const want = input.value.toLowerCase();
      for (const row of rows) row.hidden = want !== "" && !row.textContent.toLowerCase().includes(want);
    });
    box.append(input);
    table.parentNode.before(box);
  }
  [...table.tHead.rows[0].cells].forEach((th, col) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = th.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[col] ? row.cells[col].textContent.trim() : "";
      const number = (s) => s !== "" && Number.isFinite(Number(s)) ? Number(s) : NaN;
      const order = (a, b) => {
        const x = number(key(a)), y = number(key(b));
        const d = Number.isNaN(x) || Number.isNaN(y) ? key(a).localeCompare(key(b)) : x - y;
        return up ? d : -d;
      };
      body.append(...[...rows].sort(order));
    });
  });
}
function openTarget() {
  const at = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let e = at; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  if (at) at.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();
