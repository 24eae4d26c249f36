// Editing in the browser: with the editor, with a plain form, and while others do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATIENCE, Site } from './site.js';

const text = '# Bread\n\nFlour and water.\n\n## Oven\n\nHot.\n';
const files = { 'recto.yml': 'title: Bread\n', 'index.md': '# Home\n', 'bread.md': text };
// What the script asks for and the server doesn't have yet.
const expected = [/404/];

async function openEditor(site) {
  await site.page.goto(site.origin + '/bread/');
  await site.page.click('a[href$="/-/edit/bread.md"]');
  await site.page.waitForSelector('.cm-content');
}

async function write(site, words) {
  await site.page.click('.cm-content');
  await site.page.keyboard.press('Control+End');
  await site.page.keyboard.type(words);
}

async function commits(site, n) {
  const begin = Date.now();
  while (Number(site.git('rev-list', '--count', 'HEAD')) < n) {
    assert.ok(Date.now() - begin < PATIENCE, 'no commit');
    await site.page.waitForTimeout(50);
  }
}

test('a page is edited, previewed and saved', async () => {
  const site = await Site.open(files, { wiki: true });
  await openEditor(site);
  await write(site, '\nFor an *hour*.');
  const preview = site.page.frameLocator('iframe').locator('em', { hasText: 'hour' });
  await preview.waitFor();
  await site.page.keyboard.press('Control+s');
  await commits(site, 2);
  assert.equal(site.git('log', '-1', '--format=%an: %s'), 'Ada: Edit Bread');
  assert.match(site.git('show', 'HEAD:bread.md'), /For an \*hour\*\.$/);
  assert.equal(site.git('status', '--porcelain'), '');
  assert.doesNotMatch(site.git('show', 'HEAD'), /No newline/, 'the last line ends');
  await site.page.keyboard.type(' Or two.');
  await site.page.keyboard.press('Control+s');
  await commits(site, 3);
  assert.match(site.git('show', 'HEAD:bread.md'), /For an \*hour\*\. Or two\.$/);
  await site.page.goto(site.origin + '/bread/');
  await site.text('For an hour. Or two.');
  await site.close(expected);
});

test('what was committed meanwhile is merged into a save', async () => {
  const site = await Site.open(files, { wiki: true });
  await openEditor(site);
  await write(site, '\nFor an hour.');
  site.write('bread.md', text.replace('water', 'salt'));
  site.git('commit', '-q', '-am', 'Salt');
  await site.page.keyboard.press('Control+s');
  await commits(site, 3);
  const saved = site.git('show', 'HEAD:bread.md');
  assert.match(saved, /Flour and salt\./);
  assert.match(saved, /For an hour\.$/);
  await site.until(() => document.querySelector('.cm-content').textContent.includes('salt'));
  await site.close(expected);
});

test('a conflict publishes nothing, and shows both texts', async () => {
  const site = await Site.open(files, { wiki: true });
  await openEditor(site);
  await write(site, '\nFor an hour.');
  site.write('bread.md', text + '\nFor a day.\n');
  site.git('commit', '-q', '-am', 'Day');
  await site.page.keyboard.press('Control+s');
  await site.text('For a day.');
  await site.text('For an hour.');
  assert.equal(site.git('rev-list', '--count', 'HEAD'), '2');
  await site.close([...expected, /409/]);
});

test('a page is edited without a script', async () => {
  const site = await Site.open(files, { wiki: true, context: { javaScriptEnabled: false } });
  await site.page.goto(site.origin + '/-/edit/bread.md');
  await site.page.fill('textarea', '# Bread\n\nRye.\n');
  await site.page.fill('[name=message]', 'Another loaf');
  await site.page.press('[name=message]', 'Enter');
  await site.page.waitForURL('**/bread/');
  assert.equal(site.git('log', '-1', '--format=%s'), 'Another loaf');
  assert.equal(site.git('show', 'HEAD:bread.md'), '# Bread\n\nRye.');
  await site.close();
});
