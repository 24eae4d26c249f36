// What is done most, in the other two engines. All the rest is tested in Chromium alone.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from './built.js';
import { Firefox } from './firefox.js';
import { Site } from './site.js';
import { WebKit } from './webkit.js';
import { commits } from './wiki.js';

const deck = {
  'deck.yml': 'title: Deck\ncontent:\n- chapter.md\n',
  'chapter.md': '## One\n\n- a\n\n--\n\n- b\n\n???\n\nSlowly.\n\n---\n\n## Two\n\n---\n\n## Three\n',
};
const wiki = {
  'recto.yml': 'title: Bread\n',
  'index.md': '# Home\n',
  'bread.md': '# Bread\n\nFlour and [water](index.md).\n',
};

for (const [name, Engine] of Object.entries({ Firefox, WebKit })) describe(name, () => {
  let window;
  before(async () => { window = await Engine.open(); });
  after(() => window?.close());

  test('a deck from the disk is stepped through, and its presenter stays in step', async () => {
    const dir = build(deck);
    const shows = (window, title) => window.until(title => document.querySelector('.now')?.getAttribute('aria-label') === title, title);
    await window.goto(pathToFileURL(join(dir, 'public/deck.yml.html')).href);
    await shows(window, 'One');
    // The slide is as large as the window allows, and its title is at the top.
    const seen = await window.run(() => {
      const [slide, title] = ['.now', '.now h2'].map(name => document.querySelector(name).getBoundingClientRect());
      const isFull = Math.abs(slide.width - innerWidth) < 1 || Math.abs(slide.height - innerHeight) < 1;
      return [isFull, slide.width <= innerWidth + 1, title.bottom < innerHeight / 3];
    });
    assert.deepEqual(seen, [true, true, true]);
    const later = () => window.run(() => document.querySelectorAll('.now .later').length);
    assert.ok(await later() > 0);
    await window.press('ArrowRight');
    assert.equal(await later(), 0);

    const presenter = await window.opened('s');
    await presenter.front();
    await presenter.until(() => document.querySelector('.desk .notes')?.innerText.includes('Slowly'));
    await presenter.press('ArrowRight');
    await window.front();
    await shows(window, 'Two');
    await window.press('End');
    await presenter.front();
    await shows(presenter, 'Three');
    await window.front();
    assert.deepEqual(window.problems, []);
    rmSync(dir, { recursive: true });
  });

  test('a page is edited, seen beside its text, saved, found, and changed where it is read', async () => {
    const site = await Site.serve(wiki, { wiki: true });
    await window.goto(`${site.origin}/-/edit/bread.md`);
    await window.until(() => document.querySelector('.ed .cm-content'));
    await window.click('.cm-content');
    await window.press('Control+End');
    await window.type('\nFor an *hour*.');
    await window.until(() => document.querySelector('iframe').contentDocument.querySelector('em')?.textContent === 'hour');
    await window.press('Control+s');
    await commits(site, 2);
    assert.match(site.git('show', 'HEAD:bread.md'), /For an \*hour\*\.$/);

    await window.goto(`${site.origin}/bread/`);
    const line = await window.run(() => getComputedStyle(document.querySelector('article p a')).textDecorationLine);
    assert.equal(line, 'underline');
    await window.run(() => { window.isSame = true; });
    site.write('bread.md', wiki['bread.md'].replace('Flour', 'Rye'));
    site.git('commit', '-q', '-am', 'Rye');
    await window.until(() => document.body.innerText.includes('Rye and water.'));
    assert.equal(await window.run(() => window.isSame), true, 'the page was changed in place');

    await window.press('/');
    await window.until(() => document.querySelector('.search[open]'));
    await window.type('rye');
    await window.until(() => document.querySelector('.search-results a')?.href.endsWith('/bread/'));
    assert.deepEqual(window.problems, []);
    await window.goto('about:blank');
    await site.end();
  });
});
