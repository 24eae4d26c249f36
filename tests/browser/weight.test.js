// What a page of our own site weighs, and that its HTML is valid: built as it is published.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HtmlValidate } from 'html-validate';
import { BuiltSite } from './built.js';
import { root } from './site.js';

const MAX_SCRIPTS = 20_000, MAX_STYLES = 15_000;
// Not compressed: each page of the output has them.
const MAX_INLINE = 12_000;
const pages = ['/', '/guide/', '/guide/markdown/', '/guide/code/', '/glossary/', '/changelog/', '/reference/config/', '/fr/start/', '/tags/'];

// Built for the first test, closed by the last.
let built;
const ours = () => built ??= BuiltSite.ofFolder(root);

test('a page loads at most 20 KB of scripts and 15 KB of style sheets, and reads the same without any', async () => {
  const site = await ours();
  for (const path of pages) {
    site.asked = [];
    await site.page.goto(site.origin + path, { waitUntil: 'networkidle' });
    const text = await site.page.$eval('article', article => article.textContent.length);
    const weight = ending => site.asked.filter(({ path }) => path.endsWith(ending))
      .map(({ path }) => gzipSync(readFileSync(join(site.dir, 'public', path))).length).reduce((sum, length) => sum + length, 0);
    const inline = await site.page.$$eval('style', styles => styles.map(style => style.textContent).join(''));
    assert.ok(inline.length > 0 && inline.length <= MAX_INLINE, `${path}: ${inline.length} bytes of styles in the page`);
    const scripts = weight('.js'), styles = weight('.css') + gzipSync(inline).length;
    assert.ok(scripts > 0 && scripts <= MAX_SCRIPTS, `${path}: ${scripts} bytes of scripts`);
    assert.ok(styles > 0 && styles <= MAX_STYLES, `${path}: ${styles} bytes of style sheets`);
    assert.ok(text > 5, `${path}: the text is in the page`);
  }
  site.asked = [];
  const plain = await site.reader({ javaScriptEnabled: false });
  await plain.page.goto(`${site.origin}/guide/markdown/`);
  assert.deepEqual(site.asked.filter(({ path }) => path.endsWith('.js')), []);
  assert.equal(await plain.page.isVisible('article h2'), true);
  assert.deepEqual(plain.problems, []);
  await plain.context.close();
});

test('every page of our site is valid HTML', async () => {
  const site = await ours();
  const validator = new HtmlValidate({ extends: ['html-validate:standard'] });
  const folder = join(site.dir, 'public');
  const files = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.html'));
  assert.ok(files.length > 50);
  for (const name of files) {
    const report = await validator.validateString(readFileSync(join(folder, name), 'utf8'));
    const problems = report.results.flatMap(result => result.messages.map(({ line, ruleId, message }) => `${name}:${line} ${ruleId}: ${message}`));
    assert.deepEqual(problems, []);
  }
  await site.close();
});
