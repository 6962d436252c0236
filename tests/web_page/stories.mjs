// What people do with the page, told in a browser against a real tokimori-web and a real tokimorid; test_page.py starts both.
//     ADDRESS=https://127.0.0.1:PORT PICTURES=DIRECTORY node stories.mjs STORY
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NARROW, Visitor, WIDE } from "./browser.mjs";

const { ADDRESS: address, PICTURES: pictures, SETUP_CODE, LEAP_LIST, CERTIFICATE, KEY, OTHER_KEY, CLOCK, PASSWORD = "correct horse battery" } = process.env;
const PARTS = {
  overview: ".now-time", sources: ".sky circle, .facts", graphs: ".chart canvas, .hint", clients: "td.address", leap: ".facts",
  settings: ".setting", events: "tbody tr", users: "tbody tr", account: "form", "first-steps": ".wizard",
};

const come = (more = {}) => Visitor.come({ address, pictures, ...more });

async function admin(more, name = "hanako") {
  const visitor = await come(more);
  await visitor.logIn(name, PASSWORD);
  return visitor;
}

async function applied(visitor) {
  await visitor.press("Check", "Apply");
}

async function keepPending(visitor) {
  await visitor.press("Keep these settings");
  await visitor.page.locator(".pending").waitFor({ state: "detached" });
  await visitor.page.getByText("The settings are kept.").waitFor();
}

async function valueOf(visitor, section, key) {
  const { body } = await visitor.ask("GET", "settings");
  const settings = body.settings ?? body;
  return section.split(".").reduce((found, name) => found?.[name], settings.values)?.[key] ?? null;
}

async function begin(page, name) {
  for (const [i, value] of [SETUP_CODE, name, PASSWORD, PASSWORD].entries()) await page.locator("input").nth(i).fill(value);
  await page.locator("button[type=submit]").click();
}

async function first_start() {
  const visitor = await come();
  const { page } = visitor;
  await page.goto(address);
  await page.locator("input").nth(3).waitFor();
  await visitor.keep("first-start");
  await begin(page, "hanako");
  for (let step = 1; step <= 5; ++step) {
    await page.getByText(`${step} of 5`).waitFor();
    await page.locator(".wizard .badge, .wizard p b, .wizard p").first().waitFor();
    await visitor.keep(`first-steps-${step}`);
    await page.locator(".wizard > .row button").nth(1).click();
  }
  await page.locator(".now-time").first().waitFor();
  await visitor.press("Log out");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  return visitor;
}

// What clocks at the place of `zone` show, as the page writes it.
function clockIn(zone, seconds) {
  return new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone: zone });
}

async function elsewhere() {
  const zone = "Europe/Berlin";
  const visitor = await come({ zone });
  const { page } = visitor;
  await page.goto(address);
  await page.locator("input").nth(3).waitFor();
  await page.getByLabel("Time zone").selectOption(zone);
  await begin(page, "ingrid");
  await page.locator(".wizard").waitFor();
  const { body: { user } } = await visitor.ask("GET", "session");
  assert.equal(user.time_zone, zone);
  await visitor.open("overview", ".now-time");
  // The three clocks stand at the same second for most of it.
  const clocks = () => page.locator(".now").evaluateAll((all) => all.map((each) => each.textContent.trim().split(/\s+/)));
  const isTold = ([jst, utc, there]) => {
    const seconds = Date.parse(`${utc[0]}T${utc[1]}Z`) / 1000;
    return jst.join(" ") === `${clockIn("Asia/Tokyo", seconds)} JST` && there.join(" ") === `${clockIn(zone, seconds)} ${zone}`;
  };
  for (let tries = 0; !isTold(await clocks()); ++tries) {
    assert.ok(tries < 50, JSON.stringify(await clocks()));
    await page.waitForTimeout(100);
  }
  await visitor.keep("elsewhere-overview");
  await visitor.open("events", "tbody tr");
  const { body: { events } } = await visitor.ask("GET", "events?first=0&count=100");
  const { time } = events.find((each) => each.text_code === "setup");
  assert.ok((await page.locator("tbody").innerText()).replace(/\s+/g, " ").includes(`${clockIn(zone, time)} ${zone}`));
  await visitor.keep("elsewhere-events");
  await visitor.open("users", "tbody tr");
  await page.getByLabel("Name").first().fill("otto");
  await page.getByLabel("Password").fill(PASSWORD);
  await visitor.press("Add");
  await page.locator("td", { hasText: "otto" }).first().waitFor();
  const { body: { users } } = await visitor.ask("GET", "users");
  assert.equal(users.find((each) => each.name === "otto").time_zone, zone);
  return visitor;
}

async function certificate() {
  const visitor = await admin({ zone: "Europe/Berlin", expected: ["422"] }, "ingrid");
  const { page } = visitor;
  const alarm = page.locator(".alarm", { hasText: "The uploaded certificate cannot be used" });
  await alarm.getByText("the device’s own is in its place").waitFor();
  await alarm.getByText("upload it again under Settings").waitFor();
  await alarm.getByText(/^for .* at least$/).waitFor();
  await visitor.press("日本語");
  await page.locator(".alarm", { hasText: "アップロードした証明書を使えません" }).getByText("「バックアップと再起動」で証明書を再度アップロード").waitFor();
  await visitor.keep("certificate-alarm-ja");
  await visitor.press("English");
  await visitor.open("settings", ".setting");
  await visitor.press("Backup and restart");
  const panel = page.locator("section", { has: page.getByRole("heading", { name: "TLS certificate" }) });
  await panel.getByText("made by the device").waitFor();
  for (const [label, file] of [["Certificate", CERTIFICATE], ["Key", OTHER_KEY]]) await panel.getByLabel(label, { exact: true }).setInputFiles(file);
  await visitor.press("Use this certificate");
  await panel.getByText("not that of the certificate").waitFor();
  await panel.getByText("made by the device").waitFor();
  await panel.getByLabel("Key", { exact: true }).setInputFiles(KEY);
  await visitor.press("Use this certificate");
  await panel.getByText("uploaded", { exact: true }).waitFor();
  assert.ok((await panel.innerText()).includes("127.0.0.1"));
  assert.equal(await panel.getByText("It does not name").count(), 0);
  await visitor.keep("certificate");
  await visitor.press("Back to the device’s own");
  await panel.getByText("made by the device").waitFor();
  await visitor.open("overview", ".now-time");
  await page.locator(".alarm, .alarms, .badge").first().waitFor();
  await alarm.waitFor({ state: "detached" });
  return visitor;
}

// Names, words of a login that failed, and values of settings come from outside; wherever they are shown they are no HTML.
async function evil_words() {
  const evil = `<img src=x onerror="alert(1)"><script>alert(1)</script>`;
  const visitor = await admin({ expected: ["401", "403"] });
  const { page } = visitor;
  page.on("dialog", () => visitor.problems.push("a script of somebody else ran"));
  await visitor.ask("POST", "login", { name: evil, password: PASSWORD });
  assert.equal((await visitor.ask("POST", "users", { name: evil, role: "viewer", password: PASSWORD })).status, 200);
  const { body: token } = await visitor.ask("POST", "tokens", { name: evil });
  const { body: { settings: { overlay, base } } } = await visitor.ask("GET", "settings");
  const set = { ...overlay, upstream: [{ name: evil, address: "127.0.0.1", noselect: true }] };
  const applied = await visitor.ask("POST", "settings/apply", { overlay: set, base });
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  for (const [part, selector] of [["events", "tbody tr"], ["users", "tbody tr"], ["overview", ".source-list li"], ["sources", ".facts"], ["settings", ".setting"]]) {
    await visitor.open(part, selector);
    if (part !== "settings") await page.getByText(evil).first().waitFor();
    assert.equal(await page.locator("main img, main script").count(), 0, part);
  }
  await visitor.press("Other NTP servers");
  assert.equal(await page.locator("main img, main script").count(), 0);
  const { body: { settings: now } } = await visitor.ask("GET", "settings");
  assert.equal((await visitor.ask("POST", "settings/apply", { overlay, base: now.base })).status, 200);
  await visitor.ask("DELETE", "users", { name: evil });
  await visitor.ask("DELETE", "tokens", { id: token.id });
  return visitor;
}

async function views(language, view) {
  const visitor = await admin({ language, view });
  for (const [part, selector] of Object.entries(PARTS)) {
    await visitor.open(part, selector);
    await visitor.page.locator("nav .mark-good").waitFor();
    await visitor.keep(`${part}-${language}-${view.width}`);
    if (part === "clients" && view === NARROW) assert.equal(await visitor.page.evaluate(() => { const box = document.querySelector(".wide"); return box.scrollWidth - box.clientWidth; }), 0);
  }
  const unspoken = await visitor.page.evaluate(() => document.documentElement.lang);
  assert.equal(unspoken, language);
  return visitor;
}

// The button for the language comes first, then name and password.
async function log_in_by_keyboard() {
  const visitor = await come();
  const { page } = visitor;
  await page.goto(address);
  await page.locator("form").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("hanako");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("nav").waitFor();
  await tabTo(page, "Settings");
  await page.keyboard.press("Enter");
  await page.locator(".setting").first().waitFor();
  await tabTo(page, "Log");
  await page.keyboard.press("Enter");
  await visitor.setting("level").waitFor();
  await tabTo(page, "level");
  await page.keyboard.press("w");
  for (const name of ["Check", "Apply"]) {
    await visitor.button(name).waitFor();
    await tabTo(page, name);
    await page.keyboard.press("Enter");
  }
  await page.getByText("Applied.").waitFor();
  assert.equal(await valueOf(visitor, "log", "level"), "warning");
  return visitor;
}

// What has the focus is known by its own words, or by those of its label.
async function tabTo(page, name) {
  for (let i = 0; i < 80; ++i) {
    const focused = await page.evaluate(() => {
      const { activeElement: at } = document;
      return (at?.labels?.[0]?.textContent ?? at?.textContent ?? "").trim();
    });
    if (focused === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${name} is not reached by Tab`);
}

async function leap_mode() {
  const visitor = await admin();
  const { page } = visitor;
  await visitor.open("leap", ".facts");
  await page.locator("input[type=date]").fill("2016-12-31");
  await page.getByLabel("Mode", { exact: true }).first().selectOption("smear");
  await visitor.press("Preview");
  await page.getByText("2016-12-31 23:59:60").first().waitFor();
  await page.getByText(/kinds of clients cannot follow this/).waitFor();
  await page.getByText(/cannot follow this smear/).waitFor();
  await visitor.keep("leap-preview");
  await visitor.setting("mode").locator("select").selectOption("smear");
  await visitor.setting("smear_minutes").locator("input").fill("30");
  await visitor.press("Check");
  await visitor.setting("smear_minutes").locator(".failure").waitFor();
  await visitor.keep("leap-complaint");
  await visitor.setting("smear_minutes").locator("input").fill("240");
  await visitor.press("Check");
  await page.locator(".difference").getByText("[leap] mode").waitFor();
  await visitor.keep("leap-difference");
  await visitor.press("Apply");
  await page.getByText("Applied.").waitFor();
  await page.getByText("smear over 240 min, LI stays 0").waitFor();
  await visitor.open("settings", ".setting");
  await visitor.press("Changes");
  await page.getByRole("button", { name: /^Undo the change of/ }).first().click();
  await page.locator(".change .aside", { hasText: /^undo/ }).first().waitFor();
  await visitor.keep("changes");
  assert.equal(await valueOf(visitor, "leap", "mode"), null);
  return visitor;
}

// What has changed since it was looked at is told, and shown, before anything goes over it.
async function somebody_else() {
  const visitor = await admin({ expected: ["409"] });
  const { page } = visitor;
  const setSmear = async (minutes) => {
    const { body: { settings: { overlay, base } } } = await visitor.ask("GET", "settings");
    const reply = await visitor.ask("POST", "settings/apply", { overlay: { ...overlay, leap: { smear_minutes: minutes } }, base });
    assert.equal(reply.status, 200, JSON.stringify(reply));
  };
  await setSmear(90);
  await visitor.open("settings", ".setting");
  await visitor.press("Changes");
  const undo = () => page.getByRole("button", { name: /^Undo the change of/ }).first().click();
  await page.locator(".change").getByText("90", { exact: true }).first().waitFor();
  await setSmear(100);
  await undo();
  await page.getByText("Somebody else changed the settings meanwhile.").waitFor();
  await page.locator(".change").getByText("100", { exact: true }).first().waitFor();
  await visitor.keep("changes-somebody-else");
  assert.equal(await valueOf(visitor, "leap", "smear_minutes"), 100);
  await undo();
  await page.locator(".change .aside", { hasText: /^undo/ }).first().waitFor();
  await visitor.press("Backup and restart");
  await page.getByLabel("Your password").fill(PASSWORD);
  await setSmear(110);
  await visitor.press("Factory reset");
  await page.getByText("Somebody else changed the settings meanwhile.").waitFor();
  assert.equal(await valueOf(visitor, "leap", "smear_minutes"), 110);
  await setSmear(120);
  return visitor;
}

async function leap_list() {
  const visitor = await admin({ expected: ["422"] });
  const { page } = visitor;
  await visitor.open("leap", ".facts");
  const list = readFileSync(LEAP_LIST, "utf8");
  const bent = join(pictures, "bent.list");
  writeFileSync(bent, list.replace(/^(\d{10})(\s+)37/m, "$1$236"));
  await page.locator("input[type=file]").setInputFiles(bent);
  await visitor.press("Upload");
  await page.getByText("This list is not accepted.").waitFor();
  assert.equal(await page.getByText(/^Accepted: as of/).count(), 0);
  await visitor.keep("leap-list-refused");
  await page.locator("input[type=file]").setInputFiles(LEAP_LIST);
  await visitor.press("Upload");
  await page.getByText(/^Accepted: as of/).waitFor();
  await visitor.button("Take the upload back").waitFor();
  await visitor.keep("leap-list-given");
  await visitor.press("Take the upload back");
  await visitor.button("Take the upload back").waitFor({ state: "detached" });
  return visitor;
}

async function changeAccess(visitor, networks) {
  await visitor.open("settings", ".setting");
  await visitor.press("Access");
  await visitor.setting("deny").locator("input").fill(networks);
  await applied(visitor);
  await visitor.page.locator(".pending progress").waitFor();
}

async function go_back_now() {
  const visitor = await admin();
  await changeAccess(visitor, "192.0.2.0/24");
  assert.deepEqual(await valueOf(visitor, "access", "deny"), ["192.0.2.0/24"]);
  await visitor.keep("pending", false);
  await visitor.press("Go back now");
  await visitor.page.getByText("The settings before are in force again.").waitFor();
  assert.equal(await valueOf(visitor, "access", "deny"), null);
  return visitor;
}

async function automatic_return() {
  const visitor = await admin();
  await changeAccess(visitor, "198.51.100.0/24");
  // Whoever comes meanwhile sees it, too.
  const other = await admin();
  await other.page.locator(".pending progress").waitFor();
  await other.leave();
  await visitor.page.locator(".pending").waitFor({ state: "detached", timeout: 120_000 });
  for (let tries = 0; (await valueOf(visitor, "access", "deny")) !== null; ++tries) {
    assert.ok(tries < 50, "the settings did not go back");
    await visitor.page.waitForTimeout(200);
  }
  await visitor.press("Changes");
  await visitor.page.locator(".change", { hasText: "gone back" }).first().waitFor();
  return visitor;
}

async function keep_settings() {
  const visitor = await admin();
  await changeAccess(visitor, "203.0.113.0/24");
  await keepPending(visitor);
  await visitor.page.reload();
  await visitor.page.locator(".setting").first().waitFor();
  assert.deepEqual(await valueOf(visitor, "access", "deny"), ["203.0.113.0/24"]);
  return visitor;
}

async function rule(which) {
  const visitor = await admin();
  const { page } = visitor;
  await visitor.open("clients", "td.address");
  await page.locator("input[type=search]").fill("127.0.0.1");
  await page.getByRole("button", { name: "Rule for 127.0.0.1", exact: true }).click();
  await page.getByLabel("Rule", { exact: true }).selectOption(which);
  await visitor.press("Check");
  await page.locator(".difference").waitFor();
  await visitor.keep(`rule-${which}`);
  await visitor.press("Apply");
  await keepPending(visitor);
  return visitor;
}

async function downloaded(visitor, link) {
  const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.getByRole("link", { name: link }).click()]);
  const path = join(pictures, download.suggestedFilename());
  await download.saveAs(path);
  return { path, document: JSON.parse(readFileSync(path, "utf8")) };
}

async function until(isTrue, what) {
  for (let tries = 0; !(await isTrue()); ++tries) {
    assert.ok(tries < 100, what);
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function backup() {
  const visitor = await admin({ expected: ["409"] });
  const { page } = visitor;
  await visitor.open("settings", ".setting");
  await visitor.press("Leap second");
  await visitor.setting("smear_minutes").locator("input").fill("300");
  await applied(visitor);
  await page.getByText("Applied.").waitFor();
  assert.equal((await visitor.ask("POST", "leap/list", { text: readFileSync(LEAP_LIST, "utf8") })).status, 200);
  await visitor.press("Backup and restart");
  const { path, document } = await downloaded(visitor, "Download a backup");
  assert.equal(document.tokimori_backup, 1);
  assert.equal(document.overlay.leap.smear_minutes, 300);
  assert.equal(document.leap_list, readFileSync(LEAP_LIST, "utf8"));
  await visitor.keep("upkeep");
  await page.getByLabel("Your password").fill(PASSWORD);
  await pressAndSettle(visitor, "Factory reset", "factory-reset");
  assert.equal(await valueOf(visitor, "leap", "smear_minutes"), null);
  const isGiven = async () => (await visitor.ask("GET", "leap")).body.leap.table.given;
  // A reset that waits to be kept leaves the list; the status is a second old.
  const { status, body } = await visitor.ask("DELETE", "leap/list", {});
  assert.ok(status === 200 || body.error.code === "no_leap_list");
  await until(async () => !(await isGiven()), "the list is gone");
  await page.getByLabel("Backup file").setInputFiles(path);
  await pressAndSettle(visitor, "Restore", "restore");
  assert.equal(await valueOf(visitor, "leap", "smear_minutes"), 300);
  await until(isGiven, "the list is back");
  const bent = join(pictures, "bent.json");
  writeFileSync(bent, JSON.stringify({ ...document, leap_list: document.leap_list.replace(/^(\d{10})(\s+)37/m, "$1$236") }));
  await page.getByLabel("Backup file").setInputFiles(bent);
  await pressAndSettle(visitor, "Restore", "restore");
  await page.getByText(/^The settings are restored, but .* is not accepted: \S/).waitFor();
  await visitor.keep("restore-list-refused");
  assert.ok(await isGiven());
  assert.equal((await visitor.ask("DELETE", "leap/list", {})).status, 200);
  const bundle = (await downloaded(visitor, "Download the support bundle")).document;
  assert.ok(bundle.version !== undefined && bundle.status !== undefined);
  return visitor;
}

// A change that touches who can reach the device waits to be kept, another one does not.
async function pressAndSettle(visitor, button, route) {
  const [reply] = await Promise.all([visitor.page.waitForResponse((each) => each.url().endsWith(`/api/v1/${route}`)), visitor.press(button)]);
  const { applied: { confirm_within_ns } } = await reply.json();
  if (confirm_within_ns !== null) await keepPending(visitor);
}

async function roles() {
  const boss = await admin();
  await boss.open("users", "tbody tr");
  for (const role of ["viewer", "operator"]) {
    await boss.page.getByLabel("Name").first().fill(role);
    await boss.page.getByLabel("Password").fill(PASSWORD);
    await boss.page.getByLabel("Role").selectOption(role);
    await boss.press("Add");
    await boss.page.locator("td", { hasText: role }).first().waitFor();
  }
  await boss.leave();
  const viewer = await come({ expected: ["403"] });
  await viewer.logIn("viewer", PASSWORD);
  await viewer.open("settings", ".setting");
  assert.equal(await viewer.page.locator(".setting :enabled").count(), 0);
  assert.equal(await viewer.page.getByRole("link", { name: "Users" }).count(), 0);
  await viewer.keep("settings-viewer");
  for (const path of ["settings/check", "settings/apply", "leap/list", "restart"]) {
    assert.deepEqual((await viewer.ask("POST", path, { overlay: {} })).body?.error?.code, "not_allowed", path);
  }
  await viewer.leave();
  const operator = await come({ expected: ["403"] });
  await operator.logIn("operator", PASSWORD);
  await operator.open("settings", ".setting");
  assert.ok(await operator.page.locator(".setting :enabled").count() > 0);
  assert.equal(await operator.button("Backup and restart").count(), 0);
  assert.equal((await operator.ask("POST", "restart", {})).body?.error?.code, "not_allowed");
  assert.equal((await operator.ask("POST", "settings/check", { overlay: { leap: { mode: "smear" } } })).status, 200);
  return operator;
}

async function ended_session() {
  const visitor = await admin({ expected: ["401"] });
  await visitor.open("overview", ".now-time");
  // The same person changes the password elsewhere, which ends all other sessions.
  const elsewhere = await admin();
  assert.equal((await elsewhere.ask("POST", "password", { old: PASSWORD, new: `${PASSWORD} ` + "2" })).status, 200);
  await visitor.page.getByRole("heading", { name: "Log in" }).waitFor();
  await visitor.keep("session-ended");
  assert.equal((await elsewhere.ask("POST", "password", { old: `${PASSWORD} ` + "2", new: PASSWORD })).status, 200);
  await elsewhere.leave();
  return visitor;
}

// How much later it is for tokimori-web, which sees its clocks through libfaketime.
let later = CLOCK === undefined ? 0 : Number(readFileSync(CLOCK, "utf8"));
function wait(seconds) {
  later += seconds;
  writeFileSync(`${CLOCK}.new`, `+${later}`);
  renameSync(`${CLOCK}.new`, CLOCK);
}

async function comeBack(visitor, selector) {
  const { page } = visitor;
  await page.locator("input").nth(0).fill("hanako");
  await page.locator("input").nth(1).fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator(selector).first().waitFor();
}

async function isToldOfTheEnd(visitor, isTyped) {
  const { page } = visitor;
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.getByText("The session has ended: after 15 minutes without use, 12 hours after the login").waitFor();
  assert.equal(await page.getByText("What was typed and not sent yet is lost.").count(), isTyped ? 1 : 0);
}

// A stream of its own, as when the browser takes up one that broke.
function hearAnotherStream(visitor) {
  return visitor.page.evaluate(() => new Promise((done, fail) => {
    const stream = new EventSource("/api/v1/live");
    stream.addEventListener("status", () => (stream.close(), done()));
    stream.addEventListener("error", () => (stream.close(), fail(new Error("refused"))));
  }));
}

async function idle_session() {
  const visitor = await admin({ expected: ["401", "ERR_"] });
  const { page } = visitor;
  await visitor.open("settings", ".setting");
  await visitor.press("Leap second");
  await visitor.setting("smear_minutes").locator("input").fill("77");
  await visitor.button("Check").waitFor();
  wait(600);
  assert.equal(await page.evaluate(async () => (await fetch("/api/v1/settings", { headers: { "X-Automatic": "1" } })).status), 200);
  await hearAnotherStream(visitor);
  wait(310);
  await isToldOfTheEnd(visitor, true);
  await visitor.keep("session-idle");
  await visitor.press("日本語");
  await page.getByText("セッションが終了しました。操作のない状態が 15 分続いたとき").waitFor();
  await page.getByText("入力して未送信だった内容は失われました。").waitFor();
  await visitor.keep("session-idle-ja");
  await visitor.press("English");
  await comeBack(visitor, ".setting");
  await visitor.setting("smear_minutes").waitFor();
  assert.ok(page.url().endsWith("#/settings/leap"));
  assert.equal(await page.getByText("The session has ended").count(), 0);
  assert.notEqual(await valueOf(visitor, "leap", "smear_minutes"), 77);
  await visitor.open("events", "tbody tr");
  wait(901);
  await isToldOfTheEnd(visitor, false);
  await comeBack(visitor, "tbody tr");
  await visitor.press("Log out");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.equal(await page.getByText("The session has ended").count(), 0, "who leaves knows it");
  return visitor;
}

// However busily it is used.
async function longest_session() {
  const visitor = await admin({ expected: ["401", "ERR_"] });
  await visitor.open("account", "form");
  await visitor.page.getByLabel("Current password").fill("half a wo");
  const isIn = async () => (await visitor.ask("GET", "session")).body.user !== null;
  const MINUTES = 12 * 60;
  for (let minutes = 0; minutes + 14 < MINUTES; minutes += 14) {
    assert.ok(await isIn(), `after ${minutes} minutes`);
    wait(14 * 60);
  }
  assert.ok(await isIn());
  wait(14 * 60);
  await isToldOfTheEnd(visitor, true);
  await visitor.keep("session-12-hours");
  await comeBack(visitor, "form");
  assert.ok(visitor.page.url().endsWith("#/account"));
  return visitor;
}

// What nobody asked for keeps no session alive, so it must say so.
async function polling() {
  const visitor = await admin();
  await visitor.open("clients", "td.address");
  await visitor.page.waitForRequest((request) => request.url().includes("/clients"));
  const asked = [];
  visitor.page.on("request", (request) => request.url().includes("/api/v1/") && asked.push([request.url(), request.headers()["x-automatic"] ?? null]));
  while (asked.filter(([url]) => url.includes("/clients")).length < 3) await visitor.page.waitForRequest((request) => request.url().includes("/clients"));
  for (const [url, automatic] of asked) assert.equal(automatic, "1", url);
  return visitor;
}

const STORIES = {
  first_start, log_in_by_keyboard, leap_mode, somebody_else, leap_list, go_back_now, automatic_return, keep_settings, backup, roles, ended_session, idle_session, longest_session, polling, elsewhere, certificate, evil_words,
  views_ja: () => views("ja", WIDE),
  views_en: () => views("en", WIDE),
  views_ja_narrow: () => views("ja", NARROW),
  views_en_narrow: () => views("en", NARROW),
  rule_deny: () => rule("deny"),
  rule_none: () => rule("none"),
};

const story = STORIES[process.argv[2]];
if (story === undefined) throw new Error(`Stories are ${Object.keys(STORIES).join(", ")}.`);
await (await story()).leave();
