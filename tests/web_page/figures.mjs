// What the page costs, in Chromium against a real tokimori-web: tests/bench/page.py starts both and prints what this says.
//     ADDRESS=https://127.0.0.1:PORT NAME=… PASSWORD=… SECONDS=30 node figures.mjs
import { chromium } from "playwright-core";
import { WIDE } from "./browser.mjs";

const { ADDRESS: address, NAME: name, PASSWORD: password, SECONDS: seconds = "30", CHROMIUM = "/usr/bin/chromium" } = process.env;
const RUNS = 5;

const middle = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function fresh(browser) {
  const context = await browser.newContext({ viewport: WIDE, locale: "ja-JP", timezoneId: "Asia/Tokyo", ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  const weight = { bytes: 0 };
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (weight.bytes += encodedDataLength));
  return { context, page, network, weight };
}

async function paint(page) {
  return page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null);
}

async function logIn(page) {
  await page.goto(address);
  await page.locator("input").nth(0).fill(name);
  await page.locator("input").nth(1).fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator(".now-time").first().waitFor();
}

// The share of one processor that the page's own thread uses.
async function share(visit, part) {
  await visit.page.goto(`${address}/#/${part}`);
  await visit.network.send("Performance.enable");
  const tasks = async () => (await visit.network.send("Performance.getMetrics")).metrics.find((each) => each.name === "TaskDuration").value;
  await visit.page.waitForTimeout(3000);
  const before = await tasks();
  await visit.page.waitForTimeout(Number(seconds) * 1000);
  return (await tasks() - before) / Number(seconds);
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const paints = [];
const again = [];
let weight = 0;
for (let run = 0; run < RUNS; ++run) {
  const visit = await fresh(browser);
  await visit.page.goto(address);
  await visit.page.locator("form").waitFor();
  await visit.page.waitForTimeout(300);
  paints.push(await paint(visit.page));
  weight = visit.weight.bytes;
  if (run === RUNS - 1) {
    await logIn(visit.page);
    await visit.page.reload();
    await visit.page.locator(".now-time").first().waitFor();
    again.push(await paint(visit.page));
    const shares = {};
    for (const part of ["overview", "sources", "graphs", "clients"]) shares[part] = await share(visit, part);
    console.log(JSON.stringify({ first_paint_ms: Math.round(middle(paints)), paint_logged_in_ms: Math.round(again[0]), weight_bytes: weight,
      page_processor_percent: Object.fromEntries(Object.entries(shares).map(([part, value]) => [part, Number((value * 100).toFixed(2))])) }));
  }
  await visit.context.close();
}
await browser.close();
