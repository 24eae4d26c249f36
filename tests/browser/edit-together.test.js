// Two browsers edit at once: each save is one commit, what can be merged is, and nothing is lost.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Writer, commits, desktop, drafts, noDrafts, open, phone } from './wiki.js';

const text = '# Bread\n\nFlour and water.\n\n## Oven\n\nHot and dry.\n\n## Rest\n\nAn hour.\n';
const files = { 'recto.yml': 'title: Bread\n', 'index.md': '# Home\n', 'bread.md': text };

test('what one saves comes into the text that the other writes, and into the page that is read', async () => {
  const site = await open(files);
  const reader = site.page;
  await reader.goto(site.origin + '/bread/');
  const [one, two] = [await Writer.of(site), await Writer.of(site)];
  await one.edit('bread.md');
  await two.edit('bread.md');
  await two.after('An hour');
  await two.type(' and a half');
  await one.after('Flour');
  await one.type(', salt');
  await one.save();
  await commits(site, 2);
  await two.notice('Changed by Ada, merged below');
  await two.shows('Flour, salt and water.');
  // The cursor stays where it was, although lines above have changed.
  await two.type(' or two');
  await two.shows('An hour and a half or two.');
  await site.text('Flour, salt and water.');
  // What others did can't be undone here.
  await two.page.keyboard.press('Control+z');
  await two.shows('Flour, salt and water.');
  await two.page.keyboard.press('Control+y');
  await two.save();
  await commits(site, 3);
  assert.match(site.git('show', 'HEAD:bread.md'), /^# Bread\n\nFlour, salt and water\.\n[^]*An hour and a half or two\.$/);
  await one.shows('An hour and a half or two.');
  await one.close();
  await two.close();
  await site.close();
});

for (const [name, context] of [['desktop', desktop], ['phone', phone]]) {
  test(`a conflict is decided place by place, on a ${name}`, async () => {
    const site = await open(files);
    const [one, two] = [await Writer.of(site), await Writer.of(site, context)];
    await one.edit('bread.md');
    await two.edit('bread.md');
    await two.after('Hot');
    await two.type('ter');
    await one.after('Hot');
    await one.type('test');
    await one.save();
    await commits(site, 2);
    await two.notice('changed lines that you changed, too');
    await two.page.click('.ed-primary');
    const places = two.page.locator('.ed-card');
    await places.first().waitFor();
    assert.equal(await places.count(), 1);
    assert.match(await places.first().innerText(), /Hotter and dry\.[^]*Hottest and dry\./);
    assert.ok(await two.page.isDisabled('.ed-conflict-head .ed-primary'), 'nothing is chosen yet');
    assert.match(await two.page.innerText('.ed-conflict-head'), /Ada changed the same lines/);
    await two.accessible('conflict');
    // Meanwhile nothing is published, and the text is kept.
    assert.equal(site.git('rev-list', '--count', 'HEAD'), '2');
    assert.ok((await drafts(site, 'bread.md')).some(({ content }) => content.includes('Hotter')));
    await places.first().getByRole('button', { name: 'Take theirs' }).click();
    await two.page.getByLabel('What will be saved').fill('Hottest of all and dry.');
    await two.page.click('.ed-conflict-head .ed-primary');
    await commits(site, 3);
    assert.match(site.git('show', 'HEAD:bread.md'), /\nHottest of all and dry\.\n/);
    assert.doesNotMatch(site.git('show', 'HEAD:bread.md'), /<<<<|>>>>/);
    await one.shows('Hottest of all and dry.');
    await noDrafts(site, 'bread.md');
    await one.close();
    await two.close([/409/]);
    await site.close();
  });
}

for (const [name, context] of [['desktops', desktop], ['phones', phone]]) test(`both write on while both save, on ${name}`, async () => {
  const site = await open(files);
  const [one, two] = [await Writer.of(site, context), await Writer.of(site, context)];
  await one.edit('bread.md');
  await two.edit('bread.md');
  await one.after('Flour');
  await two.after('An hour');
  for (let n = 0; n < 4; n++) {
    await Promise.all([one.type(` a${n}`), two.type(` b${n}`)]);
    await one.save();
    await two.save();
  }
  await one.shows('An hour b0 b1 b2 b3.');
  await two.shows('Flour a0 a1 a2 a3 and');
  assert.equal(await one.text(), await two.text());
  const saved = site.git('show', 'HEAD:bread.md');
  assert.equal(saved, text.replace('Flour', 'Flour a0 a1 a2 a3').replace('An hour', 'An hour b0 b1 b2 b3').trim());
  await one.close();
  await two.close();
  await site.close();
});

test('a file with changes of its own in the folder is left alone, and the editor says so', async () => {
  const site = await open(files);
  const writer = await Writer.of(site);
  await writer.edit('bread.md');
  site.write('bread.md', text.replace('Flour', 'Rye'));
  await writer.after('An hour');
  await writer.type(' or two');
  await writer.save();
  await commits(site, 2);
  await writer.notice('has changes of its own: bread.md');
  assert.match(site.git('show', 'HEAD:bread.md'), /^# Bread\n\nFlour and water\.[^]*An hour or two\.$/);
  assert.equal(readFileSync(join(site.dir, 'bread.md'), 'utf8'), text.replace('Flour', 'Rye'));
  await writer.close();
  await site.close();
});

for (const [name, isWritten] of [['who writes goes on there', true], ['who has written nothing is led there', false]]) test(`a page is moved meanwhile: ${name}`, async () => {
  const site = await open(files);
  const writer = await Writer.of(site);
  await writer.edit('bread.md');
  await writer.after('Bread');
  if (isWritten) await writer.type(' and butter');
  const moved = await fetch(`${site.origin}/-/api/move`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Recto': '1' }, body: JSON.stringify({ from: 'bread.md', to: 'food/loaf.md' }),
  });
  assert.equal(moved.status, 200);
  await writer.notice('you go on in food/loaf.md');
  await writer.until(() => location.pathname === '/-/edit/food/loaf.md');
  await writer.shows('aliases: [/bread/]');
  if (!isWritten) {
    await writer.after('Bread');
    await writer.type(' and butter');
  }
  await writer.save();
  await commits(site, 3);
  assert.equal(site.git('show', 'HEAD:food/loaf.md'), `---\naliases: [/bread/]\n---\n${text.replace('# Bread', '# Bread and butter')}`.trim());
  assert.equal(site.git('ls-files', '*bread.md'), '');
  await noDrafts(site);
  await Promise.all([writer.page.waitForURL('**/food/loaf/'), writer.page.click('.ed-back')]);
  await writer.close();
  await site.close();
});
