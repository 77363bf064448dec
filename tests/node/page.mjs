// What a browser makes of pages of ours, without a network. Called with a command and files; prints one line of JSON.
//   look FILE             accessibility in every language and colour scheme, script, requests, keyboard, filters, paper
//   fleet FILE            the same of an overview: accessibility, script, requests, keyboard, order and choice of the sources,
//                         paper, and the page without its script
//   weight FILE           how many nodes an overview has, how long it takes to open and to print, and on how many pages
//   looks FILE            accessibility in every language and colour scheme alone
//   fold FILE             where verdict and advice end on a laptop and on a phone
//   paper FILE            how it prints, and on how many pages
//   trust FILE            script, requests and the shape of the page alone
//   picture FILE PNG      how the page looks at first sight
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [command, file, picture] = process.argv.slice(2);
const url = pathToFileURL(file).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});

async function opened(options) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const seen = { requests: [], dialogs: 0, errors: [] };
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("request", (request) => request.url() !== url && seen.requests.push(request.url()));
  page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  const start = Date.now();
  await page.goto(url);
  return { page, seen, milliseconds: Date.now() - start, close: () => context.close() };
}

const shown = (page, selector) => page.locator(selector).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
const languages = (page) => page.locator("input[name=language]").evaluateAll((all) => all.map((one) => one.id));
const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

// WCAG 2.2 AA and the practices that axe knows, for what is on the screen.
async function violations(page) {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), tags);
  const told = (one) => ({ rule: one.id, help: one.help, places: one.nodes.slice(0, 5).map((node) => node.html.slice(0, 200)) });
  return { violations: found.violations.map(told), passes: found.passes.length };
}

// Headings without a gap, one main landmark, every visible text in an element of its language.
async function structure(page) {
  return page.evaluate(() => {
    const visible = (one) => one.checkVisibility();
    const levels = [...document.querySelectorAll("h1,h2,h3,h4")].filter(visible).map((one) => Number(one.tagName[1]));
    return {
      gaps: levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1).length,
      landmarks: ["header", "main", "footer"].map((name) => document.querySelectorAll(`body > ${name}`).length),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });
}

async function everyLook(widths) {
  const looks = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const width of widths) {
      const { page, close } = await opened({ colorScheme, viewport: { width, height: 900 } });
      for (const language of await languages(page)) {
        await page.check(`#${language}`);
        await page.locator("details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
        const lang = language.replace("language-", "");
        const other = lang === "nl" ? "en" : "nl";
        const words = await page.locator("main").innerText();
        looks.push({
          colorScheme, width, lang, words: words.length, other: await shown(page, `span[lang=${other}]`),
          own: await shown(page, `span[lang=${lang}]`), ...(await structure(page)),
          // On a phone the same elements stand below each other: their rules are judged once.
          ...(width === 1200 ? await violations(page) : {}),
        });
      }
      await close();
    }
  }
  return looks;
}

// From the top with the Tab key alone: which controls are reached, and that arrows choose.
async function keyboard() {
  const { page, close } = await opened({});
  const reached = [];
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    reached.push(await focused(page));
    if (reached.at(-1) === "language-en" || reached.at(-1) === "language-nl") {
      await page.keyboard.press("ArrowRight");
      reached.push(await focused(page));
    }
    if (reached.at(-1) === "outcome-all") {
      await page.keyboard.press("ArrowRight");
      reached.push(await focused(page));
      break;
    }
  }
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement.closest(".chip") ?? document.activeElement).outlineStyle);
  await close();
  return { reached, outline };
}

// What the status line says, as those hear it who do not see it: generated content too.
async function status(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const words = (node) => node.role?.value === "StaticText"
    ? [node.name?.value ?? ""]
    : (node.childIds ?? []).flatMap((id) => (byId.has(id) ? words(byId.get(id)) : []));
  await session.detach();
  return nodes.filter((node) => node.role?.value === "status" && !node.ignored).flatMap(words).join(" ");
}

async function filters() {
  const { page, close } = await opened({});
  const all = await page.locator(".requirement").count();
  const open = await shown(page, ".requirement");
  const results = {};
  await page.locator("details.further").evaluate((one) => (one.open = true));
  for (const id of await page.locator(".filters input").evaluateAll((inputs) => inputs.map((one) => one.id))) {
    if (id.endsWith("-all")) continue;
    await page.check(`#${id}`);
    const [name, value] = [id.slice(0, id.indexOf("-")), id.slice(id.indexOf("-") + 1)];
    results[id] = {
      shown: await shown(page, ".requirement"),
      wanted: await page.locator(`.requirement[data-${name}="${value}"]`).count(),
      status: await status(page),
      empty: await page.locator(".part, .cause, .chapter").evaluateAll((parts) => parts.filter(
        (part) => part.checkVisibility() && part.querySelector(".requirement") &&
          ![...part.querySelectorAll(".requirement")].some((one) => one.checkVisibility())).length),
    };
    await page.emulateMedia({ media: "print" });
    results[id].printed = await shown(page, ".requirement");
    await page.emulateMedia({ media: "screen" });
    await page.check(`#${name}-all`);
  }
  // Two choices that nothing fits.
  const keys = (name) => page.locator(`.filters input[name=${name}]`).evaluateAll((inputs) => inputs.map((one) => one.id));
  let nothing = null;
  for (const outcome of await keys("outcome")) {
    for (const chapter of await keys("chapter")) {
      const value = (id) => id.slice(id.indexOf("-") + 1);
      const fits = `.requirement[data-outcome="${value(outcome)}"][data-chapter="${value(chapter)}"]`;
      if (nothing || outcome.endsWith("-all") || chapter.endsWith("-all") || await page.locator(fits).count()) continue;
      await page.check(`#${outcome}`);
      await page.check(`#${chapter}`);
      nothing = { status: await status(page), shown: await shown(page, ".requirement") };
    }
  }
  await page.locator("button[type=reset]").click();
  const reset = await shown(page, ".requirement");
  await close();
  return { all, open, reset, results, nothing };
}

// How far down verdict and advice end on a laptop and on a phone, in every language.
async function fold() {
  const found = [];
  for (const [width, height] of [[1280, 800], [375, 667]]) {
    const { page, close } = await opened({ viewport: { width, height } });
    const all = await languages(page);
    for (const language of all.length ? all : [null]) {
      if (language) await page.check(`#${language}`);
      const bottom = (id) => page.locator(id).evaluate((one) => Math.ceil(one.getBoundingClientRect().bottom));
      found.push({ width, height, language, result: await bottom("#result"), advice: await bottom("#advice") });
    }
    await close();
  }
  return found;
}

async function paper() {
  const { page, close } = await opened({});
  await page.emulateMedia({ media: "print" });
  const closed = await page.locator("details").evaluateAll((all) => all.filter((one) => !one.open).length);
  // Neither the list of all calls nor the filters are printed.
  const hidden = await page.locator("details").evaluateAll((all) => all.filter(
    (one) => one.checkVisibility() && ![...one.children].slice(1).every((child) => child.checkVisibility({ contentVisibilityAuto: true }))).length);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  const calls = await shown(page, ".calls tr");
  await close();
  return { closed, hidden, calls, bytes: pdf.length, pages: (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length };
}

async function trust() {
  const first = await opened({});
  await first.page.waitForTimeout(200);
  const marks = await first.page.evaluate(() => ({ ran: window.ran ?? null, scripts: document.scripts.length, images: document.images.length }));
  marks.overflow = (await structure(first.page)).overflow;
  await first.close();
  return { milliseconds: first.milliseconds, seen: first.seen, marks };
}

async function look() {
  const all = [trust(), everyLook([1200, 360]), keyboard(), filters(), paper()];
  const [first, looks, keys, choices, printed] = await Promise.all(all);
  return { ...first, looks, keyboard: keys, filters: choices, paper: printed };
}

// Of an overview: with the keyboard alone into the table, and from a column to the requirement that it stands for.
async function overviewKeyboard() {
  const { page, close } = await opened({ viewport: { width: 320, height: 900 } });
  const reached = [];
  let scrolled = 0;
  for (let presses = 0; presses < 120 && !page.url().includes("#column-"); presses += 1) {
    await page.keyboard.press("Tab");
    const one = await page.evaluate(() => {
      const { id, className, tagName } = document.activeElement;
      return id || className || tagName;
    });
    reached.push(one);
    if (one === "matrix") {
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() => document.activeElement.scrollLeft > 0);
      scrolled = await page.evaluate(() => document.activeElement.scrollLeft);
    }
    if (one === "A" && await page.evaluate(() => document.activeElement.closest(".requirement-id") !== null)) {
      await page.keyboard.press("Enter");
    }
  }
  const target = await page.evaluate(() => document.querySelector(":target")?.checkVisibility() ?? false);
  const overflow = (await structure(page)).overflow;
  await close();
  return { reached, scrolled, target, overflow };
}

const names = (page) => page.locator(".member").evaluateAll((all) => all.map((one) => one.id.replace("source-", "")));

// The sources from above in each order, and what the heading says of it; and without script.
async function orders() {
  const { page, close } = await opened({});
  const found = { first: await names(page) };
  for (const key of await page.locator(".members").first().locator("th[data-sort]").evaluateAll((all) => all.map((one) => one.dataset.sort))) {
    await page.locator(`th[data-sort=${key}] button`).first().click();
    const sorted = await page.locator("th[aria-sort]").evaluateAll((all) => [...new Set(all.map((one) => one.dataset.sort))]);
    found[key] = { names: await names(page), sorted };
  }
  await close();
  const bare = await opened({ javaScriptEnabled: false });
  found.bare = { names: await names(bare.page), buttons: await bare.page.locator("th button").count() };
  await bare.close();
  return found;
}

// Which sources each choice leaves, and whether that is said.
async function choices() {
  const { page, close } = await opened({});
  const results = {};
  for (const id of await page.locator(".filters input").evaluateAll((inputs) => inputs.map((one) => one.id))) {
    if (id.endsWith("-all")) continue;
    await page.check(`#${id}`);
    const [name, value] = [id.slice(0, id.indexOf("-")), id.slice(id.indexOf("-") + 1)];
    const fits = name === "tag" ? `.member[data-tags~="${value}"]` : `.member[data-outcome="${value}"]`;
    results[id] = { shown: await shown(page, ".member"), wanted: await page.locator(fits).count(), status: await status(page) };
    await page.check(`#${name}-all`);
  }
  await close();
  return results;
}

async function weight() {
  const { page, milliseconds, close } = await opened({ viewport: { width: 1400, height: 900 } });
  const nodes = await page.evaluate(() => {
    const all = (root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      let count = 1;
      while (walker.nextNode()) count += walker.currentNode.nodeType === 1 || walker.currentNode.data.trim() ? 1 : 0;
      return count;
    };
    const table = document.querySelector(".members") ?? document.querySelector("table");
    return {
      first: all(table), firstElements: table.querySelectorAll("*").length,
      page: all(document), elements: document.querySelectorAll("*").length,
      columns: document.querySelectorAll("thead")[0].rows[0].cells.length, height: document.documentElement.scrollHeight,
    };
  });
  const start = Date.now();
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, timeout: 300_000 });
  const printed = Date.now() - start;
  const text = pdf.toString("latin1");
  const box = text.match(/\/MediaBox\s*\[([^\]]*)\]/)?.[1].trim().split(/\s+/).map(Number) ?? [];
  await close();
  return { ...nodes, opened: milliseconds, printed, pages: (text.match(/\/Type\s*\/Page[^s]/g) ?? []).length, box };
}

async function looks() {
  const [first, all] = await Promise.all([trust(), everyLook([1200, 360])]);
  return { ...first, looks: all };
}

async function fleet() {
  const all = [trust(), everyLook([1200, 320]), overviewKeyboard(), orders(), choices(), paper()];
  const [first, looks, keys, ordered, chosen, printed] = await Promise.all(all);
  return { ...first, looks, keyboard: keys, orders: ordered, choices: chosen, paper: printed };
}

async function take() {
  const { page, close } = await opened({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
  await page.screenshot({ path: picture });
  await close();
  return { picture };
}

console.log(JSON.stringify(await { look, looks, fleet, weight, trust, fold, paper, picture: take }[command]()));
await browser.close();
