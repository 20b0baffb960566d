// Writes the bytes of every token of an encoding, in the order of the ids: a number of bytes (32 bits, low byte first) and the bytes.
// Usage: node tokens.mjs ENCODING > tokens
import { get_encoding } from "tiktoken";

const encoding = get_encoding(process.argv[2]);
const output = [];
const count = encoding.token_byte_values().length;
for (let id = 0; id < count; id++) {
  const bytes = encoding.decode_single_token_bytes(id);
  output.push(Buffer.from(Uint32Array.of(bytes.length).buffer), Buffer.from(bytes));
}

process.stdout.write(Buffer.concat(output));
