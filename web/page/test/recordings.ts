import { readFileSync } from "node:fs";
import type { Status } from "../src/replies";

/** What the real daemon said in a scene of tests/web_page. Tests run in web/page. */
export function recorded(scene: string): Status[] {
  return reply(scene).status;
}

function reply(scene: string): { status: Status[] } {
  return JSON.parse(readFileSync(`../../tests/web_page/replies/${scene}.json`, "utf8")) as ReturnType<typeof reply>;
}
