// Diagrams: drawn by the library of the theme, by day and by night, wherever there is text; and their sources without it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isAccessible } from './accessible.js';
import { BuiltSite } from './built.js';
import { Site, openPage, program } from './site.js';
import { Writer } from './wiki.js';

const fence = text => `\`\`\`mermaid\n${text}\n\`\`\`\n`;
const flow = fence('flowchart LR\n  A[Flour] --> B[Bread]');
const files = {
  'index.md': `# Home\n\n${flow}\n${fence('sequenceDiagram\n  Ada->>Ben: Bread')}`,
  'plain.md': '# Plain\n\nNo diagram.\n',
  'wrong.md': `# Wrong\n\n${fence('flowchart LR\n  A[<img src=x onerror="document.title = 1">] --> B\n  click B "javascript:document.title = 2"')}\n${fence('flowchart LR\n  A --> --> B')}`,
  'deck.yml': 'title: Deck\ncontent:\n- chapter.md\n',
  'chapter.md': `# One\n\n---\n\n## Two\n\n${flow}`,
};
const drawings = site => site.page.locator('.diagram > .drawing > svg');
const drawn = site => site.page.evaluate(() => globalThis.recto.drawn);
const fill = site => site.page.$eval('.drawing .node rect', rect => getComputedStyle(rect).fill);

test('diagrams are drawn below a path, in the colours of the page, and asked of nobody else', async () => {
  const site = await BuiltSite.open(files, { base: '/docs' });
  await drawn(site);
  assert.equal(await drawings(site).count(), 2);
  assert.equal(await site.page.locator('.diagram pre').first().isVisible(), false);
  const light = await fill(site);
  await site.page.emulateMedia({ colorScheme: 'dark' });
  await site.until(light => getComputedStyle(document.querySelector('.drawing .node rect')).fill !== light, light);
  await site.page.locator('.theme-switch').click();
  await site.until(light => getComputedStyle(document.querySelector('.drawing .node rect')).fill === light, light);
  await site.page.goto(`${site.origin}/docs/plain/`);
  site.asked = [];
  await site.page.reload({ waitUntil: 'networkidle' });
  assert.deepEqual(site.asked.filter(({ path }) => /libraries|diagrams/.test(path)), []);
  assert.deepEqual(await site.page.$$eval('[data-diagrams]', all => all.length), 0);
  await site.close();
});

test('pages with diagrams are accessible, and without scripts the source is there', async () => {
  const site = await Site.open(files);
  await drawn(site);
  await isAccessible(site, '/');
  await site.close();
  const plain = await Site.open(files, { context: { javaScriptEnabled: false } });
  assert.equal(await plain.page.locator('.diagram pre').first().isVisible(), true);
  await plain.close();
});

test('an error shows the source, and nothing in a diagram runs', async () => {
  const site = await Site.open(files, { path: '/wrong/' });
  await drawn(site);
  assert.equal(await drawings(site).count(), 1);
  assert.match(await site.page.locator('.diagram-problem').innerText(), /can't be drawn: Parse error on line 2/);
  assert.equal(await site.page.locator('.diagram pre').nth(1).isVisible(), true);
  await site.page.locator('.drawing .node').last().click();
  assert.match(await site.page.title(), /^Wrong/);
  assert.equal(await site.page.locator('.drawing :is(img, script, a[href^="javascript"])').count(), 0);
  await site.close();
});

test('what is edited is drawn again, on a page that had no diagram before, too', async () => {
  const site = await Site.open(files, { path: '/plain/' });
  site.write('plain.md', `# Plain\n\n${flow}`);
  await drawings(site).getByText('Bread').waitFor();
  site.write('plain.md', `# Plain\n\nMore.\n\n${flow.replace('Bread', 'Cake')}`);
  await drawings(site).getByText('Cake').waitFor();
  assert.equal(await drawings(site).count(), 1);
  await site.close();
});

test('the editor draws them in its preview', async () => {
  const site = await Site.open({ 'index.md': `# Home\n\n${flow}` }, { wiki: true });
  const ada = await Writer.of(site);
  await ada.edit('index.md');
  const drawing = text => ada.page.frameLocator('.ed-frame').locator('.drawing > svg').getByText(text).waitFor();
  await drawing('Bread');
  await ada.after('Bread');
  await ada.type(' and salt');
  await drawing('Bread and salt');
  assert.equal(await ada.page.frameLocator('.ed-frame').locator('.drawing style').evaluate(style => style.sheet.cssRules.length > 0), true);
  // The library's sanitiser parses in a document of its own, for which the policy of the page holds as well: nothing is lost by that.
  assert.deepEqual(ada.problems.filter(problem => !/404|Applying inline style/.test(problem)), []);
  await ada.context.close();
  await site.close();
});

test('slides have them from a disk, and an exported deck has all in one file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'recto-diagrams-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const recto = (...args) => { const ran = spawnSync(program, args, { cwd: dir, encoding: 'utf8' }); assert.equal(ran.status, 0, ran.stderr); };
  recto('build', '.', '--output', 'public', '-q');
  recto('export', 'deck.yml', '--output', 'one.html');
  for (const file of ['public/deck.yml.html', 'one.html']) {
    const site = { origin: pathToFileURL(join(dir, file)).href.replace(/\/public\/.*/, '/public/') };
    await openPage(site, { offline: true, viewport: { width: 1280, height: 720 } });
    await site.page.goto(`${pathToFileURL(join(dir, file)).href}#3`);
    await drawn(site);
    assert.equal(await site.page.locator('.now .drawing > svg').isVisible(), true, file);
    assert.deepEqual(site.problems, [], file);
    await site.context.close();
  }
  recto('export', 'deck.yml', '--format', 'pdf');
  assert.ok(existsSync(join(dir, 'deck.pdf')));
  assert.match(readFileSync(join(dir, 'one.html'), 'utf8'), /class="diagram"/);
  rmSync(dir, { recursive: true });
});
