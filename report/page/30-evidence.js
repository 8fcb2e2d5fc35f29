// The evidence drawer: a click on a reference shows the raw line beside the
// claim; the page stays where it is.
{
  const title = make("h2", { id: "drawer-title" });
  const where = make("p", { className: "dim" });
  const line = make("pre", { tabIndex: 0 });
  const said = make("span", { className: "dim", role: "status" });
  const button = (text, run) => make("button", { type: "button", className: "tool", textContent: text, onclick: run });
  const copy = button("Copy line", async () => {
    said.textContent = await copied(line.textContent) ? "Copied." : "Copying is not allowed here: the line is selected.";
  });
  const drawer = make("dialog", { id: "drawer" }, title, where, line,
    make("div", { className: "bar-tools" }, copy, button("Before", () => open(at - 1)), button("Next", () => open(at + 1)), button("In the table", () => { drawer.close(); reveal("evidence", at - 1); }), button("Close", () => drawer.close()), said));
  drawer.setAttribute("aria-labelledby", "drawer-title");
  document.body.append(drawer);
  let at = 0, back;

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(line);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  }

  function open(n) {
    const rows = tables.get("evidence")?.rows;
    if (!rows || !rows[n - 1]) return false;
    at = n;
    const [file, offset, text] = rows[n - 1].cells;
    title.textContent = file;
    where.textContent = `Byte ${offset}. Line ${n} of ${rows.length} that this page cites. Control characters are shown as escapes; what is copied has them too.`;
    line.textContent = text;
    said.textContent = "";
    if (!drawer.open) drawer.show();
    copy.focus();
    return true;
  }

  document.addEventListener("click", (e) => {
    const a = e.target.closest("a[data-e]");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
    back = a;
    if (open(Number(a.dataset.e))) e.preventDefault();
  });
  drawer.addEventListener("keydown", (e) => { if (e.key === "Escape") drawer.close(); });
  drawer.addEventListener("close", () => back?.focus({ preventScroll: true }));
}
