import { strict as assert } from "node:assert";
import { test } from "node:test";
import { isNamed } from "../src/certificate_names";

test("a certificate names a host in any case, an address as it is, and by a star one word before", () => {
  const names = ["Clock.example.jp", "*.lan.example.jp", "192.0.2.1", "2001:db8::1"];
  for (const host of ["clock.example.jp", "toki.LAN.example.jp", "192.0.2.1", "[2001:db8::1]"]) assert.ok(isNamed(names, host), host);
  for (const host of ["toki", "example.jp", "lan.example.jp", "a.b.lan.example.jp", "192.0.2.2", "[2001:db8::2]"]) assert.ok(!isNamed(names, host), host);
  assert.ok(!isNamed(["*.1", "*.0.2.1", "*.jp"], "192.0.2.1"));
  assert.ok(!isNamed(["*.jp"], "example.jp"));
});
