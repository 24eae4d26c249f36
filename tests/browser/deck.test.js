// The viewer of slides, on a deck that stands on the disk: no server runs.

import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from './built.js';
import { openPage } from './site.js';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const CHAPTER = `class: title

A deck

---

## Steps

- one

--

- two

--

class: center

- three

???

Slowly.

---

class: extra-details

## More

Zebra stripes, and \`code\`.

---

## Lines

\`\`\`yaml {1|2-3}
a: 1
b: 2
c: 3
\`\`\`

--

- after the code

---

name: last

## The end

[Back](#a-name)

\`\`\`bash
echo hello
\`\`\`
`;

async function openDeck(query = '', context = { viewport: { width: 1280, height: 720 } }, chapter = CHAPTER) {
  const deck = 'title: A deck\nexclude: [in-person]\ncontent:\n- chapter.md\n';
  const site = { dir: build({ 'deck.yml': deck, 'chapter.md': chapter }) };
  site.origin = 'file://';
  await openPage(site, context);
  site.url = pathToFileURL(join(site.dir, 'public/deck.yml.html')).href;
  await site.page.goto(site.url + query);
  site.title = () => site.page.locator('.now').getAttribute('aria-label');
  site.press = async (...keys) => { for (const key of keys) await site.page.keyboard.press(key); };
  site.close = async () => {
    assert.deepEqual(site.problems, []);
    await site.context.close();
    rmSync(site.dir, { recursive: true });
  };
  return site;
}
const steps = site => site.page.locator('.now .later').count();

test('keys go by steps and slides, and the address says where', async () => {
  const site = await openDeck();
  await site.press('ArrowRight');
  assert.equal(await site.title(), 'Steps');
  const n = await steps(site);
  assert.ok(n > 0);
  await site.press('Space');
  assert.ok(await steps(site) < n);
  assert.match(site.page.url(), /\/1$/);
  await site.page.reload();
  assert.ok(await steps(site) < n);
  await site.press('Shift+ArrowRight');
  assert.equal(await site.title(), 'More');
  await site.press('End');
  assert.equal(await site.title(), 'The end');
  await site.page.goBack();
  assert.equal(await site.title(), 'More');
  await site.close();
});

test('numbers of old links, and names, lead to their slide', async () => {
  const site = await openDeck('#4');
  assert.equal(await site.title(), 'Steps');
  assert.equal(await steps(site), 0);
  await site.press('5', 'Enter');
  assert.equal(await site.title(), 'More');
  await site.page.goto(site.url + '#last');
  assert.equal(await site.title(), 'The end');
  await site.close();
});

test('code lights up by lines, between the steps of its slide', async () => {
  const site = await openDeck('#chapter--lines');
  const lit = () => site.page.locator('.now .line.lit').allInnerTexts();
  assert.equal(await site.page.locator('.now').getAttribute('data-steps'), '2');
  assert.deepEqual(await lit(), ['a: 1']);
  await site.press('ArrowRight');
  assert.deepEqual(await lit(), ['b: 2', 'c: 3']);
  assert.equal(await steps(site), 1);
  await site.press('ArrowRight');
  assert.equal(await steps(site), 0);
  await site.close();
});

test('an audience is switched, numbers follow, and the choice stays', async () => {
  const site = await openDeck();
  const last = async () => { await site.press('End'); return site.page.locator('.now').getAttribute('data-folio'); };
  assert.equal(await last(), '9/9');
  await site.press('l');
  await site.page.locator('dialog .lenses input').uncheck();
  await site.press('Escape');
  assert.equal(await last(), '8/8');
  await site.page.reload();
  assert.equal(await last(), '8/8');
  assert.equal(await site.page.locator('[data-slide].extra-details:visible').count(), 0);
  await site.page.goto(`${site.url}?hide=`);
  assert.equal(await last(), '9/9');
  await site.close();
});

const AUDIENCES = `## Some

- one

--

class: extra-details

- zebra

\`\`\`yaml {1|2|3}
d: 1
e: 2
f: 3
\`\`\`

--

- three

---

## The end
`;

test('steps of an audience that is switched off are left out, and come back', async () => {
  const site = await openDeck('?hide=#chapter--some/2', undefined, AUDIENCES);
  const shown = () => site.page.evaluate(() => {
    const { dataset, classList } = document.querySelector('.now');
    const items = [...document.querySelectorAll('.now li')].filter(item => item.checkVisibility({ visibilityProperty: true }));
    return [dataset.folio, dataset.steps, classList.contains('extra-details'), ...items.map(item => item.innerText.trim())];
  });
  const switchTo = async (isOn, n_found) => {
    await site.press('l');
    await site.page.locator('dialog .lenses input').setChecked(isOn);
    await site.press('Escape');
    await site.page.locator('dialog').waitFor({ state: 'detached' });
    await site.press('/');
    await site.page.keyboard.type('zebra');
    assert.equal(await site.page.locator('#deck-found > li').count(), n_found);
    await site.press('Escape');
    await site.page.locator('dialog').waitFor({ state: 'detached' });
  };
  assert.deepEqual(await shown(), ['3/6', '4', true, 'one', 'zebra']);
  await switchTo(false, 0);
  assert.deepEqual(await shown(), ['1/3', '1', false, 'one']);
  await site.press('ArrowRight');
  assert.deepEqual(await shown(), ['2/3', '1', false, 'one', 'three']);
  await site.press('ArrowRight', 'ArrowLeft', 'ArrowLeft', '2', 'Enter');
  assert.deepEqual(await shown(), ['2/3', '1', false, 'one', 'three']);
  await switchTo(true, 1);
  assert.deepEqual(await shown(), ['5/6', '4', true, 'one', 'zebra', 'three']);
  await site.press('Home', 'ArrowRight');
  assert.deepEqual(await shown(), ['2/6', '4', true, 'one', 'zebra']);
  await site.close();
});

test('code has a button that copies', async () => {
  const site = await openDeck('#last');
  // It comes when there is time.
  await site.page.waitForSelector('.now .copy', { state: 'attached' });
  assert.equal(await site.page.locator('.now .copy').count(), 1);
  await site.close();
});

test('the viewer weighs less than 30 KB', async () => {
  const site = await openDeck();
  const html = readFileSync(join(site.dir, 'public/deck.yml.html'), 'utf8');
  const inline = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script.length);
  const files = [...html.matchAll(/<script[^>]* src="([^"]*)"/g)].map(([, src]) => readFileSync(join(site.dir, 'public', src)).length);
  assert.equal(files.length, 1);
  const n_bytes = [...inline, ...files].reduce((sum, n) => sum + n);
  assert.ok(n_bytes < 30_000, `${n_bytes} bytes`);
  await site.close();
});

test('search, overview and the list of keys', async () => {
  const site = await openDeck();
  await site.press('/');
  await site.page.keyboard.type('zebra');
  await site.press('Enter');
  assert.equal(await site.title(), 'More');
  // One key leads back, whatever is written there.
  await site.press('/');
  await site.page.keyboard.type('nothing');
  await site.press('Escape');
  await site.page.locator('dialog').waitFor({ state: 'detached' });
  await site.press('o', 'ArrowRight', 'Enter');
  assert.equal(await site.title(), 'Lines');
  await site.page.setViewportSize({ width: 400, height: 300 });
  await site.press('Home', 'o', 'End');
  const isInSight = () => site.page.evaluate(() => { const { top, bottom } = document.querySelector('.now').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; });
  assert.deepEqual([await site.title(), await isInSight()], ['The end', true]);
  await site.press('Home');
  assert.ok(await isInSight());
  await site.press('o');
  await site.press('?');
  assert.ok(await site.page.locator('dialog .keys li').count() > 15);
  await site.press('Escape', 'q');
  assert.equal(await site.page.locator('dialog.qr').count(), 1);
  await site.close();
});

test("the presenter's window keeps in step, from the disk and after a reload", async () => {
  const site = await openDeck();
  const [presenter] = await Promise.all([site.context.waitForEvent('page'), site.press('s')]);
  await presenter.waitForSelector('.desk .notes');
  await site.press('ArrowRight');
  await presenter.waitForFunction(() => document.querySelector('.desk .notes').innerText.includes('Slowly'));
  await presenter.reload();
  await presenter.waitForSelector('.desk .notes');
  await presenter.keyboard.press('End');
  await site.page.waitForFunction(() => document.querySelector('.now').getAttribute('aria-label') === 'The end');
  await site.close();
});

test('a finger taps and swipes', async () => {
  const site = await openDeck('', { viewport: { width: 800, height: 450 }, hasTouch: true });
  await site.page.touchscreen.tap(600, 200);
  assert.equal(await site.title(), 'Steps');
  await site.page.touchscreen.tap(60, 200);
  const first = await site.title();
  assert.notEqual(first, 'Steps');
  const devtools = await site.page.context().newCDPSession(site.page);
  const swipe = async (from, to) => {
    const touch = (type, touchPoints) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints });
    await touch('touchStart', [{ x: from, y: 200 }]);
    await touch('touchMove', [{ x: to, y: 205 }]);
    await touch('touchEnd', []);
  };
  await swipe(500, 300);
  assert.equal(await site.title(), 'Steps');
  await swipe(300, 500);
  assert.equal(await site.title(), first);
  await site.close();
});

test('paper has one page for each slide', async () => {
  const site = await openDeck();
  const n_pages = async () => (await site.page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  const n_slides = await site.page.locator('[data-slide]').count();
  assert.equal(await n_pages(), n_slides);
  await site.page.goto(`${site.url}?print=4`);
  await site.page.waitForSelector('[data-print-ready]', { state: 'attached' });
  assert.equal(await n_pages(), Math.ceil(n_slides / 4));
  await site.close();
});

test('a link to a handout shows its sheets below each other, with all steps', async () => {
  const site = await openDeck('?print=2', { viewport: { width: 500, height: 800 } });
  await site.page.waitForSelector('[data-print-ready]', { state: 'attached' });
  // Keys scroll here, and turn nothing.
  await site.press('ArrowRight', 'ArrowRight');
  const seen = await site.page.evaluate(() => ({
    n_slides: document.querySelectorAll('[data-slide]').length,
    tops: [...document.querySelectorAll('[data-slide]')].filter(slide => slide.checkVisibility()).map(slide => slide.getBoundingClientRect().top),
    n_gaps: [...document.querySelectorAll('.gap')].filter(gap => gap.checkVisibility()).length,
    n_later: document.querySelectorAll('.later').length,
    isBelow: document.documentElement.scrollHeight > 1.5 * innerHeight,
    isWide: document.documentElement.scrollWidth > innerWidth,
  }));
  assert.deepEqual([seen.tops.length, seen.n_gaps, seen.n_later], [seen.n_slides, Math.ceil(seen.n_slides / 2) - 1, 0]);
  assert.deepEqual(seen.tops, [...new Set(seen.tops)].sort((a, b) => a - b));
  assert.deepEqual([seen.isBelow, seen.isWide], [true, false]);
  await site.close();
});

test('a slide has the class of a step from that step on', async () => {
  const site = await openDeck();
  await site.press('ArrowRight');
  const isCentred = () => site.page.evaluate(() => document.querySelector('.now').matches('.center'));
  assert.deepEqual([await site.title(), await isCentred()], ['Steps', false]);
  await site.press('ArrowRight');
  assert.equal(await isCentred(), false);
  await site.press('ArrowRight');
  assert.equal(await isCentred(), true);
  await site.press('ArrowLeft');
  assert.equal(await isCentred(), false);
  await site.close();
});

test('a slide on a phone is laid out as on a large screen', async () => {
  const site = await openDeck('', { viewport: { width: 390, height: 844 } });
  const columns = () => site.page.evaluate(() => {
    document.querySelector('.now').classList.add('two-columns');
    return getComputedStyle(document.querySelector('.now > .content')).columnCount;
  });
  assert.equal(await columns(), '2');
  await site.press('v');
  assert.equal(await columns(), '1');
  await site.close();
});

test('slides are accessible, by day and by night', async () => {
  const site = await openDeck();
  await site.page.addScriptTag({ path: axe });
  for (const colorScheme of ['light', 'dark']) {
    await site.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await site.press('Home');
    for (let i = 0; i < 6; i++) {
      const found = await site.page.evaluate(async () => (await window.axe.run({ preload: false })).violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)));
      assert.deepEqual(found, [], `${colorScheme} ${await site.title()}`);
      await site.press('ArrowRight');
    }
  }
  await site.close();
});
