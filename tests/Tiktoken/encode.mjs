// Encodes texts with the npm package, special tokens as ordinary text. Usage: node encode.mjs ENCODING < texts > tokens
// A text is the number of its UTF-16 units and the units; its tokens are their number and the ids. All numbers are 32 bits, low byte first.
import { readFileSync } from "node:fs";
import { get_encoding } from "tiktoken";

const encoding = get_encoding(process.argv[2]);
const input = readFileSync(0);
const output = [];
for (let at = 0; at < input.length; ) {
  const start = at + 4, end = start + 2 * input.readUInt32LE(at);
  const ids = encoding.encode_ordinary(input.toString("utf16le", start, end));
  output.push(Buffer.from(Uint32Array.of(ids.length).buffer), Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength));
  at = end;
}

process.stdout.write(Buffer.concat(output));
