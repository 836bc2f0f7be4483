// Start the engine on Pyodide, in a browser or in Node.

/**
 * Load Python with the engine, and return a function that evaluates a request (see playground.py).
 *
 * @param {Function} loadPyodide - of pyodide.mjs
 * @param {string[]} wheels - the URLs or paths of the wheels of the engine and its dependencies
 * @param {string} source - the text of playground.py
 * @param {string} [indexURL] - the folder of Pyodide's files; by default that of pyodide.mjs
 */
export async function startEngine(loadPyodide, wheels, source, indexURL) {
  const pyodide = await loadPyodide({ indexURL, packages: wheels });
  pyodide.FS.writeFile("playground.py", source);
  const playground = pyodide.pyimport("playground");
  return (request) => JSON.parse(playground.answer(JSON.stringify(request)));
}
