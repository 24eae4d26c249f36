// Searching a built site: what is typed, what is found, and where it leads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltSite } from './built.js';
import { Site, root } from './site.js';

const FILES = {
  'content/favicon.ico': '',
  'recto.yml': 'title: Handbook\n',
  'content/index.md': '# Handbook\n\nStart here.\n',
  'content/deploy.md': '# Deployment\n\nHow the service goes out.\n\n## Rolling back\n\nTake the canary away first.\n',
  'content/guide/cache.md': '# Cache\n\nDeployments warm it.\n\n## Eviction\n\nOld entries go; naïve clients notice.\n',
  'content/guide/queue.md': '# Queue\n\n## Deployment of workers\n\nWorkers wait.\n',
  'content/guide/other.md': '# Other\n\nA deployment is only mentioned.\n',
  'content/ja.md': '---\nlang: ja\n---\n# 検索の仕組み\n\n## 索引\n\n全文検索は二文字ずつの索引を使います。\n',
  'content/de.md': '---\nlang: de\n---\n# Häuser\n\nDas Haus steht in der Straße.\n',
  'content/secret.md': '---\nsearch: false\n---\n# Deployment secrets\n',
};

const open = options => BuiltSite.open(FILES, options);
const results = site => site.page.$$eval('.search-results a', links => links.map(link => new URL(link.href).pathname));
const typed = async (site, text) => {
  await site.page.fill('.search input', '');
  await site.page.locator('.search input').pressSequentially(text);
  await site.until(() => document.querySelector('.search-status').textContent !== '');
};
const found = async (site, text) => { await typed(site, text); return results(site); };
async function start(site) {
  await site.page.keyboard.press('/');
  await site.page.waitForSelector('.search[open]');
}

test('titles come first, then headings, then texts', async () => {
  const site = await open();
  await start(site);
  const [first, second, ...others] = await found(site, 'deployment');
  assert.deepEqual([first, second, ...others.sort()], ['/deploy/', '/guide/queue/', '/guide/cache/', '/guide/other/']);
  await site.close();
});

test('beginnings, other forms, typos, accents and several words are found', async () => {
  const site = await open();
  await start(site);
  assert.equal((await found(site, 'evic'))[0], '/guide/cache/');
  assert.equal((await found(site, 'evictions '))[0], '/guide/cache/');
  assert.equal((await found(site, 'deplyoment'))[0], '/deploy/');
  assert.equal((await found(site, 'naive'))[0], '/guide/cache/');
  assert.equal((await found(site, 'STRASSE'))[0], '/de/');
  assert.deepEqual(await found(site, 'canary rolling'), ['/deploy/']);
  assert.deepEqual(await found(site, 'xyzzyx'), []);
  assert.equal(await site.page.textContent('.search-status'), 'Nothing found');
  await site.close();
});

test('scripts without spaces are found by their characters', async () => {
  const site = await open();
  await start(site);
  for (const text of ['索引', '検', '全文検索']) assert.deepEqual(await found(site, text), ['/ja/'], text);
  await site.page.waitForSelector('.search-text mark');
  await site.close();
});

test('a result shows the section that fits, and Enter goes there', async () => {
  const site = await open();
  await site.page.keyboard.press('Control+k');
  await site.page.waitForSelector('.search[open]');
  await typed(site, 'canary');
  await site.page.waitForSelector('.search-section');
  assert.equal(await site.page.textContent('.search-section'), 'Rolling back');
  assert.equal(await site.page.textContent('.search-text mark'), 'canary');
  await site.page.keyboard.press('Enter');
  await site.page.waitForURL('**/deploy/#rolling-back');
  await site.close();
});

test('Enter right after typing goes to the section as well', async () => {
  const site = await open();
  await start(site);
  await site.page.keyboard.type('canary');
  await site.page.keyboard.press('Enter');
  await site.page.waitForURL('**/deploy/#rolling-back');
  await site.close();
});

test('arrows choose, Escape closes, and the page has the focus again', async () => {
  const site = await open();
  await site.page.click('.search-open');
  await site.page.waitForSelector('.search[open]');
  await typed(site, 'deployment');
  const chosen = () => site.page.evaluate(() => {
    const id = document.querySelector('.search input').getAttribute('aria-activedescendant');
    return [...document.querySelectorAll('.search-results a')].findIndex(link => link.id === id && link.ariaSelected === 'true');
  });
  assert.equal(await chosen(), 0);
  await site.page.keyboard.press('ArrowDown');
  assert.equal(await chosen(), 1);
  await site.page.keyboard.press('ArrowUp');
  await site.page.keyboard.press('ArrowUp');
  assert.equal(await chosen(), (await results(site)).length - 1);
  await site.page.keyboard.press('Escape');
  await site.until(() => !document.querySelector('.search').open);
  assert.equal(await site.page.evaluate(() => document.activeElement.className), 'search-open');
  // A slash in a text field is a slash.
  await site.page.evaluate(() => document.querySelector('main').insertAdjacentHTML('beforeend', '<input id="field">'));
  await site.page.focus('#field');
  await site.page.keyboard.press('/');
  assert.equal(await site.page.inputValue('#field'), '/');
  await site.close();
});

test('a reader with a mouse or a finger gets by below a path and on a phone', async () => {
  const context = { viewport: { width: 360, height: 640 }, hasTouch: true, reducedMotion: 'reduce' };
  const site = await open({ base: '/docs', context });
  await site.page.tap('.search-open');
  await site.page.waitForSelector('.search[open]');
  const box = await site.page.locator('.search').boundingBox();
  assert.deepEqual([box.x, box.y, box.width], [0, 0, 360]);
  await typed(site, 'workers');
  assert.ok(await site.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await site.page.waitForSelector('.search-section');
  await site.page.tap('.search-results a');
  await site.page.waitForURL('**/docs/guide/queue/#deployment-of-workers');
  await site.close();
});

test('nothing is loaded until the search is opened', async () => {
  const site = await open();
  const asked = site.asked.map(({ path }) => path);
  assert.ok(!asked.some(path => path.includes('search') && !path.startsWith('/theme/search-open.')), asked.join());
  await site.close();
});

test('words are folded and cut as the index does it', async () => {
  const site = await open();
  const table = JSON.parse(readFileSync(join(root, 'tests/support/words.json')));
  const cut = await site.page.evaluate(async table => {
    const { tokens } = await import(document.querySelector('.search-open').dataset.script);
    return Object.keys(table).map(text => [text, tokens(text).flatMap(token => token.words)]);
  }, table);
  for (const [text, words] of cut) assert.deepEqual(words, table[text], text);
  await site.close();
});

test('a served site is searched as it is now', async () => {
  const site = await Site.open(FILES);
  await start(site);
  assert.equal((await found(site, 'canary'))[0], '/deploy/');
  await site.page.keyboard.press('Escape');
  site.write('content/deploy.md', '# Deployment\n\nA penguin.\n');
  await site.until(async () => (await (await fetch('/deploy/')).text()).includes('penguin'));
  await site.page.reload();
  await start(site);
  assert.deepEqual(await found(site, 'penguin'), ['/deploy/']);
  await site.close();
});
