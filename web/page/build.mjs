// Builds dist/: one script, one style sheet, the page and its icon. Fails where a text lacks a language.
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";

const MOST_BYTES = 300_000;

function run(script) {
  const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

async function bundle() {
  await build({
    entryPoints: { page: "src/main.tsx" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2021",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    outdir: "dist",
    logLevel: "warning",
  });
}

// Both are under the MIT licence, which wants its text to come along.
async function licences() {
  const texts = await Promise.all(["preact", "uplot"].map(async (name) => `${name}\n\n${await readFile(`node_modules/${name}/LICENSE`, "utf8")}`));
  await writeFile("dist/licences.txt", texts.join("\n\n"));
}

async function weigh() {
  let total = 0;
  for (const name of (await readdir("dist")).sort()) {
    const { size } = await stat(`dist/${name}`);
    total += size;
    console.log(`${String(size).padStart(8)}  ${name}`);
  }
  console.log(`${String(total).padStart(8)}  bytes, uncompressed`);
  if (total >= MOST_BYTES) throw new Error(`The page has ${total} bytes; less than ${MOST_BYTES} are allowed.`);
}

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
run("check_texts.mjs");
await bundle();
await licences();
await cp("static", "dist", { recursive: true });
await weigh();
