// Runs a Python program in Pyodide: node homeassistant.mjs FOLDER PROGRAM. The program sees FOLDER/site and FOLDER/job.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/package/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${folder}/package/` });
for (const part of ["site", "job"]) {
  python.FS.mkdirTree(`/${part}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: `${folder}/${part}` }, `/${part}`);
}
python.runPython("import sys; sys.path.append('/site')");
try {
  await python.runPythonAsync(`${fs.readFileSync(program, "utf8")}\nawait main()`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
