// What an author sees while editing, with `recto serve`.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Site, root } from './site.js';

const long = (text = '') => `# Long\n\n${text}\n\n` + Array.from({ length: 80 }, (_, n) => `Paragraph ${n} of many.\n\n`).join('');

test('text changes in place, and what is read stays where it is', async () => {
  const site = await Site.open({ 'long.md': long('First.') + '\n<details><summary>More</summary>inner</details>\n\n<input id="box">\n' }, { path: '/long/' });
  await site.page.evaluate(() => {
    window.isTheSame = true;
    document.querySelector('article details').open = true;
    document.querySelector('#box').value = 'typed';
    document.querySelector('#box').focus();
    scrollTo({ top: 1200, behavior: 'instant' });
  });
  const seen = () => site.page.evaluate(() => {
    const all = [...document.querySelectorAll('main p')];
    const first = all.find(p => p.getBoundingClientRect().top >= 0);
    return [first.innerText, Math.round(first.getBoundingClientRect().top)];
  });
  const before = await seen();
  site.write('long.md', long('First, and now much more.\n\n- one\n- two\n- three') + '\n<details><summary>More</summary>inner words</details>\n\n<input id="box">\n');
  await site.text('much more');
  assert.deepEqual(await seen(), before);
  const kept = await site.page.evaluate(() => [window.isTheSame, document.querySelector('article details').open,
    document.querySelector('article details').innerText.includes('inner words'), document.activeElement.id, document.activeElement.value]);
  assert.deepEqual(kept, [true, true, true, 'box', 'typed']);
  assert.equal(site.n_navigations, 1);
  await site.close();
});

test('a script that did not load once is loaded when it is needed again', async () => {
  const site = await Site.open({ 'a.md': '# A\n\none\n' }, { path: '/a/' });
  const fails = script => {
    let n_asked = 0;
    return new Promise(done => site.page.route(`**/.recto/${script}.js*`, route => n_asked++ ? route.continue() : route.abort().then(done)));
  };
  const morph = fails('morph'), panel = fails('panel');
  site.write('a.md', '# A\n\ntwo [x](gone.md)\n');
  await Promise.all([morph, panel]);
  site.write('a.md', '# A\n\nthree [x](gone.md) [y](gone.md)\n');
  await site.text('three');
  await site.page.locator('recto-problems').waitFor({ state: 'attached' });
  assert.equal(site.n_navigations, 1);
  await site.close([/ERR_FAILED/]);
});

test('title, meta and lists follow', async () => {
  const site = await Site.open({ 'index.md': '# Home\n', 'a.md': '# Old name\n' });
  await site.text('Old name');
  site.write('a.md', '# New name\n');
  await site.text('New name');
  site.write('index.md', '---\ntitle: House\ndescription: A house\n---\n# Home\n');
  await site.until(() => document.title.includes('House') && document.querySelector('meta[name=description]')?.content === 'A house');
  assert.equal(site.n_navigations, 1);
  await site.close();
});

test('scripts of the page run again when their text differs', async () => {
  const page = text => `# Script\n\n<script>window.ran = (window.ran ?? 0) + 1; window.said = '${text}'</script>\n\nBelow.\n`;
  const site = await Site.open({ 'a.md': page('one') }, { path: '/a/' });
  site.write('a.md', page('one').replace('Below', 'Beneath'));
  await site.text('Beneath');
  assert.deepEqual(await site.page.evaluate(() => [window.ran, window.said]), [1, 'one']);
  site.write('a.md', page('two'));
  await site.until(() => window.said === 'two');
  await site.close();
});

test('style sheets and images are swapped without navigation', async () => {
  const svg = width => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"></svg>`;
  const style = readFileSync(join(root, 'themes/default/style.css'), 'utf8');
  const site = await Site.open({ 'a.md': '# A\n\n![x](x.svg)\n', 'x.svg': svg(10), 'themes/default/style.css': style }, { path: '/a/' });
  await site.page.evaluate(() => { window.isTheSame = true; });
  site.write('themes/default/style.css', style + '\nh1 { color: rgb(1, 2, 3); }\n');
  await site.until(() => getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)');
  await site.until(() => document.querySelectorAll('link[rel=stylesheet]').length === 1);
  site.write('x.svg', svg(33));
  await site.until(() => document.querySelector('img').naturalWidth === 33);
  assert.deepEqual([await site.page.evaluate(() => window.isTheSame), site.n_navigations], [true, 1]);
  // What was loaded again is still the same for the next page.
  site.write('a.md', '# A\n\n![x](x.svg)\n\nMore.\n');
  await site.text('More.');
  assert.equal(await site.page.evaluate(() => document.querySelectorAll('img').length), 1);
  await site.close();
});

test('a page is loaded again when a script of the theme differs', async () => {
  const script = readFileSync(join(root, 'themes/default/script.js'), 'utf8');
  const site = await Site.open({ 'a.md': '# A\n', 'themes/default/script.js': script }, { path: '/a/' });
  site.write('themes/default/script.js', script + '\nwindow.isNew = true;\n');
  await site.until(() => window.isNew);
  // A file that is being written may be seen twice.
  assert.ok(site.n_navigations > 1);
  await site.close();
});

test('errors are shown as on the terminal, stay closed, and go when they are mended', async () => {
  const site = await Site.open({ 'index.md': '# Home\n' });
  const problems = site.page.locator('recto-problems');
  site.write('themes/default/templates/page.html', '{% if %}');
  const text = problems.locator('pre');
  await text.waitFor();
  const shown = (await text.innerText()).split('\n').filter(line => line.trim() && line !== '\u200b');
  assert.match(shown[0], /^error\[template-syntax\]/);
  for (const line of shown) assert.ok(site.terminal.includes(line.trimEnd()), `the terminal has ${line}: ${site.terminal}`);
  await problems.getByTitle('Close').click();
  await problems.locator('.badge').waitFor();
  site.write('index.md', '# House\n');
  await site.text('House');
  assert.equal(await text.count(), 0, 'the same problems stay closed');
  site.write('themes/default/templates/page.html', '{% for %}');
  await text.waitFor();
  rmSync(join(site.dir, 'themes'), { recursive: true });
  await problems.waitFor({ state: 'detached' });
  site.write('index.md', '# House\n\n[no](nothing.md)\n');
  await problems.locator('.badge').waitFor();
  assert.equal(await text.count(), 0, 'a warning opens nothing');
  await problems.locator('.badge').click();
  await text.waitFor();
  await site.page.keyboard.press('Escape');
  await problems.locator('.badge').waitFor();
  assert.equal(await problems.locator('.badge').innerText(), '1 warning');
  await site.close();
});

test('a page that goes shows the page for missing ones, and comes back', async () => {
  const site = await Site.open({ 'index.md': '# Home\n', 'a.md': '# Here\n' }, { path: '/docs/a/', args: ['--base-url', '/docs/'] });
  renameSync(join(site.dir, 'a.md'), join(site.dir, 'b.md'));
  await site.text('There is nothing at this address');
  renameSync(join(site.dir, 'b.md'), join(site.dir, 'a.md'));
  await site.until(() => document.querySelector('h1').innerText === 'Here');
  assert.equal(site.n_navigations, 1);
  await site.close([/404/]);
});

test('a server that was stopped is waited for, and what it has missed is shown', async () => {
  const site = await Site.open({ 'a.md': '# A\n\nBefore.\n' }, { path: '/a/' });
  const begun = Date.now();
  await site.stop();
  assert.ok(Date.now() - begun < 2000, 'an open page does not hold the server up');
  site.write('a.md', '# A\n\nAfter.\n');
  await site.start();
  await site.text('After.');
  assert.equal(site.n_navigations, 1);
  await site.close([/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED/, /ERR_EMPTY_RESPONSE/, /ERR_CONNECTION_RESET/]);
});
