// The workbook, the syllabus and the quiz of a deck, opened from the disk: no server runs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openPage, program } from './site.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const FILES = {
  'index.md': '# Home\n',
  'bread.yml': 'title: Bread\nvariables: {flour: rye}\ncontent:\n- part: Dough\n  minutes: 30\n  content: [chapters/dough.md, chapters/oven.md]\n',
  'talk.yml': 'extends: bread.yml\ntitle: Bread in a minute\nremove: [chapters/oven.md]\n',
  'chapters/dough.md': `# Dough of @@FLOUR@@

- one

--

- two

???

Slowly.

:EN:- Making dough
:FR:- Faire de la pâte

---

class: extra-details

## Why it rises

Yeast.

---

## Try it

.lab[

- Mix:
  \`\`\`console
  $ mix flour
  done
  \`\`\`

- Wait

]

???

:Q: What rises?
:A: Stones
:A: ✔️Dough
`,
  'chapters/oven.md': '# The oven\n\n- Hot\n',
};

async function open(path, context = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'recto-book-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const output = join(dir, 'public');
  const built = spawnSync(program, ['build', dir, '--output', output, '--no-cache', '-q', '--strict'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const site = { dir, origin: 'file://' };
  await openPage(site, context);
  await site.page.goto(`${pathToFileURL(output).href}/${path}`);
  site.text = selector => site.page.locator(selector).first().innerText();
  site.close = async () => {
    assert.deepEqual(site.problems, []);
    await site.context.close();
    rmSync(dir, { recursive: true });
  };
  return site;
}

test('from the deck to the page of its chapter, on to the next, and back', async () => {
  const site = await open('bread.yml.html#chapters-dough--try-it');
  await site.page.keyboard.press('w');
  await site.page.waitForURL(/dough\/index\.html#chapters-dough--try-it/);
  assert.equal(await site.text('h1'), 'Dough of rye');
  await site.page.locator('a[rel=next]').first().click();
  assert.equal(await site.text('h1'), 'The oven');
  await site.page.locator('.book-header a', { hasText: 'Workbook' }).click();
  assert.deepEqual(await site.page.locator('.chapters a:not(.to-slide)').allInnerTexts(), ['Dough of rye', 'The oven']);
  await site.page.locator('.chapters .to-slide').first().click();
  await site.page.waitForURL(/bread\.yml\.html#toc-dough-of-rye/);
  assert.equal(await site.page.locator('.now').getAttribute('data-name'), 'toc-dough-of-rye');
  await site.close();
});

test('what is done stays, and the list of chapters tells how much it is', async () => {
  const site = await open('chapters/dough/index.html');
  await site.page.locator('.task > input').first().check();
  assert.equal(await site.text('.book-progress'), '1 of 2 done');
  await site.page.locator('.answer', { hasText: 'Dough' }).click();
  await site.page.reload();
  assert.equal(await site.page.locator('.task > input').first().isChecked(), true);
  assert.equal(await site.text('.answer:has(:checked) .verdict'), 'Right');
  await site.page.locator('.book-header a', { hasText: 'Workbook' }).click();
  // The script of the page says it, a moment after the page is there.
  await site.page.locator('.chapter-done', { hasText: '1 of 2 done' }).waitFor();
  await site.close();
});

test('only commands are copied, and what is extra is folded', async () => {
  const site = await open('chapters/dough/index.html', { permissions: ['clipboard-read', 'clipboard-write'] });
  assert.equal(await site.page.locator('details.extra-details').getAttribute('open'), null);
  const copied = await site.page.evaluate(() => window.recto.textToCopy(document.querySelector('pre code')));
  assert.equal(copied, 'mix flour');
  assert.equal(await site.page.locator('.lab .copy').count(), 1);
  await site.page.goto(`${site.page.url().split('#')[0]}#chapters-dough--why-it-rises`);
  await site.page.waitForSelector('details.extra-details[open]');
  await site.close();
});

test('without a script there is all of it', async () => {
  const site = await open('chapters/dough/index.html', { javaScriptEnabled: false });
  assert.equal(await site.page.locator('.content li').count(), 4);
  assert.equal(await site.page.locator('.task > input').count(), 2);
  await site.page.locator('.book-header a', { hasText: 'Syllabus' }).click();
  assert.deepEqual(await site.page.locator('.languages [lang] li').allInnerTexts(), ['Making dough', 'Faire de la pâte']);
  await site.page.locator('.book-header a', { hasText: 'Questions' }).click();
  await site.page.locator('.answer', { hasText: 'Stones' }).click();
  assert.equal(await site.page.locator('.verdict:visible').innerText(), 'Not this one');
  await site.close();
});

test('workbook, syllabus and quiz are accessible, by day and by night', async () => {
  const site = await open('bread.workbook.html');
  const base = site.page.url().replace('bread.workbook.html', '');
  for (const path of ['bread.workbook.html', 'bread.syllabus.html', 'bread.quiz.html', 'chapters/dough/index.html']) {
    await site.page.goto(base + path);
    await site.page.addScriptTag({ path: axe });
    for (const colorScheme of ['light', 'dark']) {
      await site.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await site.page.evaluate(async () => (await window.axe.run({ preload: false })).violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)));
      assert.deepEqual(found, [], `${path} ${colorScheme}`);
    }
  }
  await site.close();
});
