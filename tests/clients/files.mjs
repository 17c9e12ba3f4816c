// tests/clients/files.mjs - Uses watched files as Node programs do: `node files.mjs FOLDER`.
import fs from 'node:fs';
import { readFile, writeFile, readdir, rename, mkdir, rm } from 'node:fs/promises';
import { once } from 'node:events';

const folder = process.argv[2];
process.stdout.write(fs.readFileSync(`${folder}/config.yaml`, 'utf8'));
console.log(fs.existsSync(`${folder}/none`), fs.statSync(`${folder}/config.yaml`).size);
console.log(JSON.parse(await readFile(`${folder}/data.json`)).a);
await mkdir(`${folder}/out`, { recursive: true });
await writeFile(`${folder}/out/part`, 'done\n');
await rename(`${folder}/out/part`, `${folder}/out/whole`);
const stream = fs.createWriteStream(`${folder}/stream`);
stream.write('one\n');
stream.end('two\n');
await once(stream, 'close');
let text = '';
for await (const piece of fs.createReadStream(`${folder}/stream`)) text += piece;
console.log(JSON.stringify(text), (await readdir(folder)).sort(), await readdir(`${folder}/out`));
await rm(`${folder}/out/whole`);
