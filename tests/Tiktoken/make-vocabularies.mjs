// Makes the files in src/FineTuning.Core/Tokenization/Vocabularies out of the npm package; its README tells what is in them.
// Usage: npm ci && node make-vocabularies.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateRawSync } from "node:zlib";
import { Tiktoken } from "tiktoken";

const require = createRequire(import.meta.url);
const folder = new URL("../../src/FineTuning.Core/Tokenization/Vocabularies/", import.meta.url);
const encoder = (name) => JSON.parse(readFileSync(require.resolve(`tiktoken/encoders/${name}.json`), "utf8"));

function write(name, bytes) {
  const packed = deflateRawSync(bytes, { level: 9, memLevel: 9 });
  writeFileSync(new URL(name, folder), packed);
  console.log(`${name}: ${packed.length} bytes`);
}

// "! 0 dG9rZW4= ...": the tokens in base64, in the order of their ranks. As strings of one character a byte they are keys of a map.
function tokensOf({ bpe_ranks }) {
  const [mark, first, ...tokens] = bpe_ranks.split(" ");
  if (mark !== "!" || first !== "0") throw new Error("The ranks are not written as this script knows them.");
  return tokens.map((token) => Buffer.from(token, "base64").toString("latin1"));
}

// The two tokens that a token is merged of, which are what is left when only lower ranks may merge.
function halvesOf(token, rank, ranks) {
  const parts = [...token];
  while (parts.length > 2) {
    let best = rank, at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const merged = ranks.get(parts[i] + parts[i + 1]);
      if (merged < best) [best, at] = [merged, i];
    }

    if (at < 0) throw new Error(`Token ${rank} is not a pair of others.`);
    parts.splice(at, 2, parts[at] + parts[at + 1]);
  }

  return parts.map((part) => ranks.get(part));
}

function writeVocabulary(name) {
  const tokens = tokensOf(encoder(name));
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  const pairs = tokens.slice(256).map((token, i) => halvesOf(token, i + 256, ranks));
  const count = Buffer.alloc(4);
  count.writeUInt32LE(tokens.length);
  const planes = [0, 1].flatMap((half) => [0, 8, 16].map((shift) => Buffer.from(pairs.map((pair) => (pair[half] >> shift) & 255))));
  write(`${name}.bin`, Buffer.concat([count, Buffer.from(tokens.slice(0, 256).join(""), "latin1"), ...planes]));
}

// Asks the regular expression engine of the package itself: what a pattern does not match has no tokens.
function writeCharacters() {
  const { bpe_ranks } = encoder("cl100k_base");
  const classes = [
    ["[\\p{Lu}\\p{Lt}]", 1], ["\\p{Ll}", 2], ["[\\p{Lm}\\p{Lo}]", 4], ["\\p{M}", 8], ["\\p{N}", 16], ["[\\s&&[^\\r\\n]]", 32], ["[\\r\\n]", 64],
  ];
  const found = new Uint8Array(0x110000).fill(128);
  for (const [pattern, value] of classes) {
    const engine = new Tiktoken(bpe_ranks, {}, pattern);
    for (let code = 0; code < found.length; code++) {
      if ((code < 0xd800 || code > 0xdfff) && engine.encode_ordinary(String.fromCodePoint(code)).length > 0) {
        if (found[code] !== 128) throw new Error(`U+${code.toString(16)} is in two classes.`);
        found[code] = value;
      }
    }

    engine.free();
  }

  const runs = [];
  for (let start = 0, end; start < found.length; start = end) {
    for (end = start + 1; end < found.length && found[end] === found[start]; end++);
    let length = end - start;
    for (; length > 127; length >>>= 7) runs.push((length & 127) | 128);
    runs.push(length, found[start]);
  }

  write("characters.bin", Buffer.from(runs));
}

writeVocabulary("cl100k_base");
writeVocabulary("o200k_base");
writeCharacters();
