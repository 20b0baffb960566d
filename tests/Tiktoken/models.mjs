// Writes the models that the npm package knows, one a line, each with a tab and the name of its encoding.
import { createRequire } from "node:module";

const models = createRequire(import.meta.url)("tiktoken/model_to_encoding.json");
console.log(Object.entries(models).map((pair) => pair.join("\t")).join("\n"));
