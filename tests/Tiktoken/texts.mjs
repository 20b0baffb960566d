// Reads the texts on the standard input: each is the number of its UTF-16 units (32 bits, low byte first) and the units.
import { readFileSync } from "node:fs";

export function readTexts() {
  const input = readFileSync(0);
  const texts = [];
  for (let at = 0; at < input.length; ) {
    const start = at + 4, end = start + 2 * input.readUInt32LE(at);
    texts.push(input.toString("utf16le", start, end));
    at = end;
  }

  return texts;
}
