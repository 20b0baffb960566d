// Encodes texts with the npm package, special tokens as ordinary text. Usage: node encode.mjs ENCODING < texts > tokens
// The tokens of a text are their number and the ids, all in 32 bits, low byte first.
import { get_encoding } from "tiktoken";
import { readTexts } from "./texts.mjs";

const encoding = get_encoding(process.argv[2]);
const output = [];
for (const text of readTexts()) {
  const ids = encoding.encode_ordinary(text);
  output.push(Buffer.from(Uint32Array.of(ids.length).buffer), Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength));
}

process.stdout.write(Buffer.concat(output));
