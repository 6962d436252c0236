// Builds dist/: one script, one style sheet, the page and its icon. Texts and types are looked at before, by "npm run build".
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";

const MOST_BYTES = 300_000;

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
await bundle();
await licences();
await cp("static", "dist", { recursive: true });
await weigh();
