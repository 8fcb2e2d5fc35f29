// Dark and light, folding, and where links lead.
{
  const modes = ["auto", "light", "dark"];
  const stored = () => { try { return localStorage.getItem("tuxtrail-theme"); } catch { return null; } };
  let mode = modes.includes(stored()) ? stored() : "auto";
  const button = make("button", { type: "button", className: "tool", id: "theme", onclick: () => { mode = modes[(modes.indexOf(mode) + 1) % modes.length]; apply(); } });
  function apply() {
    if (mode === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = mode;
    button.textContent = "Colours: " + mode;
    try { localStorage.setItem("tuxtrail-theme", mode); } catch { /* the page works without */ }
  }
  document.getElementById("tools").append(button);
  apply();

  for (const box of document.querySelectorAll(".treebox")) {
    const folds = (test) => { for (const d of box.querySelectorAll("details")) d.open = test(d); };
    const tool = (text, test) => make("button", { type: "button", className: "tool", textContent: text, onclick: () => folds(test) });
    box.before(make("div", { className: "bar-tools" }, tool("Unfold all", () => true), tool("Fold all", () => false), tool("Only what is risky", (d) => d.querySelector("ul .sev") !== null)));
  }

  function openTarget() {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const row = /^e(\d+)$/.exec(id);
    if (row && tables.get("evidence")?.rows[row[1] - 1]) return reveal("evidence", row[1] - 1);
    const at = id && document.getElementById(id);
    if (!at) return;
    for (let e = at; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    bring(at, "start");
  }
  addEventListener("hashchange", openTarget);
  // a second click on the same link changes no hash
  document.addEventListener("click", (e) => {
    const a = e.target.closest("a[href^='#']");
    if (a && !e.defaultPrevented && a.getAttribute("href") === location.hash) openTarget();
  });
  openTarget();

  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.getAttribute("href").slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const e of entries) {
      if (!e.isIntersecting) continue;
      for (const a of links.values()) a.removeAttribute("aria-current");
      links.get(e.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const id of links.keys()) { const e = document.getElementById(id); if (e) seen.observe(e); }
}
