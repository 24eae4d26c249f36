// Slides, data and settings, several drafts at once, and all of it without a script.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer, commits, open } from './wiki.js';

const files = {
  'recto.yml': 'title: Bread\n',
  'index.md': '# Home\n',
  'bread.md': '# Bread\n\nFlour.\n',
  'day.yml': 'title: Day\ncontent:\n- one.md\n- two.md\n',
  'one.md': '# One\n\n---\n\n## More of one\n\nText.\n',
  'two.md': '# Two\n',
  'data/loaves.yml': 'rye: 500\n',
};
const plain = { javaScriptEnabled: false };

test('of a deck the slide under the cursor is shown', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('one.md');
  const shown = one.page.frameLocator('iframe').locator('.now');
  await shown.locator('h1', { hasText: 'One' }).waitFor();
  await one.after('Text');
  await shown.locator('h2', { hasText: 'More of one' }).waitFor();
  await one.type(' and more');
  await shown.locator('p', { hasText: 'Text and more.' }).waitFor();
  // It fills the frame, as on a stage.
  const [slide, frame] = [await shown.boundingBox(), await one.page.locator('iframe').boundingBox()];
  assert.ok(slide.width > frame.width * .98 && slide.height < frame.height, JSON.stringify([slide, frame]));
  await one.type('\n\n???\n\nSay it slowly.');
  await shown.locator('[data-notes]', { hasText: 'Say it slowly.' }).waitFor();
  await one.edit('day.yml');
  await shown.locator('h1', { hasText: 'One' }).waitFor();
  await one.after('two.md');
  await shown.locator('h1', { hasText: 'Two' }).waitFor();
  await one.close();
  await site.close();
});

test('an address with a line leads to that line', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.page.goto(`${one.origin}/-/edit/one.md#L5`);
  await one.page.waitForSelector('.ed .cm-content');
  await one.type('#');
  await one.shows('### More of one');
  await one.page.evaluate(() => { location.hash = '#L999'; });
  await one.until(() => document.querySelector('.cm-activeLine')?.textContent === '');
  await one.type('The end.');
  await one.shows('Text.\nThe end.');
  await one.close();
  await site.close();
});

test('settings and data with an error are not saved', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('recto.yml');
  await one.end('menu: a: b\n');
  await one.save();
  await one.notice('An error in the file');
  assert.equal(await one.page.getByRole('button', { name: 'Save all the same' }).count(), 0);
  await one.page.getByRole('button', { name: 'Show' }).click();
  await one.until(() => document.querySelector('.cm-content .ed-problem, .cm-content .ed-problem-line'));
  assert.equal(site.git('rev-list', '--count', 'HEAD'), '1');
  await one.page.keyboard.press('Control+a');
  await one.type('title: Loaves\n');
  await one.save();
  await commits(site, 2);
  await one.edit('data/loaves.yml');
  await one.end('spelt: a: b\n');
  await one.save();
  await one.page.getByRole('button', { name: 'Save all the same' }).click();
  await commits(site, 3);
  await one.close([/422/]);
  await site.close();
});

test('drafts of several files are saved as one commit, without a script', async () => {
  const site = await open(files, { context: plain });
  for (const [path, content] of [['bread.md', '# Bread\n\nRye.\n'], ['two.md', '# Two\n\nMore.\n']]) {
    const body = JSON.stringify({ content, base: site.git('rev-parse', 'HEAD') });
    await fetch(`${site.origin}/-/api/drafts/${path}`, { method: 'PUT', body, headers: { 'Content-Type': 'application/json' } });
  }
  const one = await Writer.of(site);
  await one.page.goto(site.origin + '/-/drafts');
  await one.accessible('drafts');
  await one.close();
  await site.page.goto(site.origin + '/-/drafts');
  await site.page.fill('[name=message]', 'Two at once');
  await site.page.getByRole('button', { name: 'Save together' }).click();
  await site.page.getByText('You have no drafts.').waitFor();
  assert.equal(site.git('log', '-1', '--format=%s', '--name-only'), 'Two at once\n\nbread.md\ntwo.md');
  await site.close();
});

test('a conflict is decided without a script', async () => {
  const site = await open(files, { context: plain });
  await site.page.goto(site.origin + '/-/edit/bread.md');
  await site.page.fill('textarea', '# Bread\n\nRye.\n');
  site.write('bread.md', '# Bread\n\nSpelt.\n');
  site.git('commit', '-q', '-am', 'Spelt');
  await site.page.getByRole('button', { name: 'Save' }).click();
  const marked = await site.page.inputValue('textarea');
  assert.match(marked, /<<<<<<< in the wiki\nSpelt\.\n[^]*Rye\.\n>>>>>>> yours, not saved/);
  await site.page.getByRole('button', { name: 'Save' }).click();
  await site.page.getByText('still has the marks of a conflict').waitFor();
  await site.page.fill('textarea', '# Bread\n\nRye and spelt.\n');
  await site.page.getByRole('button', { name: 'Save' }).click();
  await site.page.waitForURL('**/bread/');
  assert.equal(site.git('show', 'HEAD:bread.md'), '# Bread\n\nRye and spelt.');
  await site.close([/409|422/]);
});

test('the editor of a page that was moved says so, and can make a new page there', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  const headers = { 'Content-Type': 'application/json' }, body = JSON.stringify({ from: 'bread.md', to: 'loaf.md' });
  assert.equal((await fetch(`${site.origin}/-/api/move`, { method: 'POST', headers, body })).status, 200);
  await one.edit('bread.md');
  await one.notice('bread.md was moved');
  assert.match(await one.text(), /Flour/);
  await one.page.getByRole('button', { name: 'Make a new page there' }).click();
  await one.page.waitForURL('**/-/edit/bread.md?template=');
  await one.page.waitForSelector('.ed .cm-content');
  await one.end('Another.');
  await one.save();
  await commits(site, 3);
  assert.equal(site.git('ls-tree', '--name-only', 'HEAD', 'bread.md', 'loaf.md'), 'bread.md\nloaf.md');
  await one.close([/404/]);
  await site.close();
});
