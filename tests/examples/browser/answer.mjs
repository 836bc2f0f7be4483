// Answer requests in Node as the page does in a browser: node answer.mjs FOLDER < requests.json > answers.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const load = (name) => import(pathToFileURL(join(folder, name)));
const { startEngine } = await load("engine.js");
const { loadPyodide } = await load("pyodide/pyodide.mjs");
const settings = JSON.parse(readFileSync(join(folder, "settings.json")));
const log = console.log;
console.log = () => {}; // Pyodide names the wheels that it loads
const evaluate = await startEngine(
  loadPyodide,
  settings.wheels.map((wheel) => join(folder, wheel)),
  readFileSync(join(folder, "playground.py"), "utf-8"),
);
log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(evaluate)));
