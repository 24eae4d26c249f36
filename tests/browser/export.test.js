// Decks as files of their own: they open from a disk and ask for nothing; and slides that don't fit are found.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openPage, program } from './site.js';

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64');
const FILES = {
  'deck.yml': 'title: A deck\ncontent:\n- chapter.md\n- long.md\n',
  'chapter.md': '## One\n\n![it](pictures/it.png)\n\n--\n\n- two\n\n???\n\nNotes.\n\n---\n\nclass: pic\n\n![it](pictures/it.png)\n',
  'long.md': `## Long\n\n${'- a line\n'.repeat(40)}\n---\n\n## ${'A title of many words '.repeat(12)}\n\n---\n\n![broken](pictures/broken.png)\n\n---\n\n.small[.small[.small[tiny]]]\n\n---\n\nclass: pic\n\n![no size](pictures/bare.svg)\n\n---\n\n\`\`\`\nshort\n${'wide '.repeat(40)}\n\`\`\`\n`,
  'pictures/bare.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0h4v3z"/></svg>',
  'pictures/it.png': PICTURE,
  'pictures/broken.png': Buffer.from('no picture'),
};

function workshop() {
  const dir = mkdtempSync(join(tmpdir(), 'recto-export-'));
  for (const [name, bytes] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  }
  return dir;
}

const recto = (dir, ...args) => spawnSync(program, args, { cwd: dir, encoding: 'utf8' });

test('an exported deck opens without a network and asks for nothing', async () => {
  const dir = workshop();
  const ran = recto(dir, 'export', 'deck.yml', '--output', 'elsewhere.html');
  assert.equal(ran.status, 0, ran.stderr);
  // Alone, so that nothing beside it can help.
  const alone = mkdtempSync(join(tmpdir(), 'recto-alone-'));
  writeFileSync(join(alone, 'deck.html'), readFileSync(join(dir, 'elsewhere.html')));
  const site = { origin: pathToFileURL(join(alone, 'deck.html')).href };
  await openPage(site, { offline: true, viewport: { width: 1280, height: 720 } });
  const asked = [];
  site.page.on('request', request => { if (!request.url().startsWith('data:')) asked.push(request.url()); });
  await site.page.goto(site.origin);
  await site.page.keyboard.press('ArrowRight');
  await site.page.keyboard.press('ArrowRight');
  await site.page.waitForFunction(() => document.querySelector('.now img').naturalWidth === 1);
  assert.equal(await site.page.evaluate(() => [...document.fonts].some(face => face.status === 'loaded')), true);
  assert.deepEqual(asked, [site.origin]);
  assert.deepEqual(site.problems.filter(problem => !problem.startsWith('data:')), []);
  await site.context.close();
  rmSync(dir, { recursive: true });
  rmSync(alone, { recursive: true });
});

test('a deck is printed, and what does not fit on its slides is found', () => {
  const dir = workshop();
  const printed = recto(dir, 'export', 'deck.yml', '--format', 'pdf');
  assert.equal(printed.status, 0, printed.stderr);
  const pdf = readFileSync(join(dir, 'deck.pdf'), 'latin1');
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 8);
  const checked = recto(dir, 'check', '--slides', '--format', 'json');
  const found = JSON.parse(checked.stdout).filter(({ code }) => ['slide-overflow', 'small-text', 'long-title', 'failed-image', 'wide-code'].includes(code));
  assert.deepEqual(found.map(({ code, path, line }) => `${code} ${path}:${line}`),
    ['slide-overflow long.md:1', 'long-title long.md:46', 'failed-image long.md:50', 'small-text long.md:54', 'wide-code long.md:64']);
  const annotated = recto(dir, 'check', '--slides', '--format', 'github').stdout;
  assert.match(annotated, /::warning file=long\.md,line=1[^\n]*slide `long--long` is \d+ px higher/);
  rmSync(dir, { recursive: true });
});
