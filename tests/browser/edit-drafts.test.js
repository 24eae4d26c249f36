// Text that isn't saved outlives whatever stops.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer, commits, drafts, noDrafts, open, until } from './wiki.js';

const files = { 'recto.yml': 'title: Bread\n', 'index.md': '# Home\n', 'bread.md': '# Bread\n\nFlour.\n' };

test('a draft is offered after a crash of the browser and of the server', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await one.end('\nRye.');
  await until(async () => (await drafts(site, 'bread.md')).length);
  // Neither of them says goodbye, and nothing of the browser is left.
  site.server.kill('SIGKILL');
  await site.ended;
  await one.context.close();
  await site.start();
  site.write('bread.md', '# Bread\n\nFlour and salt.\n');
  site.git('commit', '-q', '-am', 'Salt');
  const two = await Writer.of(site);
  await two.edit('bread.md');
  await two.notice('that was never saved');
  assert.doesNotMatch(await two.text(), /Rye/, 'it is offered, not put in');
  await two.page.getByRole('button', { name: 'Take it up' }).click();
  await two.shows('Rye.');
  await two.save();
  await commits(site, 3);
  // What was committed meanwhile stays.
  assert.equal(site.git('show', 'HEAD:bread.md'), '# Bread\n\nFlour and salt.\n\nRye.');
  await noDrafts(site, 'bread.md');
  await two.page.reload();
  await two.page.waitForSelector('.ed .cm-content');
  await two.close();
  await site.close([/net::ERR/]);
});

test('a draft can be discarded, and leaving with unsaved text asks', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await one.end('\nRye.');
  await until(async () => (await drafts(site, 'bread.md')).length);
  const asked = new Promise(done => one.page.once('dialog', dialog => { done(dialog.type()); dialog.accept(); }));
  await one.page.click('.ed-back');
  assert.equal(await asked, 'beforeunload');
  await one.page.waitForURL('**/bread/');
  await one.edit('bread.md');
  await one.notice('that was never saved');
  await one.page.getByRole('button', { name: 'Discard it' }).click();
  await noDrafts(site, 'bread.md');
  await one.page.reload();
  await one.page.waitForSelector('.ed .cm-content');
  assert.equal(await one.page.locator('.ed-notice').count(), 0);
  await one.close();
  await site.close();
});
