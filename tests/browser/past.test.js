// The past of a wiki, as somebody goes through it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAccessible } from './accessible.js';
import { Site } from './site.js';

const bread = (salt, more = '') => `# Bread

Bread is made of water and flour.

- ${salt} g salt
- water

| Loaf  | Grams |
|-------|------:|
| white |   500 |

\`\`\`python
def bake(loaf, minutes=40, temperature_in_degrees_of_celsius=230, with_steam=True, with_a_lid=False): ...
\`\`\`
${more}`;

async function withPast(options) {
  const site = await Site.open({ 'recto.yml': 'title: Bread\n', 'index.md': '# Home\n\n[Bread](bread.md)\n', 'bread.md': bread(10) }, { wiki: true, ...options });
  const commit = (...message) => site.git('commit', '-q', '-a', ...message.flatMap(part => ['-m', part]));
  site.git('tag', 'v1');
  site.write('bread.md', bread(9));
  commit('Less salt', 'Minor: yes');
  site.git('mv', 'bread.md', 'loaf.md');
  commit('A better name');
  site.write('loaf.md', bread(9, '\nBake it, and wait.\n'));
  commit('How long');
  return site;
}

for (const viewport of [{ width: 1400, height: 900 }, { width: 390, height: 844 }]) {
  test(`the pages of the past are accessible, ${viewport.width} pixels wide`, async () => {
    const site = await withPast({ context: { viewport } });
    const diffs = ['words', 'lines', 'sides', 'page'].map(view => `/-/diff/loaf.md?from=v1&view=${view}`);
    const others = ['/-/history/loaf.md', '/-/blame/loaf.md', '/-/commit/HEAD', '/-/restore/loaf.md?rev=v1', '/-/recent', '/-/people/Ada', '/-/at/v1/bread/'];
    for (const path of [...diffs, ...others]) await isAccessible(site, path);
    await site.close();
  });
}

test('two versions are compared, and one is brought back, without a script', async () => {
  const site = await withPast({ context: { javaScriptEnabled: false } });
  await site.page.goto(site.origin + '/loaf/');
  await site.page.click('a[href$="/-/history/loaf.md"]');
  await site.page.locator('input[name=from]').last().check();
  await site.page.click('form button');
  assert.equal(await site.page.locator('.diff del').first().textContent(), '10');
  await site.page.click('text=As a page');
  assert.equal(await site.page.locator('.diff-page li del').textContent(), '10');
  await site.page.locator('.diff-heads a', { hasText: 'Restore' }).click();
  await site.page.click('main form button');
  await site.text('10 g salt');
  assert.match(site.git('log', '-1', '--format=%s'), /^Restore loaf\.md as of/);
  await site.close();
});

test('links of a site of the past stay in the past', async () => {
  const site = await withPast();
  await site.page.goto(site.origin + '/-/at/v1/');
  await site.page.click('main p a');
  await site.text('10 g salt');
  assert.match(site.page.url(), /\/-\/at\/v1\/bread\/$/);
  await site.page.click('.wiki-at a >> text=now');
  assert.equal(new URL(site.page.url()).pathname, '/');
  await site.close();
});
