// Runs press.py in Pyodide: node press.mjs PRESS FILES ASSET
import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [script, files, asset] = process.argv.slice(2);
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", HOME: "/tmp" } });
python.FS.writeFile("/files", readFileSync(files));
python.runPython("import sys; sys.argv = ['press.py', '/files', '/asset']");
try {
  python.runPython(readFileSync(script, "utf8"), { filename: "press.py" });
} catch (error) {
  console.error(error.message); // Python's own; thrown on, Node would print Pyodide's source with it
  process.exit(1);
}
writeFileSync(asset, python.FS.readFile("/asset"));
