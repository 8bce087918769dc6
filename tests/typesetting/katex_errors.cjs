// Reads a JSON list of LaTeX fragments from standard input; writes a JSON object {index: first error}.
// KaTeX is looked up from the folder given as the only argument.
"use strict";
const katex = require(require.resolve("katex", { paths: [process.argv[2]] }));
const fragments = JSON.parse(require("fs").readFileSync(0, "utf8"));
const errors = {};
fragments.forEach((fragment, index) => {
  try {
    katex.renderToString(fragment, { displayMode: true, throwOnError: true, strict: "error" });
  } catch (error) {
    errors[index] = error.message;
  }
});
process.stdout.write(JSON.stringify(errors));
