// Makes the files of src/server/wiki/static/ from src/ and the pinned packages. Building Recto doesn't need this: what it makes
// is committed. `node build.js --check` says whether it is what these sources make.
//
// edit.js is ours and small, with base.js, which other parts need as well; codemirror.js has the packages that every editor needs
// and changes with them only. The others are loaded when they are asked for: vim.js, emacs.js, emoji.js, conflict.js, matter.js, and de.js
// and its like, which are languages.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { transform } from 'esbuild';
import { gemoji } from 'gemoji';
import { rollup } from 'rollup';
import { licences } from '../licences.js';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '../../src/server/wiki/static');
const TARGET = ['chrome111', 'firefox121', 'safari17'];
// What counts for one page that is edited, compressed.
const MAX_KB = 180;

// Packages that all editors load; the others come with the part that imports them.
const isShared = id => /node_modules\/(@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname)\//.test(id);
// What conflict.js and matter.js need besides edit.js: parts can't import from an entry.
const isBase = id => /src\/(base\/(api|dom|settings)|code\/matter|texts\/(texts|en)|merge\/(diff|merge))\.js$/.test(id);
const packages = new Set();

// `import names from 'emoji:names'`: a line for each emoji, with its names.
const emoji = {
  name: 'emoji',
  resolveId: id => id === 'emoji:names' ? '\0emoji' : null,
  load(id) {
    if (id !== '\0emoji') return null;
    packages.add('gemoji');
    const lines = gemoji.map(({ emoji, names }) => [emoji, ...names].join(' '));
    return `export default ${JSON.stringify(lines.join('\n'))}`;
  },
};

// The package calls what binds its keys pure, so that nothing of it would be left.
const emacsKeys = {
  name: 'emacs-keys',
  transform: (code, id) => id.includes('@replit/codemirror-emacs') ? code.replace(/\/\*@__PURE__\*\/(?=EmacsHandler\.)/g, '') : null,
};

const minify = {
  name: 'minify',
  renderChunk: async code => (await transform(code, { minify: true, target: TARGET, format: 'esm', legalComments: 'none', charset: 'utf8' })).code,
};

const digest = code => createHash('sha256').update(code).digest('hex').slice(0, 12);

// Names stay, so that servers know them; the digest of what is meant is in the address, so that browsers keep no old file.
const versions = {
  name: 'versions',
  generateBundle(_, bundle) {
    const done = new Set();
    const visit = chunk => {
      if (done.has(chunk)) return;
      done.add(chunk);
      for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
        if (bundle[name].isEntry) throw new Error(`${chunk.fileName} imports the entry ${name}: move what both need to a part of its own`);
        visit(bundle[name]);
        chunk.code = chunk.code.replaceAll(`"./${name}"`, `"./${name}?v=${digest(bundle[name].code)}"`);
      }
    };
    Object.values(bundle).forEach(visit);
  },
};

async function scripts() {
  const bundle = await rollup({
    input: { edit: join(here, 'src/main.js') },
    plugins: [emoji, emacsKeys, nodeResolve({ browser: true })],
    onwarn(warning) { throw new Error(warning.message); },
  });
  const { output } = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    manualChunks: id => isShared(id) ? 'codemirror' : isBase(id) ? 'base' : undefined,
    minifyInternalExports: true,
    plugins: [minify, versions],
  });
  for (const id of output.flatMap(chunk => chunk.moduleIds)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
    if (name) packages.add(name);
  }
  return output.map(({ fileName, code }) => [fileName, code]);
}

async function style() {
  const folder = join(here, 'src/style');
  const sources = readdirSync(folder).sort().map(name => readFileSync(join(folder, name), 'utf8'));
  const { code } = await transform(sources.join('\n'), { loader: 'css', minify: true, target: TARGET, charset: 'utf8' });
  return ['edit.css', code];
}

async function gzipped(code) {
  const { gzipSync } = await import('node:zlib');
  return gzipSync(code, { level: 9 }).length / 1024;
}

const files = new Map([...await scripts(), await style()]);
const intro = "The editor is made of Recto's own code, under its licence, and of these packages.";
files.set('LICENSES.txt', licences(intro, join(here, 'node_modules'), packages));

let first = 0;
for (const [name, code] of files) {
  const kb = await gzipped(code);
  if (/^(edit|base|codemirror)\./.test(name)) first += kb;
  console.log(`${name.padEnd(16)} ${String(Math.round(code.length / 1024)).padStart(5)} KB ${kb.toFixed(1).padStart(8)} KB gzip`);
}
console.log(`to edit a page   ${first.toFixed(1)} KB gzip`);
if (first > MAX_KB) throw new Error(`an editor is larger than ${MAX_KB} KB`);

if (process.argv.includes('--check')) {
  const read = name => existsSync(join(output, name)) ? readFileSync(join(output, name), 'utf8') : null;
  const wrong = [...files].filter(([name, code]) => read(name) !== code).map(([name]) => name);
  if (wrong.length) {
    console.error(`error: ${wrong.join(', ')}: not what tools/editor makes\nhelp: npm --prefix tools/editor ci && npm --prefix tools/editor run build`);
    process.exit(1);
  }
} else {
  mkdirSync(output, { recursive: true });
  for (const [name, code] of files) writeFileSync(join(output, name), code);
}
