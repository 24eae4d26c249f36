// Single values of front matter, read and written by line so that comments and everything else stay as they are.

import { matterOf } from './matter.js';

// What a form can read and write of a page: its front matter, empty when there is none; null for one in a form of its own, such as TOML.
export function formOf(page) {
  const matter = matterOf(page);
  if (!matter) return /^\ufeff?\+\+\+[ \t]*\n/.test(page) ? null : '';
  const first = matter.text.split('\n').find(line => line.trim() && !line.startsWith('#'));
  return !first || /^["'\p{L}\p{N}_]/u.test(first) ? matter.text : null;
}

// Where a key of the first level is: its lines from `from` to `to`, and the text of its value.
export function entry(text, key) {
  const more = '\\n(?:[ \\t]*\\n)*(?:[ \\t]+\\S.*|-(?:[ \\t].*)?(?=\\n|$))';
  const pattern = new RegExp(`^(?:${key}|"${key}"|'${key}')[ \\t]*:(?=[ \\t\\n]|$)[ \\t]*(.*(?:${more})*)(?:\\n|$)`, 'm');
  const found = pattern.exec(text);
  return found ? { from: found.index, to: found.index + found[0].length, value: found[1].trimEnd() } : null;
}

// `[text, comment]` of a value in one line; nothing for one in several.
function parts(value) {
  const found = /^("(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')([ \t]+#.*)?$/.exec(value) ?? /^(.*?)((?:^|[ \t]+)#.*)?$/.exec(value);
  return found ? [found[1], found[2]?.trim() ?? ''] : [];
}

// A value as a form shows it; null for one that only YAML can say.
export function scalar(value) {
  const [text] = parts(value);
  if (text === undefined || /^[|>&*!{[%@`]/.test(text)) return null;
  if (text.startsWith('"')) { try { return JSON.parse(text); } catch { return null; } }
  if (!text.startsWith("'")) return text;
  const single = /^'((?:[^']|'')*)'$/.exec(text);
  return single ? single[1].replaceAll("''", "'") : null;
}

// A list of texts: `[a, b]`, or a line with `- ` for each; null for one that doesn't fit between commas, or has comments inside.
export function list(value) {
  const text = value.trim();
  if (!text) return [];
  const flow = /^\[([^[\]{}]*)\](?:[ \t]+#.*)?$/.exec(text);
  const lines = text.split('\n').map(line => line.trim()).filter(Boolean);
  const isBlock = /^-(\s|$)/.test(text);
  if (isBlock && !lines.every(line => /^-[ \t]/.test(line))) return null;
  const items = flow ? flow[1].match(/\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*|[^,]+/g) ?? [] : isBlock ? lines.map(line => line.slice(2)) : [text];
  const known = items.map(item => item.trim()).filter(Boolean);
  const texts = known.map(scalar);
  const isSimple = texts.every((item, at) => item !== null && !item.includes(',') && (!parts(known[at])[1] || known.length === 1 && !isBlock));
  return isSimple ? texts.filter(Boolean) : null;
}

const isPlain = text => /^[\p{L}\p{N}/._][\p{L}\p{N} _./()’+-]*$/u.test(text) && !/^(true|false|yes|no|on|off|null|~)$/i.test(text) && !/[ :]$/.test(text);

// A text as YAML says it.
export const write = text => isPlain(text) && !/^[\d.+-][\d._:eExX+-]*$/.test(text) ? text : JSON.stringify(text);
export const writeList = items => `[${items.map(item => /[,[\]{}]/.test(item) ? JSON.stringify(item) : write(item)).join(', ')}]`;

// The change that gives a key a value, as `{ from, to, insert }` of the whole page; null for nothing to do. No value takes it away,
// or leaves its place while somebody `isTyping`.
export function set(page, key, value, { isTyping = false } = {}) {
  const matter = matterOf(page), top = page.startsWith('\ufeff') ? 1 : 0;
  if (!matter) return value ? { from: top, to: top, insert: `---\n${key}: ${value}\n---\n\n` } : null;
  const have = entry(matter.text, key);
  if (!have) return value ? { from: matter.to, to: matter.to, insert: `${key}: ${value}\n` } : null;
  const [, comment] = parts(have.value);
  return { from: matter.from + have.from, to: matter.from + have.to, insert: value || isTyping ? `${[`${key}:`, value, comment].filter(Boolean).join(' ')}\n` : '' };
}
