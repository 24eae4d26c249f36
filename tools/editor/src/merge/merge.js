// Two changes of one text become one: by line, and in prose by word where lines clash. What can't be put together is handed back
// as it is. The server merges saves in the same way (src/wiki/merge.rs).

import { diff } from './diff.js';

// The parts of the result, in order: `{ text }`, or `{ base, ours, theirs }` where somebody has to choose. All are lists of lines.
export function merge(base, ours, theirs, isProse = true) {
  const parts = [];
  const push = lines => {
    if (!lines.length) return;
    if (parts.at(-1)?.text) parts.at(-1).text.push(...lines);
    else parts.push({ text: [...lines] });
  };
  for (const group of groups(base, ours, theirs)) {
    if (!group.isClash) { push(group.lines); continue; }
    const words = isProse && byWord(group);
    if (words) push(words);
    else parts.push({ base: group.base, ours: group.ours, theirs: group.theirs });
  }
  return parts;
}

// The merged text, or null when somebody has to choose.
export function mergeText(base, ours, theirs, isProse) {
  if (ours === theirs || theirs === base) return ours;
  if (ours === base) return theirs;
  const parts = mergeLines(base, ours, theirs, isProse);
  return parts.every(part => part.text) ? joined(parts) : null;
}

export function mergeLines(base, ours, theirs, isProse = true) {
  // What one side puts above a text, such as the address that a move leaves, doesn't touch its first line.
  const texts = [base, ours, theirs].map(text => [text.split('\n'), isProse ? MATTER.exec(text)?.[0].split('\n').length ?? 0 : 0]);
  return [merge(...texts.map(([lines, n]) => lines.slice(0, n)), isProse), merge(...texts.map(([lines, n]) => lines.slice(n)), isProse)].flat();
}
const MATTER = /^\uFEFF?(---|\+\+\+)\s*\n[\w-]+\s*[:=][^]*?\n(\1|\.\.\.)[ \t]*(?=\n|$)/;
export const joined = parts => parts.flatMap(part => part.text).join('\n');

// Stretches of the base with what became of them: `{ lines }` where at most one has changed them, else a clash.
// Changes belong together that touch, or when `isNear` says so of what lies between them.
function groups(base, ours, theirs, isNear = gap => !gap.length) {
  const mine = diff(base, ours), others = diff(base, theirs);
  const found = [];
  let at = 0, i = 0, j = 0, shiftMine = 0, shiftOthers = 0;
  while (i < mine.length || j < others.length) {
    const from = Math.min(mine[i]?.from ?? Infinity, others[j]?.from ?? Infinity);
    if (from > at) found.push({ lines: base.slice(at, from) });
    let to = from;
    const [firstMine, firstOthers] = [i, j];
    // Changes of one side alone are no clash, however near; nobody can say which comes first of those of both.
    const joins = change => change && (change.from <= to || isNear(base.slice(to, change.from)));
    for (let grew = true; grew;) {
      grew = false;
      while (joins(mine[i])) { to = Math.max(to, mine[i++].to); grew = true; }
      while (joins(others[j])) { to = Math.max(to, others[j++].to); grew = true; }
    }
    const nextShiftMine = shift(mine, i), nextShiftOthers = shift(others, j);
    const part = { base: base.slice(from, to), ours: ours.slice(from + shiftMine, to + nextShiftMine), theirs: theirs.slice(from + shiftOthers, to + nextShiftOthers) };
    if (firstMine === i) found.push({ lines: part.theirs });
    else if (firstOthers === j || same(part.ours, part.theirs)) found.push({ lines: part.ours });
    else found.push({ ...part, isClash: true });
    [shiftMine, shiftOthers, at] = [nextShiftMine, nextShiftOthers, to];
  }
  if (at < base.length) found.push({ lines: base.slice(at) });
  return found;
}

// How much longer the other text is, up to a change.
const shift = (changes, n) => n ? changes[n - 1].bTo - changes[n - 1].to : 0;
const same = (a, b) => a.length === b.length && a.every((line, n) => line === b[n]);

function byWord(group) {
  // Where one side has nothing, it took away what the other changed; where both began with nothing, no order is right.
  if ([group.base, group.ours, group.theirs].some(lines => !lines.join('').trim())) return null;
  const [base, ours, theirs] = [group.base, group.ours, group.theirs].map(lines => words(lines.join('\n')));
  const isNear = gap => !gap.some(token => /[\n\p{L}\p{N}]/u.test(token));
  const parts = groups(base, ours, theirs, isNear);
  return parts.some(part => part.isClash) ? null : parts.flatMap(part => part.lines).join('').split('\n');
}

// Words, spaces, and each other character for itself.
export const words = text => text.match(/[\p{L}\p{N}\p{M}_]+|[ \t]+|[^]/gu) ?? [];
