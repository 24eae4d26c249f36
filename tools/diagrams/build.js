// Makes themes/default/libraries/mermaid/ from the pinned packages. Building Recto doesn't need this: what it makes is
// committed. `node build.js --check` says whether it is what these packages make.
//
// One plain script, so that it runs in pages that are opened from a disk, where modules don't.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { licences } from '../licences.js';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '../../themes/default/libraries/mermaid');
const TARGET = ['chrome111', 'firefox121', 'safari17'];
// What the repository and the program grow by, and what a reader of a page with a diagram loads.
const MAX_KB = 900;

// Formulas in labels need 270 KB of script and faces of their own; pages have theirs as MathML, without any.
const withoutKatex = {
  name: 'without-katex',
  setup(build) {
    build.onResolve({ filter: /^katex$/ }, () => ({ path: 'katex', namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'export default { renderToString: text => text.replace(/[&<>]/g, c => `&#${c.charCodeAt()};`) }',
    }));
  },
};

// A page whose policy asks for a nonce has it for the styles of a diagram that is being measured, too.
const withNonce = {
  name: 'with-nonce',
  setup(build) {
    build.onLoad({ filter: /mermaid\.core\.mjs$/ }, ({ path }) => {
      const made = 'document.createElement("style")', source = readFileSync(path, 'utf8');
      if (source.split(made).length !== 2) throw new Error('Mermaid makes its style elsewhere: look for it');
      const nonce = 'document.querySelector("meta[name=csp-nonce]")?.content ?? ""';
      return { contents: source.replace(made, `Object.assign(${made}, { nonce: ${nonce} })`), loader: 'js' };
    });
  },
};

const { outputFiles: [{ contents }], metafile } = await build({
  stdin: { contents: "import mermaid from 'mermaid'; globalThis.mermaid = mermaid;", resolveDir: here },
  bundle: true, minify: true, format: 'iife', target: TARGET, legalComments: 'none', charset: 'utf8',
  banner: { js: '/*! Mermaid and the packages that it needs: LICENSES.txt beside this file has their names and terms. */' },
  plugins: [withoutKatex, withNonce], write: false, metafile: true,
});
const packages = new Set(Object.keys(metafile.inputs).map(path => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
const intro = 'The library that draws diagrams is made of these packages.';
const script = Buffer.from(contents), packed = gzipSync(script, { level: 9 });
const terms = licences(intro, join(here, 'node_modules'), packages);
console.log(`mermaid.min.js ${Math.round(script.length / 1024)} KB, ${Math.round(packed.length / 1024)} KB gzip, of ${packages.size} packages`);
if (packed.length > MAX_KB * 1024) throw new Error(`the library is larger than ${MAX_KB} KB`);

const script_path = join(output, 'mermaid.min.js.gz'), terms_path = join(output, 'LICENSES.txt');
if (process.argv.includes('--check')) {
  const isSame = existsSync(script_path) && gunzipSync(readFileSync(script_path)).equals(script) && readFileSync(terms_path, 'utf8') === terms;
  if (!isSame) {
    console.error('error: themes/default/libraries/mermaid is not what tools/diagrams makes\nhelp: npm --prefix tools/diagrams ci && npm --prefix tools/diagrams run build');
    process.exit(1);
  }
} else {
  mkdirSync(output, { recursive: true });
  writeFileSync(script_path, packed);
  writeFileSync(terms_path, terms);
}
