// The wiki around its pages: the menu, moving, files, lists and searches, with a script and without, and what axe says of them.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Site } from './site.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const files = {
  'recto.yml': 'title: Bread\n',
  'index.md': '# Home\n\nSee [[bread]] and [[Not yet]].\n',
  'bread.md': '---\ntags: [dough]\n---\n# Bread\n\nFlour and water, then [rest](guide/rest.md).\n\n## Oven\n\nHot.\n',
  'guide/rest.md': '# Rest\n\nAs in [bread](../bread.md#oven). [Gone](gone.md)\n',
};
const phone = { viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true };

test('a page is moved, watched and deleted from its menu', async () => {
  const site = await Site.open(files, { wiki: true, path: '/bread/' });
  const { page } = site;
  await page.click('.wiki-menu summary');
  await page.click('button[data-watch]');
  await page.click('.wiki-menu a:has-text("Move")');
  await page.fill('[name=to]', 'guide/sourdough.md');
  await page.click('button[value=plan]');
  await site.text('Links that will be written anew');
  await page.click('button[value=move]');
  await page.waitForURL('**/guide/sourdough/');
  assert.match(site.git('show', 'HEAD:index.md'), /\[\[sourdough\]\] and \[\[Not yet\]\]/);
  assert.match(site.git('show', 'HEAD:guide/rest.md'), /\[bread\]\(sourdough\.md#oven\)/);
  await page.goto(site.origin + '/bread/');
  await page.waitForURL('**/guide/sourdough/');
  await page.goto(site.origin + '/-/start');
  await page.waitForSelector('.wiki-watched a:has-text("Bread")');
  await page.goto(site.origin + '/guide/sourdough/');
  await page.click('.wiki-menu summary');
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('.wiki-menu div'), false, 'Escape closes the menu');
  await page.click('.wiki-menu summary');
  await page.click('.wiki-menu a:has-text("Delete")');
  await site.text('These pages link here');
  await page.click('button.danger');
  await page.waitForURL(url => !url.pathname.startsWith('/-/'));
  assert.equal(site.git('ls-files', 'guide'), 'guide/rest.md');
  await page.goto(site.origin + '/-/deleted');
  await page.click('button:has-text("Bring back")');
  await page.waitForURL('**/guide/sourdough/');
  await site.close();
});

test('all of it works on a phone without a script', async () => {
  const site = await Site.open(files, { wiki: true, path: '/', context: { ...phone, javaScriptEnabled: false } });
  const { page } = site;
  await page.tap('a.wanted');
  await page.waitForSelector('textarea#content');
  await page.goto(site.origin + '/bread/');
  await page.tap('.wiki-menu summary');
  const menu = await page.locator('.wiki-menu > div').boundingBox();
  assert.ok(menu.x >= 0 && menu.x + menu.width <= 360, 'the menu is inside of the screen');
  await page.tap('.wiki-menu a:has-text("Files")');
  await page.setInputFiles('input[name=file]', { name: 'my loaf.png', mimeType: 'image/png', buffer: Buffer.from('png') });
  await page.tap('button:has-text("Upload")');
  await page.waitForSelector('a:has-text("my-loaf.png")');
  assert.equal(site.git('show', 'HEAD:my-loaf.png'), 'png');
  await page.goto(site.origin + '/-/search?q=flour');
  await page.tap('.wiki-results a');
  await page.waitForURL('**/bread/');
  await page.goto(site.origin + '/-/new');
  await page.fill('input[name=path]', 'rolls');
  await page.selectOption('select[name=template]', 'post');
  await page.tap('button.first');
  assert.match(await page.inputValue('textarea#content'), /^---\ntitle: Rolls\ndate: /);
  await page.tap('button:has-text("Save")');
  await page.waitForURL('**/rolls/');
  assert.equal(site.git('status', '--porcelain'), '');
  await site.close([/./]);
});

test('an uploaded document has an origin of its own', async () => {
  const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>'
    + 'fetch("/-/api/pages/stolen.md", { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ content: "x" }) })'
    + '.catch(() => {}).finally(() => document.documentElement.setAttribute("data-done", "")); try { localStorage.x = 1; } catch { document.documentElement.setAttribute("data-alone", ""); }'
    + '</script></svg>';
  const site = await Site.open({ ...files, 'evil.svg': script }, { wiki: true, path: '/evil.svg' });
  await site.page.waitForFunction(() => document.documentElement.hasAttribute('data-done'));
  assert.ok(await site.page.evaluate(() => document.documentElement.hasAttribute('data-alone')), 'it sees nothing that is kept');
  assert.equal(site.git('rev-list', '--count', 'HEAD'), '1', 'it can not write');
  await site.close([/./]);
});

test('axe finds nothing in the views of the wiki', async () => {
  const paths = ['/bread/', '/-/move/bread.md', '/-/delete/bread.md', '/-/files/bread.md', '/-/links/bread.md', '/-/search?q=bread',
    '/-/start', '/-/index', '/-/index?by=folder', '/-/wanted', '/-/orphans', '/-/broken', '/-/stale', '/-/new', '/-/deleted', '/-/drafts',
    '/missing/', '/-/history/missing.md'];
  for (const size of [{ viewport: { width: 1400, height: 900 } }, phone]) {
    const site = await Site.open({ ...files, 'pic.png': 'png' }, { wiki: true, context: { ...size, bypassCSP: true } });
    for (const path of paths) {
      await site.page.goto(site.origin + path);
      await site.page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true; }));
      await site.page.addScriptTag({ path: axe });
      for (const colorScheme of ['light', 'dark']) {
        await site.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const found = await site.page.evaluate(async () => {
          const { violations } = await window.axe.run();
          return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
        });
        assert.deepEqual(found, [], `${path} ${colorScheme}`);
      }
    }
    await site.close([/./]);
  }
});
