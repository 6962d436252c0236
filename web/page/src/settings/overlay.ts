/** What the page has set, and what becomes of it while somebody edits. Nothing here changes what it is given. */
import type { Tree, Value } from "./table";

export type Entry = Tree;

/** An entry of a list, as the page would have it. */
export interface ListedEntry {
  identity: string;
  /** With what the file says. */
  written: Entry;
  /** What the page says of it; null where nothing. */
  overlay: Entry | null;
  inFile: boolean;
  removed: boolean;
}

function isTree(value: Value | undefined): value is Tree {
  return typeof value === "object" && !Array.isArray(value);
}

function at(tree: Tree, section: string): Value | undefined {
  return section.split(".").reduce<Value | undefined>((found, name) => (isTree(found) ? found[name] : undefined), tree);
}

// What holds nothing is left out.
function put(tree: Tree, path: readonly string[], value: Value | undefined): Tree {
  const [name = "", ...rest] = path;
  const inner = tree[name];
  const fresh = rest.length === 0 ? value : put(isTree(inner) ? inner : {}, rest, value);
  const { [name]: _, ...others } = tree;
  const empty = fresh === undefined || (isTree(fresh) && Object.keys(fresh).length === 0);
  return empty ? others : { ...others, [name]: fresh };
}

export function valueAt(tree: Tree, section: string, key: string): Value | undefined {
  const found = at(tree, section);
  return isTree(found) ? found[key] : undefined;
}

/** With `value` in its place, or without any where it is undefined. */
export function withValue(tree: Tree, section: string, key: string, value: Value | undefined): Tree {
  return put(tree, [...section.split("."), key], value);
}

export function entriesAt(tree: Tree, section: string): Entry[] {
  const found = at(tree, section);
  return Array.isArray(found) ? found.filter(isTree) : [];
}

/** The key by which an entry of the page and one of the file are the same. */
export function identityKey(section: string): string {
  return section === "access.rule" ? "from" : section === "leap.manual" ? "date" : "name";
}

export function identityOf(section: string, entry: Entry): string {
  const value = entry[identityKey(section)] ?? entry.address ?? "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** With this entry instead of the one of its identity, at the end where it is new; without any where it is null. */
export function withEntry(tree: Tree, section: string, identity: string, entry: Entry | null): Tree {
  const entries = entriesAt(tree, section);
  const isNew = entries.every((each) => identityOf(section, each) !== identity);
  const kept = entries.flatMap((each) => (identityOf(section, each) !== identity ? [each] : entry === null ? [] : [entry]));
  if (isNew && entry !== null) kept.push(entry);
  return put(tree, section.split("."), kept.length === 0 ? undefined : kept);
}

function find(entries: readonly Entry[], section: string, identity: string): Entry | undefined {
  return entries.find((entry) => identityOf(section, entry) === identity);
}

// What is in force, less what the page has set of it. The file's own word for that is not told.
function fileEntry(inForce: Entry | undefined, applied: Entry | undefined): Entry {
  return Object.fromEntries(Object.entries(inForce ?? {}).filter(([key]) => applied?.[key] === undefined));
}

/** All entries of a list: those in force and those that the page adds or has taken away. */
export function listed(values: Tree, applied: Tree, draft: Tree, section: string): ListedEntry[] {
  const [inForce, before, now] = [entriesAt(values, section), entriesAt(applied, section), entriesAt(draft, section)];
  const identities = new Set([...inForce, ...now].map((entry) => identityOf(section, entry)));
  const entries = [...identities].map((identity): ListedEntry => {
    const ofPage = find(before, section, identity);
    const file = fileEntry(find(inForce, section, identity), ofPage);
    const overlay = find(now, section, identity) ?? null;
    const inFile = Object.keys(file).length > 0 || ofPage?.enabled === false;
    return { identity, written: { ...file, ...overlay }, overlay, inFile, removed: overlay?.enabled === false };
  });
  // What only the page had, and has no more, is gone.
  return entries.filter((entry) => entry.inFile || entry.overlay !== null);
}

/** Takes an entry away: one of the file stays there, but out of force. */
export function withoutEntry(tree: Tree, section: string, entry: ListedEntry): Tree {
  const name = entry.written[identityKey(section)] ?? entry.identity;
  return withEntry(tree, section, entry.identity, entry.inFile ? { [identityKey(section)]: name, enabled: false } : null);
}

/** What sets one key of an entry, as far as the page sets it. An entry of the file that says no more than its name goes. */
export function withEntryValue(tree: Tree, section: string, entry: ListedEntry, key: string, value: Value | undefined): Tree {
  const naming = identityKey(section);
  const name = entry.written[naming] ?? entry.identity;
  const { [key]: _, ...others } = { ...entry.overlay, [naming]: name };
  const fresh: Entry = value === undefined ? others : { ...others, [key]: value };
  const says = Object.keys(fresh).some((each) => each !== naming);
  return withEntry(tree, section, entry.identity, says || !entry.inFile ? fresh : null);
}

/** The entry that says what one address may do. */
export type AddressRule = "deny" | "allow" | "limit";

export function addressRule(address: string, rule: AddressRule, interval: string): Entry {
  if (rule === "deny") return { from: [address], flags: ["ignore"] };
  return rule === "allow" ? { from: [address], flags: [] } : { from: [address], flags: ["limited"], interval };
}
