// Measures how long the npm package takes to count the tokens of all texts, and writes that and the counts as JSON.
// Usage: node measure.mjs ENCODING < texts
import { get_encoding } from "tiktoken";
import { readTexts } from "./texts.mjs";

const started = performance.now();
const encoding = get_encoding(process.argv[2]);
const loadSeconds = (performance.now() - started) / 1000;
const texts = readTexts();

// The first pass warms up.
const counts = texts.map((text) => encoding.encode_ordinary(text).length);
let seconds = Infinity, total = 0;
for (let pass = 0; pass < 3; pass++) {
  const start = performance.now();
  for (const text of texts) total += encoding.encode_ordinary(text).length;
  seconds = Math.min(seconds, (performance.now() - start) / 1000);
}

if (total !== 3 * counts.reduce((sum, count) => sum + count, 0)) throw new Error("The passes do not agree.");
process.stdout.write(JSON.stringify({ loadSeconds, seconds, counts }));
