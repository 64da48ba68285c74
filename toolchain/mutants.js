// npm's solc, loaded once: a line of standard JSON in, a line out, imports from the working directory.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");

const solc = require(path.join(__dirname, "..", "node_modules", "solc"));

function readImport(file) {
  try {
    return { contents: fs.readFileSync(file, "utf8") };
  } catch (error) {
    return { error: error.message };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(solc.compile(line, { import: readImport }) + "\n");
});
