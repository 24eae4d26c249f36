// What the authors of packages ask for that are a part of Recto: their names and the terms.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// A text with the licences of packages in the folder `node_modules`; `intro` says what is made of them.
export function licences(intro, node_modules, packages) {
  const texts = [...packages].sort().map(name => {
    const folder = join(node_modules, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find(file => /^licen[cs]e/i.test(file));
    // Some name their licence and leave out its text.
    if (!file && !license) throw new Error(`${name} has no licence`);
    const terms = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${terms}\n`;
  });
  return `${intro}\n\n${texts.join('\n' + '-'.repeat(80) + '\n\n')}`;
}
