import { readFileSync } from "node:fs";
import type { Clients, Status } from "../src/replies";

/** What the real daemon said in a scene of tests/web_page. Tests run in web/page. */
export function recorded(scene: string): Status[] {
  return reply(scene).status;
}

export function recordedClients(scene: string): Clients {
  return reply(scene).clients[0]!.clients;
}

function reply(scene: string): { status: Status[]; clients: { clients: Clients }[] } {
  return JSON.parse(readFileSync(`../../tests/web_page/replies/${scene}.json`, "utf8")) as ReturnType<typeof reply>;
}
