// Reads a JSON list of [LaTeX, whether it is a display] from standard input; writes a JSON object {index: first error}.
// MathJax is looked up from the folder given as the only argument. What it cannot read it marks in its output: as an
// error, or in red where it does not know a command.
"use strict";
const MathJax = require(require.resolve("mathjax", { paths: [process.argv[2]] }));
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  await MathJax.init({ loader: { load: ["input/tex"] } });
  const errors = {};
  for (const [index, [latex, display]] of formulas.entries()) {
    try {
      const read = await MathJax.tex2mmlPromise(latex, { display });
      const wrong = /<merror[^>]*data-mjx-error="([^"]*)"|<mtext[^>]*mathcolor="red"[^>]*>([^<]*)/.exec(read);
      if (wrong || read.includes("<merror")) errors[index] = wrong ? wrong[1] || wrong[2] : "an error without words";
    } catch (error) {
      errors[index] = String(error.message);
    }
  }
  process.stdout.write(JSON.stringify(errors));
  process.exit(0);
})();
