// A stand-in for tokimori-web on the loopback: serves the built page under the same policy, and replays recorded
// replies of the real daemon (replies/SCENE.json). What is no reply of the daemon's (users, history) is made up here.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MockSettings } from "./mock_settings.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = join(HERE, "../../web/page/dist");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const COLUMNS = ["time", "offset_ns", "frequency_ppb", "bound_ns", "jitter_ns", "temperature", "satellites", "requests_per_second", "state"];

// A receiver of JJY, which no recording has: what it heard of 12:27 JST, one second of which it could not read.
const JJY = {
  frame: "M01000111M000100010M001100011M0?1100000M000100110M000000000M", minute_utc: "2026-11-29T03:27:00Z", minute_jst: "2026-11-29 12:27:00 JST",
  parity_1: true, parity_2: true, leap_bits: "00", fault: "unheard", frames_agreeing: 0, age_ns: 21e9,
};

const COMPUTER_SLOW_MS = 1840;
export const SETUP_CODE = "ABCD-EFGH-JKLM";
export const PASSWORD = "correct horse battery";

function historyRows(from, to, points) {
  const step = Math.max(1, (to - from) / points);
  return Array.from({ length: Math.min(points, Math.floor((to - from) / step)) }, (_, i) => {
    const time = Math.round(from + i * step);
    const noise = Math.sin(time / 7) + Math.sin(time / 3.1) * 0.6;
    const lost = i > points * 0.6 && i < points * 0.65;
    const value = (number) => (lost ? null : number);
    return [time, value(60 * noise), value(-1240 + 30 * Math.sin(time / 900)), value(Math.round(1400 + 200 * noise * noise)),
      value(Math.round(180 + 20 * noise)), value(46 + 3 * Math.sin(time / 1800)), value(9 + Math.round(noise)), 4 + noise, lost ? "holdover" : "synchronised"];
  });
}

// The recording is told over and over, its clock goes on.
function later(utc, seconds) {
  if (utc === null) return {};
  const ms = Date.parse(`${utc.slice(0, 23)}Z`) + seconds * 1000;
  return { utc: new Date(ms).toISOString(), jst: `${new Date(ms + 9 * 3600_000).toISOString().slice(0, 23).replace("T", " ")} JST` };
}

function recordedPreview(mode) {
  return JSON.parse(readFileSync(join(HERE, "replies", "previews.json"), "utf8"))[mode];
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}

function fail(response, status, code, headers) {
  json(response, status, { error: { code, message: code } }, headers);
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? {} : JSON.parse(text);
}

/** `scene`: a name of replies/; `users`: false before the first start. Resolves to what stops it and its address. */
export function startMock({ scene = "gps", users = true, role = "admin", name = "admin" } = {}) {
  const replies = JSON.parse(readFileSync(join(HERE, "replies", `${scene}.json`), "utf8"));
  const state = { users: users ? [{ name, role, language: "ja", time_zone: "Asia/Tokyo" }] : [], user: null, tokens: [] };
  const settings = new MockSettings();
  const streams = new Set();
  let turn = 0;

  const session = () => ({ setup_needed: state.users.length === 0, user: state.user, csrf: state.user && "token-of-the-session", version: "0.1.0" });
  const status = () => {
    const told = replies.status[turn % replies.status.length];
    const jjy = told.sources.filter(({ name }) => name === "rough").map((source) => ({ ...source, name: "jjy", driver: "jjy-gpio", refid: "JJY", from_pulses: false, jjy: JJY }));
    return { ...told, sources: [...told.sources, ...jjy], at: { ...told.at, ...later(replies.status[0].at.utc, turn) } };
  };
  const tell = (message) => streams.forEach((each) => each.write(`event: status\ndata: ${JSON.stringify(message)}\n\n`));
  const standing = () => Object.fromEntries(status().sources.map(({ name }, i) => [`reason:${name}`, [(i * 400 + turn) * 1e9, i % 2 === 0]]));
  const live = () => {
    const message = { asked_ms_ago: 12, daemon: true, server_time_unix_ns: status().at.utc && (Date.now() + COMPUTER_SLOW_MS) * 1e6, standing: standing(), status: status() };
    tell(message);
    turn += 1;
  };
  const timer = setInterval(live, 1000);

  const clients = (query) => {
    const all = replies.clients[0].clients.latest.filter(({ address }) => address.includes(query.get("match") ?? ""));
    const [first, count, by] = [Number(query.get("first")), Number(query.get("count")), { received: "requests", limited: "limited" }[query.get("sort")]];
    if (by !== undefined) all.sort((one, other) => other[by] - one[by]);
    return { clients: { ...replies.clients[0].clients, matching: all.length, first, latest: all.slice(first, first + count) } };
  };
  const applied = (response, base, overlay, kind) => {
    if (base !== settings.base()) return fail(response, 409, "settings_changed");
    const { refused, check, ...reply } = settings.apply(overlay, kind, state.user.name);
    if (refused === undefined) return json(response, 200, reply);
    return json(response, refused[0], { error: { code: refused[1], message: refused[1] }, check });
  };
  const decided = (response, was) => (was ? json(response, 200, { base: settings.base() }) : fail(response, 409, "not_pending"));

  const routes = {
    "GET /api/v1/session": (_, response) => json(response, 200, session()),
    "POST /api/v1/setup": async (request, response) => {
      const { code, password, ...user } = await bodyOf(request);
      if (code !== SETUP_CODE) return fail(response, 403, "wrong_setup_code");
      if (password.length < 12) return fail(response, 400, "bad_password");
      state.users.push({ ...user, role: "admin" });
      state.user = state.users[0];
      return json(response, 200, session());
    },
    "POST /api/v1/login": async (request, response) => {
      const { name, password } = await bodyOf(request);
      if (password === "too often") return fail(response, 429, "too_many_failures", { "Retry-After": "30" });
      state.user = password === PASSWORD ? (state.users.find((user) => user.name === name) ?? null) : null;
      return state.user ? json(response, 200, session()) : fail(response, 401, "wrong_login");
    },
    "POST /api/v1/logout": (_, response) => {
      state.user = null;
      response.writeHead(204).end();
    },
    "GET /api/v1/live": (request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      streams.add(response);
      request.on("close", () => streams.delete(response));
      live();
    },
    "GET /api/v1/tracking": (_, response) => json(response, 200, { at: status().at, tracking: status().tracking }),
    "GET /api/v1/clients": (_, response, query) => json(response, 200, clients(query)),
    "GET /api/v1/history": (_, response, query) => {
      const to = Number(query.get("to") ?? Date.now() / 1000);
      json(response, 200, { columns: COLUMNS, rows: historyRows(Number(query.get("from") ?? to - Number(query.get("last"))), to, Number(query.get("points"))) });
    },
    "GET /api/v1/settings": (_, response) => json(response, 200, { settings: settings.told() }),
    "POST /api/v1/settings/check": async (request, response) => json(response, 200, { check: settings.check((await bodyOf(request)).overlay) }),
    "POST /api/v1/settings/apply": async (request, response) => {
      const { overlay, base } = await bodyOf(request);
      return applied(response, base, overlay, "apply");
    },
    "POST /api/v1/settings/confirm": async (request, response) => decided(response, settings.confirm((await bodyOf(request)).id)),
    "POST /api/v1/settings/return": async (_, response) => decided(response, settings.pending !== null && settings.goBack(state.user.name)),
    "GET /api/v1/settings/changes": (_, response, query) => {
      const first = Number(query.get("first"));
      json(response, 200, { changes: settings.changes.slice(first, first + Number(query.get("count"))), total: settings.changes.length, base: settings.base() });
    },
    "POST /api/v1/settings/undo": async (request, response) => {
      const { id, base } = await bodyOf(request);
      return applied(response, base, settings.changes.find((each) => each.id === id).before, "undo");
    },
    "GET /api/v1/backup": (_, response) => json(response, 200, { tokimori_backup: 1, time: 1795882000, version: "0.1.0", overlay: settings.overlay }),
    "POST /api/v1/restore": async (request, response) => {
      const { overlay, base } = await bodyOf(request);
      return applied(response, base, overlay, "restore");
    },
    "POST /api/v1/factory-reset": async (request, response) => {
      const { password, base } = await bodyOf(request);
      return password === PASSWORD ? applied(response, base, {}, "factory_reset") : fail(response, 403, "wrong_login");
    },
    "GET /api/v1/certificate": (_, response) => json(response, 200, { sha256: Array(32).fill("A7").join(":"), uploaded: false, expires: 2398377600, expired: false }),
    "POST /api/v1/restart": (_, response) => json(response, 202, { restarting: true }),
    "POST /api/v1/leap/list": async (request, response) => ((await bodyOf(request)).text.includes("#@")
      ? json(response, 200, { leap_list: { updated: "2026-07-05", expires: "2027-06-28", kept: true } })
      : fail(response, 422, "leap_list_wrong")),
    "DELETE /api/v1/leap/list": (_, response) => fail(response, 409, "no_leap_list"),
    "GET /api/v1/leap/preview": (_, response, query) => json(response, 200, { preview: recordedPreview(query.get("mode")) }),
    "GET /api/v1/events": (_, response) => json(response, 200, { events: [
      { time: 1795882000, kind: "access", user: "admin", text_code: "login", details: "192.168.10.20" },
      { time: 1795881900, kind: "access", user: "root<script>alert(1)</script>", text_code: "login_failed", details: "192.168.10.99 +12" },
      { time: 1795878000, kind: "clock", user: "", text_code: "synchronised", details: "holdover" },
      { time: 1795877400, kind: "clock", user: "", text_code: "holdover", details: "synchronised" },
      { time: 1795870000, kind: "accounts", user: "admin", text_code: "setup", details: "192.168.10.20" }] }),
    "GET /api/v1/users": (_, response) => json(response, 200, { users: state.users }),
    "POST /api/v1/users": async (request, response) => {
      const { password, ...user } = await bodyOf(request);
      if (state.users.some((each) => each.name === user.name)) return fail(response, 409, "name_taken");
      state.users.push(user);
      return json(response, 200, { users: state.users });
    },
    "DELETE /api/v1/users": async (request, response) => {
      const { name } = await bodyOf(request);
      state.users = state.users.filter((user) => user.name !== name);
      json(response, 200, { users: state.users });
    },
    "GET /api/v1/tokens": (_, response) => json(response, 200, { tokens: state.tokens }),
    "POST /api/v1/tokens": async (request, response) => {
      const { name } = await bodyOf(request);
      state.tokens.push({ id: state.tokens.length + 1, name, created: 1795882000 });
      json(response, 200, { id: state.tokens.length, name, token: `tokimori_${"0123456789abcdef".repeat(4)}` });
    },
    "POST /api/v1/password": (_, response) => json(response, 200, session()),
  };
  const open = new Set(["/api/v1/session", "/api/v1/setup", "/api/v1/login"]);

  const asset = (path, response) => {
    const file = join(DIST, path === "/" ? "index.html" : path.replace(/\.\./g, ""));
    try {
      const content = readFileSync(file);
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY });
      response.end(content);
    } catch {
      fail(response, 404, "not_found");
    }
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const route = routes[`${request.method} ${url.pathname}`];
    if (route === undefined && !url.pathname.startsWith("/api/")) return asset(url.pathname, response);
    if (!open.has(url.pathname) && state.user === null) return fail(response, 401, "not_logged_in");
    return route === undefined ? fail(response, 404, "not_found") : route(request, response, url.searchParams);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({
    address: `http://127.0.0.1:${server.address().port}`,
    silence: () => clearInterval(timer),
    loseDaemon: () => (clearInterval(timer), tell({ daemon: false, why: "no_daemon" })),
    endSession: () => (clearInterval(timer), (state.user = null), streams.forEach((each) => each.end('event: ended\ndata: {"why":"session_ended"}\n\n'))),
    stop: () => (clearInterval(timer), clearTimeout(settings.pending?.timer), server.closeAllConnections(), server.close()),
  })));
}
