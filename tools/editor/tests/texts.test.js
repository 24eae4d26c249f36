// Every language says all that English says, and what can be said of things says so.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { en } from '../src/texts/en.js';

const folder = new URL('../src/texts/', import.meta.url);
const languages = readdirSync(folder).map(name => name.replace('.js', '')).filter(name => !['en', 'texts'].includes(name));
const shape = value => Array.isArray(value) ? value.length : typeof value === 'function' ? `of ${value.length}` : typeof value;
const keys = texts => Object.keys(texts).filter(key => key !== 'codemirror').sort();

for (const language of languages) {
  test(`${language} says all`, async () => {
    const { texts } = await import(`${folder}${language}.js`);
    assert.deepEqual(keys(texts), keys(en));
    assert.deepEqual(Object.keys(texts.fields), Object.keys(en.fields));
    for (const key of keys(en)) {
      assert.equal(shape(texts[key]), shape(en[key]), key);
      if (typeof en[key] !== 'function') continue;
      const said = texts[key]('ONE', 'TWO');
      for (const word of ['ONE', 'TWO'].slice(0, en[key].length)) assert.ok(said.includes(word), `${key}: ${said}`);
    }
    const others = Object.keys((await import(`${folder}fr.js`)).texts.codemirror);
    assert.deepEqual(Object.keys(texts.codemirror), others);
  });
}
