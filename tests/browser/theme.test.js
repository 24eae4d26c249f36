// What a reader sees of the built-in theme.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Site } from './site.js';

test('columns of a table are aligned as they are written', async () => {
  const site = await Site.open({ 'index.md': '| a | b | c | d |\n|---|--:|:-:|:--|\n| 1 | 2 | 3 | 4 |\n' });
  for (const cell of ['th', 'td']) {
    const aligned = await site.page.$$eval(`article ${cell}`, cells => cells.map(cell => getComputedStyle(cell).textAlign));
    assert.deepEqual(aligned, ['start', 'right', 'center', 'left']);
  }
  await site.close();
});
