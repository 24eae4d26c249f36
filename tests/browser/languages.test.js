// Reading a site in several languages: the switch, links, search and feeds stay in the reader's language.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { BuiltSite } from './built.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const FILES = {
  'content/favicon.ico': '',
  'recto.yml': 'title: Bread\nuntranslated: original\nlanguages:\n  en:\n  fr: {title: Le pain}\n  ar: {title: خبز}\n  de: {title: Brot}\nmenu: [{title: Guide, url: guide/}]\n',
  'content/index.md': '# Bread\n\nSee [kneading](guide/knead.md).\n',
  'content/index.fr.md': '# Le pain\n\nVoir [pétrir](guide/knead.md) et [cuire](guide/bake.md).\n',
  'content/ar/index.md': '# خبز\n\nمرحبا\n',
  'content/index.de.md': '# Brot\n',
  'content/guide/index.md': '# Guide\n',
  'content/guide/index.fr.md': '# Le guide\n',
  'content/guide/knead.md': '# Kneading\n\nFold it.\n',
  'content/guide/knead.fr.md': '# Pétrir\n\nPliez-le.\n',
  'content/guide/bake.md': '# Baking\n\nIn the oven.\n',
};
const TWO = { ...FILES, 'recto.yml': 'title: Bread\nlanguages: [en, fr]\n' };

const path = site => new URL(site.page.url()).pathname;
const lang = site => site.page.getAttribute('html', 'lang');

// The site is read from its root, and from a folder of its host. No page may say anything on the console or ask another host:
// `close` looks at that.
for (const base of ['', '/docs']) {
  test(`the switch leads to the same page, below "${base}/"`, async () => {
    const site = await BuiltSite.open(TWO, { base });
    await site.page.click('text=kneading');
    assert.equal(path(site), `${base}/guide/knead/`);
    await site.page.click('.languages >> text=Français');
    assert.deepEqual([path(site), await lang(site)], [`${base}/fr/guide/knead/`, 'fr']);
    const french = site.page.locator('.languages a');
    assert.deepEqual(
      [await french.textContent(), await french.getAttribute('lang'), await french.getAttribute('hreflang')],
      ['English', 'en', 'en'],
    );
    const alternates = await site.page.$$eval('link[hreflang]', links => links.map(link => `${link.hreflang} ${link.getAttribute('href')}`));
    assert.deepEqual(alternates, [
      `en ${base}/guide/knead/`, `x-default ${base}/guide/knead/`, `fr ${base}/fr/guide/knead/`,
    ]);
    await site.page.click('.site-title');
    assert.equal(path(site), `${base}/fr/`);
    await site.page.click('main >> text=pétrir');
    assert.equal(path(site), `${base}/fr/guide/knead/`);
    await site.close();
  });

  test(`a page without a translation leads to the nearest above it, below "${base}/"`, async () => {
    const site = await BuiltSite.open(TWO, { base });
    await site.page.goto(`${site.origin}${base}/guide/bake/`);
    await site.page.click('.languages >> text=Français');
    assert.equal(path(site), `${base}/fr/guide/`);
    await site.page.goto(`${site.origin}${base}/fr/`);
    await site.page.click('main >> text=cuire');
    assert.deepEqual([path(site), await lang(site)], [`${base}/guide/bake/`, 'en']);
    await site.close();
  });

  test(`search finds the pages of the language, below "${base}/"`, async () => {
    const site = await BuiltSite.open(TWO, { base });
    await site.page.goto(`${site.origin}${base}/fr/`);
    await site.page.keyboard.press('/');
    await site.page.waitForSelector('.search[open]');
    const found = async text => {
      await site.page.fill('.search input', '');
      await site.page.locator('.search input').pressSequentially(text);
      await site.until(() => document.querySelector('.search-status').textContent !== '');
      return site.page.$$eval('.search-results a', links => links.map(link => new URL(link.href).pathname));
    };
    assert.deepEqual(await found('petrir'), [`${base}/fr/guide/knead/`, `${base}/fr/`]);
    assert.deepEqual(await found('kneading'), []);
    await site.close();
  });
}

test('more than three languages unfold, by keyboard', async () => {
  const site = await BuiltSite.open(FILES);
  await site.page.focus('.languages summary');
  await site.page.keyboard.press('Enter');
  await site.page.keyboard.press('Tab');
  await site.page.keyboard.press('Enter');
  await site.page.waitForURL('**/fr/');
  await site.close();
});

test('an original that stands in says so, and in which language it is', async () => {
  const site = await BuiltSite.open(FILES);
  await site.page.goto(`${site.origin}/fr/guide/bake/`);
  assert.equal(await lang(site), 'fr');
  assert.equal(await site.page.textContent('.untranslated'), 'Cette page n’est pas encore traduite.');
  assert.deepEqual(await site.page.$eval('main [lang]', text => [text.lang, text.dir]), ['en', 'ltr']);
  assert.equal(await site.page.getAttribute('link[rel=canonical]', 'href'), '/guide/bake/');
  await site.page.goto(`${site.origin}/ar/guide/bake/`);
  assert.deepEqual(await site.page.$eval('html', root => [root.lang, root.dir]), ['ar', 'rtl']);
  await site.close();
});

test('pages in other languages are accessible', async () => {
  const site = await BuiltSite.open(FILES);
  for (const page of ['/fr/', '/fr/guide/bake/', '/ar/', '/fr/404.html']) {
    await site.page.goto(site.origin + page);
    await site.page.click('.languages summary');
    await site.page.addScriptTag({ path: axe });
    for (const colorScheme of ['light', 'dark']) {
      await site.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await site.page.evaluate(async () => {
        const { violations } = await window.axe.run();
        return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
      });
      assert.deepEqual(found, [], `${page} ${colorScheme}`);
    }
  }
  await site.close();
});
