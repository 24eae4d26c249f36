// The wiki in the browser: pages of tests that edit.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PATIENCE, Site, openPage } from './site.js';

// The wiki's pages run no script that is put into them; what the debugger evaluates is none of theirs.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const desktop = { viewport: { width: 1280, height: 800 } };
export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };

// Somebody with a browser in front of the wiki.
export class Writer {
  constructor(site) { Object.assign(this, { site, origin: site.origin }); }
  static async of(site, context = desktop) {
    const writer = new Writer(site);
    await openPage(writer, context);
    return writer;
  }
  async edit(path) {
    await this.page.goto(`${this.origin}/-/edit/${path}`);
    await this.page.waitForSelector('.ed .cm-content');
  }
  // Puts the cursor behind some text of the editor.
  async after(text) {
    await this.page.evaluate(text => {
      const walker = document.createTreeWalker(document.querySelector('.cm-content'), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(text);
        if (at < 0) continue;
        getSelection().collapse(walker.currentNode, at + text.length);
        document.querySelector('.cm-content').focus();
        return;
      }
      throw new Error(`no ${text}`);
    }, text);
  }
  async end(words = '') {
    await this.page.click('.cm-content');
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(words);
  }
  async type(words) { await this.page.keyboard.type(words); }
  async save() { await this.page.keyboard.press('Control+s'); }
  // The text as it stands in the editor, as far as it is in sight.
  text() { return this.page.$$eval('.cm-line', lines => lines.map(line => line.textContent).join('\n')); }
  until(check, argument) { return this.page.waitForFunction(check, argument, { timeout: PATIENCE, polling: 20 }); }
  shows(text) { return this.until(text => document.querySelector('.cm-content').innerText.includes(text), text); }
  // What axe-core has to say about what is shown, by day and by night.
  async accessible(what) {
    if (!await this.page.evaluate(() => 'axe' in window)) await this.page.evaluate(axe);
    for (const colorScheme of ['light', 'dark']) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await this.page.evaluate(async () => {
        const { violations } = await window.axe.run({ exclude: ['iframe'] });
        return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
      });
      assert.deepEqual(found, [], `${what} ${colorScheme}`);
    }
  }
  notice(text) { return this.page.locator('.ed-notice', { hasText: text }).first().waitFor(); }
  async close(expected = []) {
    assert.deepEqual(this.problems.filter(problem => !expected.some(pattern => pattern.test(problem))), []);
    await this.context.close();
  }
}

// Waits until something holds on the side of the server.
export async function until(check) {
  const end = Date.now() + PATIENCE;
  while (!await check()) {
    assert.ok(Date.now() < end, `in time: ${check}`);
    await new Promise(done => setTimeout(done, 20));
  }
}

// Waits until the branch has so many commits.
export async function commits(site, n) {
  const count = () => Number(site.git('rev-list', '--count', 'HEAD'));
  await until(() => count() >= n);
  assert.equal(count(), n);
}

// What is kept of a file, or of all, that is not in the branch. A save forgets its own after its commit is there to be seen.
export async function drafts(site, path = '') {
  const answer = await fetch(`${site.origin}/-/api/drafts/${path}`.replace(/\/$/, ''));
  return (await answer.json()).drafts;
}
export const noDrafts = (site, path) => until(async () => !(await drafts(site, path)).length);

export const open = (files, options) => Site.open(files, { wiki: true, ...options });
