// Bundles test/*.test.ts and gives them to node's own test runner.
import { build } from "esbuild";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

const files = (await readdir("test")).filter((name) => name.endsWith(".test.ts"));
const outdir = await mkdtemp(join(tmpdir(), "tokimori-page-"));
await build({
  entryPoints: files.map((name) => `test/${name}`),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  outdir,
  outExtension: { ".js": ".mjs" },
  logLevel: "warning",
});
const made = files.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" });
await rm(outdir, { recursive: true });
process.exit(status ?? 1);
