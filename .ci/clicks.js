// Clicks through a report as its readers do. Each step says what did not do
// what it should.
"use strict";

module.exports = async function clicks(page, say, { hostile, large }) {
  const must = (ok, text) => { if (!ok) say(text); };
  const body = (id) => page.locator(`table[data-table="${id}"] tbody tr`);

  // filter and sort
  const table = page.locator("#evidence .table");
  const rows = body("evidence");
  const before = await rows.count();
  must(before > 0, "no evidence rows");
  if (before > 5) {
    const filter = table.locator("input[type=search]");
    const word = (await rows.nth(before - 1).locator("td").first().textContent()).trim();
    await filter.fill(word);
    const after = await rows.count();
    must(after > 0 && (after < before || hostile), `the filter shows ${after} of ${before} rows`);
    await filter.fill("no line has these words");
    must(await rows.count() === 1 && (await rows.first().textContent()).includes("No row"), "the filter does not say that nothing is left");
    await filter.fill("");
    must(await rows.count() === before, "an empty filter does not show all rows again");
  }
  const head = table.locator("th").nth(1);
  await head.locator("button").click();
  must(await head.getAttribute("aria-sort") === "ascending", "aria-sort is not set");
  await head.locator("button").press("Enter");
  must(await head.getAttribute("aria-sort") === "descending", "the keyboard does not sort");
  const numbers = (await rows.locator("td:nth-child(2)").allTextContents()).map(Number);
  must(numbers.every((n, i) => i === 0 || n <= numbers[i - 1]), "the rows are not sorted by number");

  // fold
  const box = page.locator("#processes .treebox");
  if (!large && await box.locator("details").count()) {
    const tools = page.locator("#processes .bar-tools");
    await tools.getByText("Fold all", { exact: true }).click();
    must(await box.locator("details[open]").count() === 0, "fold all leaves something open");
    await tools.getByText("Unfold all").click();
    must(await box.locator("details:not([open])").count() === 0, "unfold all leaves something folded");
    await box.locator("summary").first().press("Enter");
    must(await box.locator("details").first().getAttribute("open") === null, "the keyboard does not fold");
  }

  // search
  const account = page.locator("#sessions td.mono").first();
  const word = hostile ? "alert(1)" : await account.count() ? (await account.textContent()).trim() : "log";
  await page.keyboard.press("/");
  await page.keyboard.type(word);
  const hits = page.locator("#hits");
  await hits.locator("a").first().waitFor({ timeout: 10000 }).catch(() => say(`the search for ${word} finds nothing`));
  must(await hits.locator("mark").count() > 0, "the search marks nothing");
  if (await hits.locator("a").count()) await hits.locator("a").last().click();
  must(!(await hits.isVisible()), "the search stays open");
  must(await page.locator(".flash").count() > 0, "the search leads nowhere");

  // evidence and copy
  const cited = page.locator("#findings a[data-e]:visible, #users a[data-e]:visible, #acts a[data-e]:visible").first();
  if (await cited.count()) {
    await cited.click();
    const drawer = page.locator("#drawer");
    must(await drawer.isVisible(), "the drawer does not open");
    const line = await drawer.locator("pre").innerText();
    must(line.trim() !== "", "the drawer shows no line");
    await drawer.getByText("Copy line").click();
    await page.waitForTimeout(100);
    must((await drawer.locator("[role=status]").innerText()).startsWith("Copied"), "copying does not say so");
    must(await page.evaluate(() => navigator.clipboard.readText()) === await drawer.locator("pre").evaluate((e) => e.textContent), "what was copied is not the line");
    await page.keyboard.press("Escape");
    must(!(await drawer.isVisible()), "Escape does not close the drawer");
  }

  // timeline
  const view = page.locator("#timeline-view");
  if (await view.locator("rect").count()) {
    const status = page.locator("#timeline .bar-tools [role=status]").first();
    const all = await status.innerText();
    await view.focus();
    await page.keyboard.press("+");
    must(await status.innerText() !== all, "the key + does not zoom");
    await page.keyboard.press("0");
    must(await status.innerText() === all, "the key 0 does not show all");
    const toggle = page.locator("#timeline-tools button").first();
    await toggle.click();
    must(await toggle.getAttribute("aria-pressed") === "false" && await status.innerText() !== all, "a lane cannot be left out");
    await toggle.click();
    await view.evaluate((e) => e.scrollIntoView({ behavior: "instant", block: "center" }));
    const area = await view.boundingBox();
    await page.mouse.move(area.x + area.width * 0.3, area.y + 30);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.6, area.y + 40, { steps: 4 });
    await page.mouse.up();
    must(await status.innerText() !== all, "dragging does not zoom");
  }

  // sessions
  const session = page.locator("#sessions table a").first();
  if (await session.count()) {
    const id = (await session.getAttribute("href")).slice(1);
    await session.click();
    must(await page.locator("#" + id).getAttribute("open") !== null, `the page of session ${id} does not open`);
  }

  // the pages of accounts and programs
  for (const [section, prefix] of [["users", "user"], ["applications", "app"]]) {
    const link = page.locator(`#${section} table[data-table="${section}"] a[href^="#${prefix}-"]`).last();
    if (!await link.count()) continue;
    const id = (await link.getAttribute("href")).slice(1);
    const name = (await link.textContent()).trim();
    const own = page.locator("#" + id);
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(900); // it is scrolled to
    must(await own.getAttribute("open") !== null, `the page of ${name} does not open`);
    must((await own.locator("summary .title").first().textContent()).trim() === name, `the link of ${name} opens the page of another`);
    must((await own.locator(".facts dd").count()) > 1, `the page of ${name} says nothing`);
    must(await inView(page, "#" + id), `the page of ${name} is not brought into view`);
    const back = own.locator(`a[href="#${section}"]`).last();
    await back.click();
    must(page.url().endsWith("#" + section), `there is no way back to ${section}`);
  }
  const busy = page.locator("#users .topic").filter({ has: page.locator("table[data-table^='stays-']") });
  for (let i = 0; i < await busy.count() && !hostile; i++) {
    const tables = await busy.nth(i).locator("table").evaluateAll((list) => list.map((t) => t.dataset.table.split("-")[0]));
    must(tables.includes("stays"), "a page of an account has no sessions");
  }

  // links into what is not drawn yet lead there all the same
  for (const id of ["indicators", "network", "evidence"]) {
    await page.locator(`nav a[href="#${id}"]`).click();
    await page.waitForTimeout(900);
    must(await inView(page, "#h-" + id), `the navigation does not lead to ${id}`);
  }

  // more rows than the page has
  if (large) {
    await view.focus();
    await page.keyboard.press("0");
    await page.waitForTimeout(400); // the table follows a moment later
    await page.locator("#timeline details.fold > summary").last().click();
    const shown = await body("timeline").count();
    await page.locator("#timeline .table > button").click();
    must(await body("timeline").count() > shown, "there are no more rows");
    const began = Date.now();
    await page.locator("#timeline .table input").fill("needle");
    await page.waitForFunction(() => document.querySelectorAll('table[data-table="timeline"] tbody tr').length === 1);
    must(Date.now() - began < 3000, `filtering takes ${Date.now() - began} ms`);
    must((await body("timeline").first().innerText()).includes("needle"), "the filter does not reach the last row");
  }

  // dark and light
  const theme = page.locator("#theme");
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await theme.click();
  const light = await colour();
  await theme.click();
  must(await page.evaluate(() => document.documentElement.dataset.theme) === "dark" && await colour() !== light, "the switch does not make it dark");

  // by the keyboard alone
  await page.evaluate(() => { history.replaceState(null, "", location.pathname); scrollTo(0, 0); document.activeElement.blur(); getSelection().removeAllRanges(); });
  await page.reload();
  await page.keyboard.press("Tab");
  must(await page.evaluate(() => document.activeElement.className) === "skip", "the first stop of the keyboard is not the skip link");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  must(await page.evaluate(() => document.querySelector("#main").contains(document.activeElement)), "the skip link does not skip");
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    const stop = await page.evaluate(() => {
      const e = document.activeElement, s = getComputedStyle(e);
      return { what: e.outerHTML.slice(0, 200), ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || !!e.closest("svg"), seen: e.checkVisibility() };
    });
    must(stop.ring, `what has the focus does not show it: ${stop.what}`);
    must(stop.seen, `the focus is on what is not seen: ${stop.what}`);
    seen.add(stop.what);
    await page.keyboard.press("Tab");
  }
  must(seen.size > 5, "the keyboard does not go on");
  const claim = page.locator("#users a[data-e]:visible, #acts a[data-e]:visible").first();
  if (await claim.count()) {
    await claim.focus();
    await page.keyboard.press("Enter");
    must(await page.evaluate(() => !!document.activeElement.closest("#drawer")), "the drawer does not take the focus");
    await page.keyboard.press("Escape");
    must(await claim.evaluate((e) => e === document.activeElement), "the focus does not go back to the claim");
  }
  must(!(await page.evaluate(() => window.pwned)), "text from a log was run");
};

// inView says whether the top of an element is in the window.
function inView(page, selector) {
  return page.locator(selector).evaluate((e) => {
    const top = e.getBoundingClientRect().top;
    return top > -60 && top < innerHeight;
  });
}
