// Merging in the browser: nothing is lost, whatever two people do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../src/merge/diff.js';
import { changesTo } from '../src/merge/into.js';
import { merge, mergeLines, mergeText } from '../src/merge/merge.js';

// The same numbers in each run.
function rng(seed) {
  return n => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
}

function edited(lines, next, sign) {
  const result = [...lines];
  for (let n = next(4); n > 0; n--) {
    const at = next(result.length + 1);
    result.splice(at, next(3), ...Array.from({ length: next(3) }, () => `${sign}${next(1000)} ${next(3)}`));
  }
  return result;
}

const applied = (a, b, hunks) => {
  const result = [...a];
  for (const { from, to, bFrom, bTo } of [...hunks].reverse()) result.splice(from, to - from, ...b.slice(bFrom, bTo));
  return result;
};

test('a difference makes the one of the other', () => {
  const next = rng(1);
  for (let n = 0; n < 5000; n++) {
    const a = Array.from({ length: next(12) }, () => String(next(4))), b = Array.from({ length: next(12) }, () => String(next(4)));
    assert.deepEqual(applied(a, b, diff(a, b)), b);
  }
  assert.equal(diff(['a', 'b', 'c'], ['a', 'x', 'c']).length, 1);
});

test('what both did is in the result, or is handed back', () => {
  const next = rng(2);
  for (let n = 0; n < 5000; n++) {
    const base = Array.from({ length: next(10) }, (_, line) => `line ${line}`);
    const ours = edited(base, next, 'o'), theirs = edited(base, next, 't');
    const parts = merge(base, ours, theirs);
    const all = parts.flatMap(part => part.text ?? [...part.ours, ...part.theirs]).join('\n');
    for (const line of [...ours, ...theirs].filter(line => /^[ot]\d/.test(line))) assert.ok(all.includes(line), `${line} is lost`);
    // Each side's choice in all places, without what merged, is that side again when the other changed nothing.
    assert.deepEqual(merge(base, ours, base).flatMap(part => part.text), ours);
    assert.deepEqual(merge(base, base, theirs).flatMap(part => part.text), theirs);
    assert.deepEqual(merge(base, ours, ours).flatMap(part => part.text), ours);
  }
});

test('changes for the editor make the text', () => {
  const next = rng(3);
  const letters = ['a', 'b', '\n', ''];
  const text = () => Array.from({ length: next(14) }, () => letters[next(4)]).join('');
  for (let n = 0; n < 20000; n++) {
    const [a, b] = [text(), text()];
    let at = 0, result = '';
    for (const { from, to, insert } of changesTo(a, b)) { assert.ok(from >= at, 'in order'); result += a.slice(at, from) + insert; at = to; }
    assert.equal(result + a.slice(at), b, JSON.stringify([a, b, changesTo(a, b)]));
  }
});

test('two words of one line are merged, the same word is not', () => {
  assert.equal(mergeText('The quick brown fox.\n', 'The slow brown fox.\n', 'The quick brown dog.\n'), 'The slow brown dog.\n');
  assert.equal(mergeText('a\nb\nc\n', 'a1\nb\nc\n', 'a\nb\nc2\n'), 'a1\nb\nc2\n');
  const parts = mergeLines('One\nfox\n', 'One\nowl\n', 'One\ncat\n');
  assert.deepEqual(parts, [{ text: ['One'] }, { base: ['fox'], ours: ['owl'], theirs: ['cat'] }, { text: [''] }]);
});

test('what stands above a text does not touch its first line', () => {
  const above = '---\naliases: [/a/]\n---\n';
  assert.equal(mergeText('# A\n', '# Ada\n', above + '# A\n', true), above + '# Ada\n');
  assert.equal(mergeText('---\ntitle: A\n---\n# A\n', '---\ntitle: B\n---\n# B\n', '---\naliases: [/a/]\ntitle: A\n---\n# A\n', true), '---\naliases: [/a/]\ntitle: B\n---\n# B\n');
  assert.equal(mergeText('', 'a\n', '---\nx: 1\n---\n', true), '---\nx: 1\n---\na\n');
  assert.equal(mergeText('---\n# One\n\nx\n', '---\n# One!\n\nx\n', '---\n# One\n\nx\n---\n# Two\n', true), '---\n# One!\n\nx\n---\n# Two\n');
});
