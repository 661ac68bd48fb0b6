// Reads and validates the C2PA manifest of a JPEG with @trustnxt/c2pa-ts, which shares no code with the library that
// wrote it. Arguments: the folder of that package, the file. Prints JSON.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const part = name => import(pathToFileURL(path.join(folder, 'dist', name, 'index.js')));
const [{ JPEG }, { SuperBox }, { ManifestStore }] = await Promise.all(['asset', 'jumbf', 'manifest'].map(part));
const content = await fs.readFile(file);
const asset = JPEG.create ? await JPEG.create(content) : new JPEG(content);
const store = ManifestStore.read(SuperBox.fromBuffer(await asset.getManifestJUMBF()));
const result = await store.validate(asset);
console.log(JSON.stringify({ valid: result.isValid, codes: result.statusEntries.map(e => [e.success, e.code]) }));
