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

test('the address of a slide wins until a reader asks to follow, and nobody leads once the windows are closed', async () => {
  const site = await Site.open(files, { path: '/deck.yml.html' });
  const browser = site.page.context().browser();
  const [presenter] = await Promise.all([site.context.waitForEvent('page'), site.page.keyboard.press('s')]);
  await presenter.waitForSelector('.desk .notes');
  await presenter.keyboard.press('End');
  await site.until(() => document.querySelector('.now').getAttribute('aria-label') === 'Three');
  const audience = await browser.newContext();
  const open = async hash => {
    const page = await audience.newPage();
    await page.goto(`${site.origin}/deck.yml.html${hash}`);
    return page;
  };
  const shows = (page, title) => page.waitForFunction(title => document.querySelector('.now')?.getAttribute('aria-label') === title, title);
  const byAddress = await open('#chapter--two');
  await byAddress.locator('.pill:visible').waitFor();
  await shows(byAddress, 'Two');
  await byAddress.locator('.pill').click();
  await shows(byAddress, 'Three');
  // What has been followed is followed after a reload, though the address names a slide.
  await presenter.keyboard.press('ArrowLeft');
  await shows(byAddress, 'Two');
  await byAddress.reload();
  await presenter.keyboard.press('End');
  await shows(byAddress, 'Three');
  await byAddress.close();
  const plain = await open('');
  await shows(plain, 'Three');
  await plain.close();

  await presenter.close();
  await site.page.goto(`${site.origin}/`);
  await new Promise(done => setTimeout(done, 500));
  const late = await open('');
  await new Promise(done => setTimeout(done, 500));
  await shows(late, 'One');
  await audience.close();
  await site.close();
});

test('problems are a badge on slides, which goes while they are shown', async () => {
  const site = await Site.open({ ...files, 'bad.md': '---\ndate: soon\n---\n' }, { path: '/deck.yml.html' });
  const problems = site.page.locator('recto-problems');
  await problems.locator('.badge').waitFor();
  assert.equal(await problems.locator('pre').count(), 0);
  await site.page.keyboard.press('b');
  await problems.waitFor({ state: 'detached' });
  await site.page.keyboard.press('b');
  await problems.locator('.badge').waitFor();
  await site.page.keyboard.press('f');
  await problems.waitFor({ state: 'detached' });
  await site.page.keyboard.press('f');
  await problems.locator('.badge').waitFor();
  await site.close();
});

test('only pages of decks are told of the room', async () => {
  const site = await Site.open(files, { path: '/deck.yml.html' });
  assert.equal(await site.page.locator('[data-room]').count(), 1);
  await site.page.goto(`${site.origin}/`);
  assert.equal(await site.page.locator('[data-room]').count(), 0);
  await site.close();
});
