// What the script of the built-in theme adds for readers, and that nothing is missing without it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Site } from './site.js';

const long = Array.from({ length: 30 }, (_, n) => `Paragraph ${n} about flour.\n`).join('\n');
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const copied = site => site.page.evaluate(() => navigator.clipboard.readText());
const paper = site => site.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('the colours that a reader chose are there before the page is drawn, until the system has its way again', async () => {
  const site = await Site.open({ 'index.md': '# Home\n', 'a.md': '# A\n' });
  await site.page.addInitScript(() => new MutationObserver(() => {
    if (document.body) window.atFirst ??= document.documentElement.dataset.theme ?? 'system';
  }).observe(document, { childList: true, subtree: true }));
  const chosen = site.page.locator('.theme-switch');
  const light = await paper(site);
  const seen = [];
  for (const label of ['light', 'dark', 'as the system']) {
    await chosen.click();
    assert.match(await chosen.getAttribute('aria-label'), new RegExp(label));
    await site.page.goto(`${site.origin}/a/`);
    seen.push([await site.page.evaluate(() => window.atFirst), (await paper(site)) === light]);
  }
  assert.deepEqual(seen, [['light', true], ['dark', false], ['system', true]]);
  await site.page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await paper(site), light);
  await site.close();
});

test('the list of headings follows the reading', async () => {
  const site = await Site.open({ 'index.md': `# Home\n\n## One\n\n${long}\n## Two & three\n\n${long}\n## Four\n\nEnd.\n` });
  const current = () => site.page.locator('.toc [aria-current]').allInnerTexts();
  for (const heading of ['Two & three', 'One', 'Four']) {
    await site.page.locator('h2', { hasText: heading }).evaluate(element => element.scrollIntoView({ behavior: 'instant' }));
    await site.until(text => document.querySelector('.toc [aria-current]')?.innerText === text, heading);
    assert.deepEqual(await current(), [heading]);
  }
  await site.close();
});

test('of shell sessions the commands are copied, of other code all', async () => {
  const blocks = [
    ['console', '# A remark\n$ recto check docs\n3 pages checked: no problems\n  in one run\n$ cat <<END | wc -l\n>   one\n> END\n2\n$ ls \\\n>   -l\n',
      'recto check docs\ncat <<END | wc -l\n  one\nEND\nls \\\n  -l'],
    ['console {1}', '$ recto build\nwritten\n', 'recto build'],
    ['console', '# apt install git\ndone\n', 'apt install git'],
    ['sh', '$ recto new site\nA site is in `site`.\n', 'recto new site'],
    ['bash', 'for f in *; do\n  echo "$f"\ndone\n', 'for f in *; do\n  echo "$f"\ndone'],
    ['rust title="main.rs" linenos', 'fn main() {\n}\n', 'fn main() {\n}'],
    ['', '$ plain\n', '$ plain'],
  ];
  const text = blocks.map(([info, code]) => `\`\`\`${info}\n${code}\`\`\`\n`).join('\n');
  const site = await Site.open({ 'index.md': text }, { context: clipboard });
  const buttons = site.page.locator('.copy');
  assert.equal(await buttons.count(), blocks.length);
  for (const [n, [info, , expected]] of blocks.entries()) {
    await buttons.nth(n).focus();
    await site.page.keyboard.press('Enter');
    await site.until(n => document.querySelectorAll('.copy')[n].innerText === 'Copied', n);
    assert.equal(await copied(site), expected, info);
  }
  assert.deepEqual(await site.page.locator('.code-language').allInnerTexts(), ['console', 'console', 'console', 'sh', 'bash', 'rust']);
  // The live server puts new text in the place of the old: buttons come back.
  site.write('index.md', text.replace('plain', 'simple'));
  await site.text('$ simple');
  await site.until(n => document.querySelectorAll('.copy').length === n, blocks.length);
  await site.close();
});

test('the address of a heading is copied by its sign', async () => {
  const site = await Site.open({ 'index.md': '# Home\n\n## Salt & flour\n\nText.\n' }, { context: clipboard });
  await site.page.locator('h2').hover();
  await site.page.locator('h2 .anchor').click();
  assert.equal(await copied(site), `${site.origin}/#salt--flour`);
  await site.close();
});

test('footnotes are shown where they are referred to: by pointer, keyboard and finger', async () => {
  const files = { 'index.md': `# Home\n\nSalt.[^salt] Flour.[^flour]\n\n${long}\n[^salt]: It is *slow*.\n[^flour]: It is white.\n` };
  const site = await Site.open(files);
  const popup = site.page.locator('.footnote-popup'), signs = site.page.locator('.footnote-ref a');
  await signs.first().hover();
  await popup.waitFor();
  assert.equal((await popup.innerText()).trim(), 'It is slow.');
  await popup.hover();
  await site.page.waitForTimeout(400);
  assert.equal(await popup.count(), 1, 'it stays while it is pointed at');
  await site.page.locator('h1').hover();
  await popup.waitFor({ state: 'detached' });
  await site.page.keyboard.press('Tab');
  while (!await signs.nth(1).evaluate(sign => sign === document.activeElement)) await site.page.keyboard.press('Tab');
  await popup.waitFor();
  assert.equal((await popup.innerText()).trim(), 'It is white.');
  await site.page.keyboard.press('Escape');
  await popup.waitFor({ state: 'detached' });
  await signs.first().click();
  assert.match(site.page.url(), /#fn-1$/, 'a click follows the link');
  await site.close();

  const small = await Site.open(files, { context: phone });
  await small.page.locator('.footnote-ref a').first().tap();
  await small.page.locator('.footnote-popup').waitFor();
  const box = await small.page.locator('.footnote-popup').boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
  assert.doesNotMatch(small.page.url(), /#/);
  await small.page.locator('h1').tap();
  await small.page.locator('.footnote-popup').waitFor({ state: 'detached' });
  await small.close();
});

test('a phone has no sideways scrolling, and all there is without a script', async () => {
  const row = `|${' a long cell |'.repeat(12)}\n`;
  const wide = `${row}|${'---|'.repeat(12)}\n${row}`;
  const files = { 'index.md': `# Home\n\n## Table\n\n${wide}\n## Code\n\n\`\`\`\n${'word '.repeat(60)}\n\`\`\`\n`, 'guide/a.md': '# Guided\n' };
  const site = await Site.open(files, { context: phone });
  assert.equal(await site.page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(await site.page.$$eval('.table, pre', all => all.map(element => element.tabIndex)), [0, 0]);
  await site.close();

  const plain = await Site.open(files, { context: { ...phone, javaScriptEnabled: false } });
  const tree = plain.page.locator('.tree');
  assert.equal(await tree.isVisible(), false);
  await plain.page.getByText('Contents', { exact: true }).tap();
  await tree.getByText('Guide').tap();
  await plain.page.waitForURL('**/guide/');
  assert.equal(await plain.page.locator('.theme-switch').isVisible(), false);
  await plain.close();
});

test('a page is printed without what surrounds it', async () => {
  const site = await Site.open({ 'index.md': `# Home\n\n## One\n\nSee [there](https://example.org/).\n\n## Two\n\n${long}` });
  await site.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const part of ['.side', '.margin', '.tools', '.site-footer']) {
    assert.equal(await site.page.locator(part).isVisible(), false, part);
  }
  assert.equal(await paper(site), 'rgb(255, 255, 255)');
  const pdf = await site.page.pdf({ preferCSSPageSize: true });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  await site.close();
});

test('writing from right to left turns the page around', async () => {
  const site = await Site.open({ 'index.md': '---\nlang: ar\n---\n# A\n\n## B\n\nText.\n\n## C\n\nText.\n', 'b.md': '# B\n' });
  assert.equal(await site.page.getAttribute('html', 'dir'), 'rtl');
  const left = async part => (await site.page.locator(part).boundingBox()).x;
  assert.ok(await left('.side') > await left('main') && await left('main') > await left('.margin'));
  await site.close();
});

test("a site's own style sheet is read last", async () => {
  const site = await Site.open({ 'index.md': '# Home\n' });
  site.write('themes/default/site.css', ':root { --paper: rgb(1, 2, 3); }');
  await site.until(() => getComputedStyle(document.documentElement).backgroundColor === 'rgb(1, 2, 3)');
  await site.close();
});
