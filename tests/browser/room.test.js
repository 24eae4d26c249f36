// Slides in a room: an audience follows the presenter, with `recto serve`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Site } from './site.js';

const files = {
  'index.md': '# Home\n',
  'deck.yml': 'title: Deck\ncontent:\n- chapter.md\n',
  'chapter.md': '## One\n\n- a\n\n--\n\n- b\n\n---\n\n## Two\n\n---\n\n## Three\n',
};

test('an audience turns with the presenter, strays, and comes back', async () => {
  const site = await Site.open(files, { path: '/deck.yml.html' });
  const audience = await site.page.context().browser().newContext();
  const follower = await audience.newPage();
  await follower.goto(`${site.origin}/deck.yml.html`);
  const shows = title => follower.waitForFunction(title => document.querySelector('.now')?.getAttribute('aria-label') === title, title);
  await shows('One');

  const [presenter] = await Promise.all([site.context.waitForEvent('page'), site.page.keyboard.press('s')]);
  await presenter.waitForSelector('.desk .notes');
  await site.page.keyboard.press('ArrowRight');
  await follower.waitForFunction(() => location.hash.endsWith('/1'));
  await presenter.keyboard.press('End');
  await shows('Three');

  await follower.keyboard.press('Home');
  await presenter.keyboard.press('ArrowLeft');
  await site.until(() => document.querySelector('.now').getAttribute('aria-label') === 'Two');
  await shows('One');
  await follower.locator('.pill').click();
  await shows('Two');

  // What a follower does turns nobody else's slides.
  await follower.keyboard.press('End');
  await shows('Three');
  assert.equal(await site.page.locator('.now').getAttribute('aria-label'), 'Two');

  await audience.close();
  await site.close();
});

test('only pages of decks are told of the room', async () => {
  const site = await Site.open(files, { path: '/deck.yml.html' });
  assert.equal(await site.page.locator('[data-room]').count(), 1);
  await site.page.goto(`${site.origin}/`);
  assert.equal(await site.page.locator('[data-room]').count(), 0);
  await site.close();
});
