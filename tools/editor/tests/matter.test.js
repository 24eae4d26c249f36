// The form of front matter: it changes what it was asked to change, and leaves the rest as it was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matterOf } from '../src/code/matter.js';
import { entry, formOf, list, scalar, set, write } from '../src/code/values.js';

const after = (page, key, value, options) => {
  const change = set(page, key, value, options);
  return change ? page.slice(0, change.from) + change.insert + page.slice(change.to) : page;
};

test('front matter is where the server finds it', () => {
  for (const [page, text] of [
    ['---\na: 1\n---\nbody', 'a: 1\n'], ['\ufeff---\na: 1\n...\n', 'a: 1\n'], ['---\n---\nbody', ''], ['---\n# a comment\n\na: 1\n---', '# a comment\n\na: 1\n'],
    ['---\ntitle x\ndate: 2024-01-01\n---\n', 'title x\ndate: 2024-01-01\n'], ['---\n"a b": 1\n---\n', '"a b": 1\n'],
    ['---\nWords between two lines.\n\n---\n', null], ['---\n# Slide\n---\n', null], ['---\n- a\n---\n', null], ['---\na: 1\n', null], ['+++\na = 1\n+++\n', null], ['# A\n---\n', null],
  ]) assert.equal(matterOf(page)?.text ?? null, text, JSON.stringify(page));
});

test('a form knows what it can change', () => {
  assert.equal(formOf('# A\n'), '');
  assert.equal(formOf('---\n# why\ntitle: A\n---\n'), '# why\ntitle: A\n');
  for (const page of ['+++\ntitle = "A"\n+++\n', '---\n{title: A}\n---\n', '---\n  title: A\n---\n', '---\n? title\n: A\n---\n']) assert.equal(formOf(page), null, page);
});

test('values are shown as they are meant, or not at all', () => {
  for (const [value, shown] of [
    ['A # why', 'A'], ['C#', 'C#'], ['"a # b" # say "b"', 'a # b'], ["'it''s' # it's", "it's"], ['# nothing', ''], ['"\\u00e9"', 'é'], ['"\\x41"', null], ["'a' b", null],
    ['A\n  and more', null], ['|\n  A', null], ['*a', null], ['{a: b}', null], ['A\n  # why', null],
  ]) assert.equal(scalar(value), shown, value);
  for (const [value, shown] of [
    ['', []], ['a', ['a']], ['[a, "b c", \'d\'] # why', ['a', 'b c', 'd']], ['[a,\n  b]', ['a', 'b']], ['\n- a\n- b', ['a', 'b']], ['\n  - a\n\n  - "b"', ['a', 'b']],
    ['["a, b", c]', null], ['- a # why\n- b', null], ['[a, # why\n b]', null], ['[[a], b]', null], ['- a: b\n  c: d', null], ['[a, *b]', null], ['- - a', ['- a']],
  ]) assert.deepEqual(list(value), shown, value);
});

test('a change leaves all else as it was', () => {
  const page = '---\n# first\ntitle: A # why\n\ntags:\n- a\n- b\n# last\ntitles: 1\n---\nbody\n';
  assert.equal(after(page, 'title', 'B'), page.replace('A #', 'B #'));
  assert.equal(after(page, 'tags', '[c]'), page.replace('tags:\n- a\n- b', 'tags: [c]'));
  assert.equal(after(page, 'title', ''), page.replace('title: A # why\n', ''));
  assert.equal(after(page, 'title', '', { isTyping: true }), page.replace('A #', '#'));
  assert.equal(after(page, 'date', '2024-01-01'), page.replace('---\nbody', 'date: 2024-01-01\n---\nbody'));
  assert.equal(after('\ufeff# A\n', 'title', 'B'), '\ufeff---\ntitle: B\n---\n\n# A\n');
  assert.equal(after('---\nWords.\n\n---\n', 'title', 'B'), '---\ntitle: B\n---\n\n---\nWords.\n\n---\n');
  assert.equal(entry('subtitle: A\ntext: |\n  title: B\ntitle: C\n', 'title').value, 'C');
  assert.equal(entry('title:A\n', 'title'), null);
});

test('what is written is read as the same', () => {
  for (const text of ['A', 'a: b', '- a', '#1', '"', "'", 'true', '2024', '1.5', 'a\\b', '[a]', 'é – x', '@a', 'C# 7', 'a # b', '~']) assert.equal(scalar(write(text)), text);
});
