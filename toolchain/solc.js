// npm's solc behind the command line of the native compiler, as far as Ape, forge and slither use it.
"use strict";

const fs = require("fs");
const path = require("path");

const modules = path.join(__dirname, "..", "node_modules");
const options = process.argv.slice(2);
const valueOf = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);

// solc installs its own handlers, which would hide our failures.
const solc = () => require(path.join(modules, "solc"));

function readImport(base) {
  return (file) => {
    try {
      return { contents: fs.readFileSync(path.resolve(base, file), "utf8") };
    } catch (error) {
      return { error: error.message };
    }
  };
}

function standardJson(input) {
  const base = valueOf("--base-path") ?? ".";
  return solc().compile(input, { import: readImport(base) });
}

// The outputs by their names on the command line, where they differ from standard JSON's.
const OUTPUTS = {
  abi: ["abi", (contract) => contract.abi],
  bin: ["evm.bytecode.object", (contract) => contract.evm.bytecode.object],
  "bin-runtime": ["evm.deployedBytecode.object", (contract) => contract.evm.deployedBytecode.object],
  srcmap: ["evm.bytecode.sourceMap", (contract) => contract.evm.bytecode.sourceMap],
  "srcmap-runtime": ["evm.deployedBytecode.sourceMap", (contract) => contract.evm.deployedBytecode.sourceMap],
  userdoc: ["userdoc", (contract) => contract.userdoc],
  devdoc: ["devdoc", (contract) => contract.devdoc],
  hashes: ["evm.methodIdentifiers", (contract) => contract.evm.methodIdentifiers],
};

function combinedJson(names) {
  const contractOutputs = names.filter((name) => name in OUTPUTS);
  const files = options.filter((option) => option.endsWith(".sol") && !option.includes("="));
  const settings = {
    remappings: options.filter((option) => option.includes("=")),
    outputSelection: { "*": { "*": contractOutputs.map((name) => OUTPUTS[name][0]), "": ["ast"] } },
    viaIR: options.includes("--via-ir"),
    optimizer: { enabled: options.includes("--optimize"), runs: Number(valueOf("--optimize-runs") ?? 200) },
    evmVersion: valueOf("--evm-version"),
  };
  const sources = Object.fromEntries(files.map((file) => [file, { content: fs.readFileSync(file, "utf8") }]));
  const output = JSON.parse(standardJson(JSON.stringify({ language: "Solidity", sources, settings })));
  for (const error of output.errors ?? []) process.stderr.write(error.formattedMessage);
  if ((output.errors ?? []).some((error) => error.severity === "error")) process.exit(1);

  const contracts = {};
  for (const [file, named] of Object.entries(output.contracts ?? {}))
    for (const [name, contract] of Object.entries(named))
      contracts[`${file}:${name}`] = Object.fromEntries(
        contractOutputs.map((output) => [output, OUTPUTS[output][1](contract)]),
      );
  const parsed = Object.entries(output.sources).map(([file, source]) => [file, { AST: source.ast }]);
  return JSON.stringify({
    contracts,
    sourceList: Object.keys(output.sources),
    sources: Object.fromEntries(parsed),
    version: solc().version(),
  });
}

async function main() {
  if (options.includes("--version")) {
    console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc().version()}`);
  } else if (options.includes("--combined-json")) {
    console.log(combinedJson(valueOf("--combined-json").split(",")));
  } else if (options.includes("--standard-json")) {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    process.stdout.write(standardJson(Buffer.concat(chunks).toString("utf8")));
  } else {
    console.error("solc: one of --version, --standard-json, --combined-json is needed");
    process.exit(1);
  }
}

main();
