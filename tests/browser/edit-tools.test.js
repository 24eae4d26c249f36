// What helps to write: tools, keys, completion, tables, sections, front matter, templates, the preview beside it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer, commits, desktop, open, phone } from './wiki.js';

const long = Array.from({ length: 40 }, (_, n) => `## Part ${n}\n\nText of part ${n}.\n\n\`\`\`\ncode ${n}\n\`\`\`\n`).join('\n');
const files = {
  'recto.yml': 'title: Bread\n',
  'index.md': '# Home\n',
  'bread.md': '---\ntitle: Bread\ntags: [rye]\n---\n\nFlour and water.\n\n## Oven\n\nHot.\n\n## Rest\n\nAn hour.\n',
  'guide/sour-dough.md': '---\ntags: [rye, slow]\n---\n# Sour dough\n\n## Feeding\n\nDaily.\n',
  'guide/long.md': `# Long\n\n${long}`,
  'img/loaf.png': 'x',
  'themes/default/new/meeting.md': '---\ntitle: {{title}}\n---\n\n## Present\n',
};

// Chooses from what is offered.
async function complete(writer, typed, label) {
  await writer.type(typed);
  const option = writer.page.locator('.cm-tooltip-autocomplete li', { hasText: label }).first();
  await option.waitFor();
  await option.click();
}
const tool = (writer, name) => writer.page.getByRole('button', { name, exact: false }).first().click();

test('names are completed', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await one.end('\n\n');
  await complete(one, '[[sour', 'Sour dough');
  await one.shows('[[Sour dough]]');
  await one.type('\n[[Sour dough');
  await complete(one, '#fee', 'Feeding');
  await one.shows('[[Sour dough#Feeding]]');
  await one.type('\n[[');
  await complete(one, '#ov', 'Oven');
  await one.shows('[[#Oven]]');
  await one.type('\n');
  await complete(one, '![loaf](loaf', 'loaf.png');
  await one.shows('![loaf](img/loaf.png)');
  await one.type('\n');
  await complete(one, ':bread', 'bread');
  await one.shows(':bread:');
  await one.after('rye');
  await complete(one, ', sl', 'slow');
  await one.shows('tags: [rye, slow]');
  await one.after('Bread');
  await one.type('\n');
  await complete(one, 'weig', 'weight');
  await one.type('3');
  await one.save();
  await commits(site, 2);
  const saved = site.git('show', 'HEAD:bread.md');
  assert.match(saved, /weight: 3\ntags: \[rye, slow\]/);
  await one.page.goto(site.origin + '/bread/');
  assert.equal(await one.page.locator('main a[href="/guide/sour-dough/#feeding"]').count(), 1);
  // Of a picture whose name is not whole yet.
  await one.close([/404/]);
  await site.close();
});

test('tools, keys and tables change the text', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await one.after('Flour');
  await tool(one, 'Bold');
  await one.shows('**Flour** and water.');
  await one.page.keyboard.press('Control+b');
  await one.shows('Flour and water.');
  await one.end('\n\n');
  await one.page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'Loaf\tGrams\nrye\t500\nspelt\t1000\n');
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await one.shows('| spelt |  1000 |');
  await one.type('\n\nWeighed.');
  assert.match(await one.text(), /\| spelt \|  1000 \|\n\nWeighed\.$/, 'one goes on below the table');
  await one.page.frameLocator('iframe').locator('td', { hasText: '1000' }).waitFor();
  // Find and replace.
  await one.page.keyboard.press('Control+f');
  await one.page.getByLabel('Find', { exact: true }).fill('Oven');
  await one.page.getByLabel('Replace by').fill('Stove');
  await one.page.getByRole('button', { name: 'Replace', exact: true }).click();
  await one.page.getByRole('button', { name: 'Replace all' }).click();
  await one.page.keyboard.press('Escape');
  await one.shows('## Stove');
  // Many cursors.
  await one.after('Hot');
  await one.page.keyboard.press('Control+Alt+ArrowDown');
  await one.until(() => /×2/.test(document.querySelector('.ed-place').textContent));
  await one.page.keyboard.press('Escape');
  // Words are counted, and headings lead there.
  await one.until(() => /\d+ words/.test(document.querySelector('.ed-status').textContent));
  await tool(one, 'Outline');
  await one.page.getByRole('button', { name: 'Rest' }).click();
  await one.until(() => /Line 12/.test(document.querySelector('.ed-place').textContent));
  await one.close();
  await site.close();
});

test('a picture that is pasted is uploaded, linked and shown', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('guide/sour-dough.md');
  await one.end('\n');
  await one.page.evaluate(() => {
    const dot = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), sign => sign.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([dot], 'starter.png', { type: 'image/png' }));
    document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await one.shows('![starter](starter.png)');
  await commits(site, 2);
  assert.equal(site.git('show', '--format=', '--name-only', 'HEAD'), 'guide/starter.png');
  await one.until(() => document.querySelector('iframe').contentDocument.querySelector('img[src$="starter.png"]')?.naturalWidth === 1);
  await one.save();
  await commits(site, 3);
  await one.close();
  await site.close();
});

test('a file that is dropped is uploaded, and linked where it fell', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await one.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['%PDF-1.4'], 'The recipe.pdf', { type: 'application/pdf' }));
    const line = [...document.querySelectorAll('.cm-line')].find(line => line.textContent === 'Hot.');
    const { right, top, height } = line.getBoundingClientRect();
    const at = { clientX: right - 5, clientY: top + height / 2 };
    const event = new DragEvent('drop', { dataTransfer, ...at, bubbles: true, cancelable: true });
    line.dispatchEvent(event);
  });
  await one.shows('(The-recipe.pdf)');
  await commits(site, 2);
  assert.equal(site.git('show', 'HEAD:The-recipe.pdf'), '%PDF-1.4');
  await one.save();
  await commits(site, 3);
  assert.match(site.git('show', 'HEAD:bread.md'), /Hot\.\s*\[[^\]]+\]\(The-recipe\.pdf\)[^]*## Rest/);
  await one.close();
  await site.close();
});

test('keys of Emacs can be chosen, and stay', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await tool(one, 'Settings');
  await one.page.getByLabel('Keys').selectOption('emacs');
  await one.page.keyboard.press('Escape');
  await one.accessible('Emacs');
  const loaded = one.page.waitForResponse(/emacs[^/]*\.js/);
  await one.page.reload();
  await loaded;
  await one.after('Flour');
  await one.page.keyboard.press('Control+k');
  assert.match(await one.text(), /^Flour$/m, 'the rest of the line is killed');
  await one.page.keyboard.press('Control+a');
  await one.page.keyboard.press('Control+y');
  assert.match(await one.text(), /^ and water\.Flour$/m, 'and yanked at its beginning');
  await one.page.keyboard.press('Control+/');
  await one.page.keyboard.press('Control+/');
  await one.after('Flour');
  await one.type(', salt');
  await one.page.keyboard.press('Control+x');
  await one.page.keyboard.press('Control+s');
  await commits(site, 2);
  assert.match(site.git('show', 'HEAD:bread.md'), /Flour, salt and water\./);
  await one.close();
  await site.close();
});

for (const [name, context] of [['desktop', desktop], ['phone', phone]]) {
  test(`the wiki speaks French, on a ${name}`, async () => {
    const site = await open({ ...files, 'recto.yml': 'title: Pain\nlanguage: fr\n' });
    const one = await Writer.of(site, context);
    await one.edit('bread.md');
    await one.page.getByRole('button', { name: 'Enregistrer', exact: true }).waitFor();
    assert.equal(await one.page.getAttribute('html', 'lang'), 'fr');
    await one.accessible('editor');
    await one.end('Une heure.');
    await one.save();
    await commits(site, 2);
    for (const [path, text] of [['/bread/', 'Modifier'], ['/-/history/bread.md', 'Historique de'], ['/-/new', 'Nouvelle page'], ['/-/move/bread.md', 'Déplacer']]) {
      await one.page.goto(site.origin + path);
      assert.ok((await one.page.innerText('body')).includes(text), `${path} says ${text}`);
      await one.accessible(path);
    }
    await one.close();
    await site.close();
  });
}

test('the editor speaks the language of the site', async () => {
  const site = await open(files);
  const one = await Writer.of(site, phone);
  await one.edit('bread.md');
  for (const [language, save] of [['de', 'Speichern'], ['es', 'Guardar'], ['it', 'Salva'], ['ja', '保存'], ['nl', 'Opslaan'], ['pt', 'Guardar'], ['zh', '保存']]) {
    // What is saved is shown when the answer comes.
    await one.page.evaluate(async language => {
      const settings = '/-/api/pages/recto.yml', headers = { 'Content-Type': 'application/json' };
      const { commit } = await fetch(settings).then(response => response.json());
      await fetch(settings, { method: 'PUT', headers, body: JSON.stringify({ content: `language: ${language}\n`, base: commit }) });
    }, language);
    await one.edit('bread.md');
    await one.page.getByRole('button', { name: save, exact: true }).waitFor();
    assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${language} fits on a phone`);
  }
  await one.close();
  await site.close();
});

test('keys of Vim can be chosen, and stay', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('bread.md');
  await tool(one, 'Settings');
  await one.page.getByLabel('Keys').selectOption('vim');
  await one.page.locator('.cm-vim-panel').waitFor();
  await one.page.keyboard.press('Escape');
  await one.page.reload();
  await one.page.locator('.cm-vim-panel').waitFor();
  await one.page.click('.cm-content');
  await one.type('Gkdd:w');
  await one.page.keyboard.press('Enter');
  await commits(site, 2);
  assert.doesNotMatch(site.git('show', 'HEAD:bread.md'), /An hour/);
  await one.close();
  await site.close();
});

test('text and preview scroll in step', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.edit('guide/long.md');
  const frame = one.page.frameLocator('iframe');
  await frame.locator('[data-line="3"]').waitFor();
  await one.page.mouse.move(200, 400);
  await one.page.mouse.wheel(0, 4000);
  // What stands at the top of the text stands at the top of the page.
  await one.until(() => {
    const top = document.querySelector('.cm-scroller').getBoundingClientRect().top;
    const shown = [...document.querySelectorAll('.cm-line')].filter(line => line.getBoundingClientRect().top >= top && /^## Part/.test(line.textContent));
    const page = document.querySelector('iframe').contentDocument;
    if (page.scrollingElement.scrollTop < 1000) return false;
    const heading = [...page.querySelectorAll('h2')].find(heading => heading.textContent.startsWith(shown[0].textContent.slice(3)));
    return Math.abs(heading.getBoundingClientRect().top - shown[0].getBoundingClientRect().top + top) < 150;
  });
  await one.close();
  await site.close();
});

test('one section is edited from its heading', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.page.goto(site.origin + '/bread/');
  await one.page.hover('h2#oven');
  await one.page.click('h2#oven .edit-section');
  await one.page.waitForSelector('.ed .cm-content');
  await one.notice('You edit one section: Oven');
  assert.doesNotMatch(await one.text(), /Flour|Rest/);
  await one.page.keyboard.press('Control+End');
  await one.type(' Very hot.');
  await one.save();
  await commits(site, 2);
  assert.equal(site.git('show', 'HEAD:bread.md'), files['bread.md'].replace('Hot.', 'Hot. Very hot.').trim());
  assert.equal(site.git('log', '-1', '--format=%s'), 'Edit Bread: Oven');
  await one.close();
  await site.close();
});

test('a new page begins with a template, and a form knows its front matter', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.page.goto(site.origin + '/guide/first-steps/');
  await one.page.click('a.wiki-button');
  await one.page.waitForSelector('.ed .cm-content');
  await one.shows('title: First steps');
  await one.page.getByRole('button', { name: 'meeting' }).click();
  await one.shows('## Present');
  await tool(one, 'About the page');
  const form = one.page.locator('.ed-menu:popover-open');
  await form.getByLabel('Title').fill('First: steps');
  await one.shows('title: "First: steps"');
  await form.getByLabel('Tags').fill('rye, new');
  await one.shows('tags: [rye, new]');
  await form.getByLabel('Draft').check();
  await one.shows('draft: true');
  await form.getByLabel('Draft').uncheck();
  await one.until(() => !document.querySelector('.cm-content').innerText.includes('draft'));
  await one.page.keyboard.press('Escape');
  await one.save();
  await commits(site, 2);
  assert.equal(site.git('show', 'HEAD:guide/first-steps.md'), '---\ntitle: "First: steps"\ntags: [rye, new]\n---\n\n## Present');
  await one.close([/404/]);
  await site.close();
});

test('the form of front matter leaves TOML alone, and says when it can not be loaded', async () => {
  const site = await open({ 'toml.md': '+++\ntitle = "A"\n+++\n\nbody\n' });
  const one = await Writer.of(site);
  await one.edit('toml.md');
  await one.page.route('**/static/matter.js*', route => route.abort(), { times: 1 });
  await tool(one, 'About the page');
  await one.notice('The server can\'t be reached');
  assert.equal(await one.page.locator('.ed-menu:popover-open').count(), 0);
  await one.edit('toml.md');
  await tool(one, 'About the page');
  const form = one.page.locator('.ed-menu:popover-open');
  await form.getByLabel('Title').waitFor();
  assert.equal(await form.locator('input:enabled').count(), 0);
  await one.close([/ERR_FAILED/]);
  await site.close();
});

test('templates are offered until something is written or saved', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  const offered = one.page.getByRole('button', { name: 'meeting' });
  for (const [path, act] of [['typed.md', () => one.end('Words.')], ['saved.md', () => one.save()]]) {
    await one.edit(path);
    await offered.waitFor();
    await act();
    await offered.waitFor({ state: 'detached' });
  }
  await commits(site, 2);
  await one.close();
  await site.close();
});

test('a new page begins with the template that was chosen for it', async () => {
  const site = await open(files);
  const one = await Writer.of(site);
  await one.page.goto(`${site.origin}/-/new`);
  await one.page.fill('input[name=path]', 'guide/monday');
  await one.page.selectOption('select[name=template]', 'meeting');
  await one.page.click('button.first');
  await one.page.waitForSelector('.ed .cm-content');
  await one.shows('## Present');
  await one.end('Ada');
  await one.save();
  await commits(site, 2);
  assert.equal(site.git('show', 'HEAD:guide/monday.md'), '---\ntitle: Monday\n---\n\n## Present\nAda');
  await one.close();
  await site.close();
});

for (const [name, context] of [['desktop', desktop], ['phone', phone]]) {
  test(`the editor is accessible, on a ${name}`, async () => {
    const site = await open(files);
    const one = await Writer.of(site, context);
    const check = what => one.accessible(what);
    await one.edit('bread.md');
    await check('editor');
    await one.page.click('.cm-content');
    await one.page.keyboard.press('Control+f');
    await check('search');
    await one.page.keyboard.press('Escape');
    for (const menu of ['Heading', 'Outline', 'About the page', 'Settings']) {
      await tool(one, menu);
      await one.page.locator('.ed-menu:popover-open').waitFor();
      await check(menu);
      await one.page.keyboard.press('Escape');
    }
    if (name === 'phone') {
      await one.page.getByRole('tab', { name: 'Read' }).click();
      await check('preview');
      await one.page.getByRole('tab', { name: 'Write' }).click();
    }
    // A conflict.
    await one.after('Hot');
    await one.type('ter');
    site.write('bread.md', files['bread.md'].replace('Hot', 'Hottest'));
    site.git('commit', '-q', '-am', 'Hottest');
    await one.notice('changed lines that you changed, too');
    await check('notice');
    await one.page.getByRole('button', { name: 'Choose now' }).click();
    await one.page.locator('.ed-card').waitFor();
    await check('conflict');
    await one.page.getByRole('button', { name: 'Take both' }).click();
    await check('chosen');
    await one.page.getByRole('button', { name: 'Save the result' }).click();
    await commits(site, 3);
    await one.close();
    await site.close();
  });
}
