// Opens every part of the page in Chromium, in both languages, light and dark, wide and narrow, and keeps a picture of each.
//     node look.mjs OUT [NAME...]      NAME: only pictures whose name begins so
// Fails where the browser complains, a request leaves for another host, or something is wider than the window.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PASSWORD, SETUP_CODE, startMock } from "./mock_server.mjs";

const [out = "pictures", ...wanted] = process.argv.slice(2);
const VIEWS = [
  { name: "wide", width: 1280, height: 900 },
  { name: "narrow", width: 360, height: 740 },
];
const PARTS = ["overview", "sources", "graphs", "clients", "leap", "settings", "events", "users", "account", "first-steps"];
const problems = [];

function listen(page, address, name) {
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && !message.text().includes("404") && !message.text().includes("401") && problems.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`${name}: ${error}`));
  page.on("request", (request) => request.url().startsWith(address) || request.url().startsWith("data:") || problems.push(`${name}: asks ${request.url()}`));
}

async function keep(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) problems.push(`${name}: ${over} px wider than the window`);
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
}

async function logIn(page, address, language) {
  await page.addInitScript((spoken) => localStorage.setItem("language", spoken), language);
  await page.goto(address);
  await page.locator("form").waitFor();
  // By keyboard alone: the button for the language, name, password.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("admin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("nav").waitFor();
}

async function look(browser, { scene, language, scheme, view, parts }) {
  const prefix = `${scene}-${language}-${scheme}-${view.name}`;
  const names = parts.filter((part) => wanted.length === 0 || wanted.some((each) => `${prefix}-${part}`.startsWith(each)));
  if (names.length === 0) return;
  const mock = await startMock({ scene });
  const context = await browser.newContext({ viewport: view, colorScheme: scheme, locale: language === "ja" ? "ja-JP" : "en-US", timezoneId: "Asia/Tokyo" });
  const page = await context.newPage();
  listen(page, mock.address, prefix);
  await logIn(page, mock.address, language);
  for (const part of names) {
    await page.goto(`${mock.address}/#/${part}`);
    await page.waitForTimeout(part === "sources" ? 5000 : 1500);
    await keep(page, `${prefix}-${part}`);
  }
  await context.close();
  mock.stop();
}

async function lookAtSetup(browser, language, view) {
  const prefix = `setup-${language}-${view.name}`;
  if (wanted.length > 0 && !wanted.some((each) => prefix.startsWith(each))) return;
  const mock = await startMock({ scene: "no_receiver", users: false });
  const context = await browser.newContext({ viewport: view, locale: language === "ja" ? "ja-JP" : "en-US" });
  const page = await context.newPage();
  listen(page, mock.address, prefix);
  await page.goto(mock.address);
  await page.locator("input").nth(3).waitFor();
  await keep(page, `${prefix}-empty`);
  const values = [SETUP_CODE, "admin", PASSWORD, PASSWORD];
  for (const [i, value] of values.entries()) await page.locator("input").nth(i).fill(value);
  await page.locator("button[type=submit]").click();
  await page.locator(".wizard").waitFor();
  for (let step = 1; step <= 5; ++step) {
    await page.waitForTimeout(1200);
    await keep(page, `${prefix}-step-${step}`);
    await page.locator(".wizard > .row button").nth(1).click();
  }
  await context.close();
  mock.stop();
}

// What is shown while nothing comes, and when the session has ended.
async function lookAtTrouble(browser) {
  if (wanted.length > 0 && !wanted.some((each) => "trouble".startsWith(each))) return;
  for (const [name, cause] of [["silence", "silence"], ["daemon", "loseDaemon"], ["ended", "endSession"]]) {
    const mock = await startMock();
    const context = await browser.newContext({ viewport: VIEWS[0], locale: "ja-JP" });
    const page = await context.newPage();
    await logIn(page, mock.address, "ja");
    await page.locator(".now-line").waitFor();
    mock[cause]();
    await page.locator({ silence: ".stale", daemon: ".trouble", ended: ".alone" }[name]).first().waitFor({ timeout: 20_000 });
    await keep(page, `trouble-${name}`);
    await context.close();
    mock.stop();
  }
}

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const all = { scene: "gps", language: "ja", scheme: "light", view: VIEWS[0], parts: PARTS };
await look(browser, all);
await look(browser, { ...all, language: "en", scheme: "dark" });
await look(browser, { ...all, language: "ja", view: VIEWS[1] });
await look(browser, { ...all, language: "en", view: VIEWS[1] });
for (const scene of ["no_receiver", "holdover", "smear", "announced"]) {
  await look(browser, { ...all, scene, parts: ["overview", "leap"] });
  await look(browser, { ...all, scene, language: "en", view: VIEWS[1], parts: ["overview", "leap"] });
}
for (const view of VIEWS) await lookAtSetup(browser, view.name === "wide" ? "ja" : "en", view);
await lookAtTrouble(browser);
await browser.close();
for (const problem of new Set(problems)) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
