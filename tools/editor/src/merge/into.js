// Brings a text that became another one into the editor, so that the cursor stays where it is.

import { diff } from './diff.js';

// The changes of CodeMirror that make `next` of `text`, as small as lines allow.
export function changesTo(text, next) {
  if (text === next) return [];
  const a = text.split('\n'), b = next.split('\n');
  const starts = offsets(a), ends = offsets(b);
  return diff(a, b).map(({ from, to, bFrom, bTo }) => {
    // The last line has no line break behind it: what changes there takes the one before it.
    const back = to === a.length ? (from > 0 ? 1 : 0) : 0;
    const end = to === a.length ? 1 : 0;
    return trimmed(text, next, { from: starts[from] - back, to: starts[to] - end, bFrom: ends[bFrom] - back, bTo: ends[bTo] - end });
  });
}

// Where each line begins, and one behind the end.
function offsets(lines) {
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1);
  return starts;
}

// Without what is the same at both ends.
function trimmed(text, next, { from, to, bFrom, bTo }) {
  while (from < to && bFrom < bTo && text[from] === next[bFrom]) { from++; bFrom++; }
  while (to > from && bTo > bFrom && text[to - 1] === next[bTo - 1]) { to--; bTo--; }
  return { from, to, insert: next.slice(bFrom, bTo) };
}
