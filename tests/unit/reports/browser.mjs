// Opens a report in Chromium and prints what was found as JSON: axe in the themes named, deep link without
// scripts, filter, first paint, pages of the PDF.  Run by test_browser.py.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [, , chromium, modules, file, anchor, ...themes] = process.argv;
const require = createRequire(`${modules}/`);
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await puppeteer.launch({ executablePath: chromium, args: quiet });
const found = { errors: [], axe: {} };
const watch = (page) => {
  page.on("pageerror", (error) => found.errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && found.errors.push(message.text()));
  page.on("request", (request) => request.url().startsWith("file:") || found.errors.push(`loads ${request.url()}`));
};

for (const mode of themes) {
  const page = await browser.newPage();
  watch(page);
  await page.setBypassCSP(true); // for axe itself
  await page.setViewport({ width: 1600, height: 9000 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: mode }]);
  await page.goto(`file://${file}`);
  // What is laid out later, or sticks over something else, has no background that axe could tell.
  await page.addStyleTag({ content: "*{content-visibility:visible!important;position:static!important}.scroll{max-height:none!important}" });
  await page.evaluate(() => { for (const box of document.querySelectorAll("details")) box.open = true; });
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await page.evaluate((names) => globalThis.axe.run(document, { runOnly: names }), tags);
  found.axe[mode] = result.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`);
}

const bare = await browser.newPage();
await bare.setJavaScriptEnabled(false);
await bare.goto(`file://${file}#${anchor}`);
await new Promise((done) => setTimeout(done, 300)); // the browser opens what it scrolls to a moment later
const session = await bare.createCDPSession();
const { root } = await session.send("DOM.getDocument");
const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector: `#${anchor}` });
const box = await session.send("DOM.getBoxModel", { nodeId }).catch(() => null);
found.opened = (box?.model.height ?? 0) > 0;

const page = await browser.newPage();
watch(page);
await page.goto(`file://${file}#status=failed`);
found.filtered = await page.evaluate(() => document.getElementById("said").textContent);
found.visible = await page.evaluate(() => [...document.querySelectorAll("[data-case]")].filter((item) => !item.hidden).length);
found.paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
found.pdf = (await page.pdf({ preferCSSPageSize: true })).length;
await browser.close();
console.log(JSON.stringify(found));
