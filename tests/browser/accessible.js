// What axe-core has to say about a page, by day and by night; and whether it fits on the screen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function isAccessible(site, path) {
  await site.page.goto(site.origin + path);
  // As an argument: pages of the wiki run no scripts but their own.
  await site.page.evaluate(await readFile(axe, 'utf8'));
  for (const colorScheme of ['light', 'dark']) {
    await site.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found = await site.page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
    });
    assert.deepEqual(found, [], `${path} ${colorScheme}`);
  }
  const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${path} is ${overflow} pixels too wide`);
}
