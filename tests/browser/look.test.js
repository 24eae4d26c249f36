// What a site says of its look in `recto.yml`, and kinds of pages made of front matter alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuiltSite } from './built.js';

const config = `title: Bread
colors: {accent: "#1d5b4f", paper: "#ffffff"}
logo: {light: /day.svg, dark: /night.svg, title: false}
favicon: /day.svg
menu:
  - {title: Guide, url: guide.md}
  - {title: More, children: [{title: Words, url: glossary.md}, {title: Posts, url: posts/index.md}]}
footer: Baked by *us*, see [the guide](/guide/).
social: ["https://github.com/bakers"]
head: <meta name="baker" content="yes">
`;
const picture = colour => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="${colour}" d="M0 0h9v9H0z"/></svg>`;
const group = `:::code-group
\`\`\`sh title="Debian"
apt install bread
\`\`\`

\`\`\`sh title="macOS"
brew install bread
\`\`\`
:::
`;
const files = {
  'recto.yml': config,
  'day.svg': picture('black'), 'night.svg': picture('white'),
  'index.md': '# Welcome\n\nText.\n',
  'guide.md': `# Guide\n\n${group}\nText.\n\n${group}`,
  'other.md': `# Other\n\n${group}`,
  'glossary.md': '# Words\n\n## Crumb\n\nInside.\n\n## Crust\n\nOutside.\n\n## Dough\n\nBefore.\n',
  'posts/index.md': '---\ntitle: Posts\nlayout: archive\nsort: date\n---\n',
  'posts/a.md': '---\ndate: 2025-02-01\n---\n# Old\n',
  'posts/b.md': '---\ndate: 2026-03-04\n---\n# New\n',
};
const style = (site, selector, name) => site.page.$eval(selector, (element, name) => getComputedStyle(element)[name], name);

test('a site has the look that its config says, at an address of its own', async () => {
  const site = await BuiltSite.open(files, { base: '/docs', context: { colorScheme: 'light' } });
  assert.equal(await style(site, 'html', 'backgroundColor'), 'rgb(255, 255, 255)');
  assert.equal(await site.page.$eval('link[rel=icon]', link => link.getAttribute('href')), '/docs/day.svg');
  assert.equal(await site.page.$eval('meta[name=baker]', meta => meta.content), 'yes');
  assert.equal(await site.page.getAttribute('.footer-text a', 'href'), '/docs/guide/');
  assert.equal(await site.page.getAttribute('.social a', 'aria-label'), 'GitHub');
  assert.equal(await site.page.isVisible('.by-day'), true);
  assert.equal(await site.page.isVisible('.by-night'), false);
  await site.page.click('.theme-switch');
  await site.page.click('.theme-switch');
  assert.equal(await site.page.isVisible('.by-day'), false);
  assert.equal(await site.page.isVisible('.by-night'), true);
  await site.close();
});

test('a menu unfolds, and folds again at a click elsewhere and with Escape', async () => {
  const site = await BuiltSite.open(files);
  const words = site.page.locator('.menu details a', { hasText: 'Words' });
  assert.equal(await words.isVisible(), false);
  await site.page.click('.menu summary');
  assert.equal(await words.isVisible(), true);
  await site.page.keyboard.press('Escape');
  assert.equal(await words.isVisible(), false);
  await site.page.click('.menu summary');
  await site.page.click('article p');
  assert.equal(await words.isVisible(), false);
  await site.page.click('.menu summary');
  await words.click();
  await site.page.waitForSelector('.letters a');
  assert.equal(await site.page.title(), 'Words · Bread');
  assert.deepEqual(await site.page.$$eval('.letters a', links => links.map(link => link.textContent)), ['C', 'D']);
  await site.close();
});

test('one block of code is shown at a time, and the choice holds on the next page', async () => {
  const site = await BuiltSite.open(files);
  const shown = () => site.page.$$eval('.code-group pre', blocks => blocks.filter(block => block.checkVisibility()).map(block => block.textContent.split(' ')[0]));
  await site.page.goto(`${site.origin}/guide/`);
  assert.deepEqual(await shown(), ['apt', 'apt']);
  await site.page.click('.tab-title >> text=macOS');
  assert.deepEqual(await shown(), ['brew', 'brew']);
  await site.page.keyboard.press('ArrowLeft');
  assert.deepEqual(await shown(), ['apt', 'apt']);
  await site.page.keyboard.press('ArrowRight');
  await site.page.goto(`${site.origin}/other/`);
  assert.deepEqual(await shown(), ['brew']);
  await site.close();
});

test('without a script menus and tabs work as well, and posts are listed by year', async () => {
  const site = await BuiltSite.open(files, { context: { javaScriptEnabled: false } });
  await site.page.click('.menu summary');
  await site.page.click('.menu details a >> text=Posts');
  assert.deepEqual(await site.page.locator('.archive h2').allTextContents(), ['2026', '2025']);
  await site.page.goto(`${site.origin}/other/`);
  await site.page.click('.tab-title >> text=macOS');
  assert.equal(await site.page.locator('pre >> text=brew').isVisible(), true);
  assert.equal(await site.page.locator('pre >> text=apt').isVisible(), false);
  await site.close();
});
