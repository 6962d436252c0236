// What every story of the page needs: Debian's Chromium, a page that reports all that goes wrong, and pictures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };

/** Longer than anything takes on two slow cores; what is waited for ends the wait. */
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 60_000);

export class Visitor {
  constructor(browser, context, page, { address, pictures }) {
    Object.assign(this, { browser, context, page, address, pictures, problems: [] });
  }

  /** `expected`: parts of messages of the console that are no problem, such as of a status that is provoked. */
  static async come({ address, pictures, language = "en", view = WIDE, zone = "Asia/Tokyo", expected = [] }) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: view, locale: language === "ja" ? "ja-JP" : "en-US", timezoneId: zone, ignoreHTTPSErrors: true, acceptDownloads: true });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const visitor = new Visitor(browser, context, page, { address, pictures });
    await page.addInitScript((spoken) => localStorage.setItem("language", spoken), language);
    visitor.#listen(expected);
    return visitor;
  }

  #listen(expected) {
    const { page, problems, address } = this;
    const isExpected = (text) => expected.some((each) => text.includes(each));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && !isExpected(message.text()) && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => request.url().startsWith(address) || /^(data|blob):/.test(request.url()) || problems.push(`asks ${request.url()}`));
    page.on("response", async (response) => response.status() >= 500 && problems.push(`${response.status()} ${response.url()}: ${await response.text().catch(() => "")}`));
    page.on("dialog", (dialog) => void dialog.accept());
  }

  async logIn(name, password) {
    await this.page.goto(this.address);
    await this.page.locator("input").nth(0).fill(name);
    await this.page.locator("input").nth(1).fill(password);
    await this.page.locator("button[type=submit]").click();
    await this.page.locator("nav").waitFor();
  }

  /** Opens a part of the menu and waits until `selector` is there. */
  async open(part, selector = "main h1") {
    await this.page.goto(`${this.address}/#/${part}`);
    await this.page.locator(selector).first().waitFor();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async press(...names) {
    for (const name of names) await this.button(name).first().click();
  }

  /** The setting `key` of the part that is open. */
  setting(key) {
    return this.page.locator(".setting", { has: this.page.locator(`label code:text-is("${key}")`) });
  }

  /** Keeps a picture, of the window only where `whole` is false; nothing may be wider than the window. */
  async keep(name, whole = true) {
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) this.problems.push(`${name}: ${over} px wider than the window`);
    mkdirSync(this.pictures, { recursive: true });
    await this.page.screenshot({ path: join(this.pictures, `${name}.png`), fullPage: whole });
  }

  /** A request as the page makes it, with its cookie; `csrf` of the session where it changes something. */
  ask(method, path, body) {
    return this.page.evaluate(async ([how, where, what]) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const reply = await fetch(`/api/v1/${where}`, { method: how, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf ?? "" }, ...(what === null ? {} : { body: JSON.stringify(what) }) });
      return { status: reply.status, body: await reply.json().catch(() => null) };
    }, [method, path, body ?? null]);
  }

  async leave() {
    await this.browser.close();
    if (this.problems.length > 0) throw new Error([...new Set(this.problems)].join("\n"));
  }
}
