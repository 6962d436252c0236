// The settings of the stand-in: checks little, but merges, compares, waits and returns as the daemon does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const CONFIRM_NS = 60e9;
const NAMED_BY = { "access.rule": "from", "leap.manual": "date" };

const isTree = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const nameOf = (path, entry) => String(entry[NAMED_BY[path] ?? "name"]);

function mergedList(file, overlay, path) {
  const left = file.filter((entry) => !overlay.some((each) => nameOf(path, each) === nameOf(path, entry)));
  const ours = overlay.filter(({ enabled }) => enabled !== false);
  return [...left, ...ours.map((entry) => ({ ...file.find((each) => nameOf(path, each) === nameOf(path, entry)), ...entry }))];
}

function merged(file, overlay, path = "") {
  const result = { ...file };
  for (const [key, value] of Object.entries(overlay)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (isTree(value)) result[key] = merged(file[key] ?? {}, value, at);
    else if (Array.isArray(value) && isTree(value[0])) result[key] = mergedList(file[key] ?? [], value, at);
    else result[key] = value;
  }
  return result;
}

// [section, name, key, value] of all that is written.
function flat(tree, sections) {
  return sections.flatMap(({ name, repeated }) => {
    const found = name.split(".").reduce((inner, part) => inner?.[part], tree);
    const entries = repeated ? (found ?? []) : [found ?? {}];
    return entries.flatMap((entry) => Object.entries(entry).filter(([, value]) => !isTree(value) && !(Array.isArray(value) && isTree(value[0])))
      .map(([key, value]) => [name, repeated ? nameOf(name, entry) : null, key, value]));
  });
}

export class MockSettings {
  constructor() {
    Object.assign(this, JSON.parse(readFileSync(join(HERE, "replies", "settings.json"), "utf8")));
    this.overlay = {};
    this.confirmed = {};
    this.pending = null;
    this.changes = [];
    this.last = 0;
  }

  told() {
    const { sections, table } = this;
    return { file: "/etc/tokimori/tokimori.toml", overlay_file: "/etc/tokimori/conf.d/90-page.toml", sections, table, values: merged(this.values, this.overlay),
      overlay: this.overlay, base: this.base(), pending: this.pending && { id: this.pending.id, left_ns: (this.pending.until - Date.now()) * 1e6 } };
  }

  base() {
    return Buffer.from(JSON.stringify(this.overlay)).toString("hex").slice(-16);
  }

  check(overlay) {
    const before = flat(merged(this.values, this.overlay), this.sections);
    const after = flat(merged(this.values, overlay), this.sections);
    const find = (all, [section, name, key]) => all.find((each) => same(each.slice(0, 3), [section, name, key]));
    const places = [...before, ...after.filter((each) => !find(before, each))];
    const difference = places.map((each) => ({ section: each[0], name: each[1], key: each[2], before: find(before, each)?.[3] ?? null, after: find(after, each)?.[3] ?? null }))
      .filter((each) => !same(each.before, each.after));
    const row = (section, key) => this.table.find((each) => each.section === section && each.key === key);
    const complaints = after.flatMap(([section, name, key, value]) => {
      const { type, minimum, maximum } = row(section, key) ?? {};
      const isWrong = type === "integer" && (typeof value !== "number" || value < Number(minimum) || value > Number(maximum));
      return isWrong ? [{ section, name, key, message: `must be a number from ${minimum} to ${maximum}, not ${JSON.stringify(value)}` }] : [];
    });
    return { complaints, difference, needs_confirmation: difference.some(({ section, key }) => section.startsWith("access") || section === "control" || key === "listen"),
      restart: difference.filter(({ section, key }) => row(section, key)?.applies === "restart").map(({ section, key }) => `${section}.${key}`), waits: false };
  }

  /** The reply to an apply, or why not: [status, code]. */
  apply(overlay, kind, user) {
    if (this.pending) return { refused: [409, "settings_pending"] };
    const check = this.check(overlay);
    if (check.complaints.length > 0) return { refused: [422, "settings_wrong"], check };
    this.last += 1;
    this.changes.unshift({ id: this.last, time: Math.floor(Date.now() / 1000), user, kind, difference: check.difference, before: this.overlay });
    this.overlay = overlay;
    if (!check.needs_confirmation) this.confirmed = overlay;
    else this.pending = { id: this.last, until: Date.now() + CONFIRM_NS / 1e6, timer: setTimeout(() => this.goBack(""), CONFIRM_NS / 1e6) };
    return { applied: { id: this.last, confirm_within_ns: check.needs_confirmation ? CONFIRM_NS : null, base: this.base() } };
  }

  settle(id, overlay) {
    if (this.pending?.id !== id) return false;
    clearTimeout(this.pending.timer);
    this.pending = null;
    this.overlay = this.confirmed = overlay;
    return true;
  }

  confirm(id) {
    return this.settle(id, this.overlay);
  }

  goBack(user) {
    const { difference } = this.check(this.confirmed);
    this.last += 1;
    this.changes.unshift({ id: this.last, time: Math.floor(Date.now() / 1000), user, kind: "return", difference, before: this.overlay });
    return this.settle(this.pending.id, this.confirmed);
  }
}
