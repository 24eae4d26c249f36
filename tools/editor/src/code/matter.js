// The front matter of a page as text: where it is, and single values of it, read and written by line so that comments and
// everything else stay as they are.

// `{ from, to, text }` of what stands between the two lines of `---`; null without them.
export function matterOf(text) {
  const found = /^---[ \t]*\n([\s\S]*?)(^---[ \t]*(?:\n|$))/m.exec(text);
  if (!found || found.index !== 0) return null;
  const from = text.indexOf('\n') + 1;
  return { from, to: from + found[1].length, text: found[1] };
}

// Where a key of the first level is: its lines from `from` to `to`, and the text of its value.
export function entry(text, key) {
  const pattern = new RegExp(`^(?:${key}|"${key}"|'${key}')[ \\t]*:[ \\t]*(.*(?:\\n(?:[ \\t]+.*|- .*|[ \\t]*$))*)(?:\\n|$)`, 'm');
  const found = pattern.exec(text);
  return found ? { from: found.index, to: found.index + found[0].length, value: found[1].trimEnd() } : null;
}

// A value as a form shows it; null for one that only YAML can say.
export function scalar(value) {
  const text = value.replace(/(^|\s)#(?![^"']*["']\s*$).*$/gm, (whole, before) => before ? '' : whole).trim();
  if (/^[|>&*!{[]/.test(text) || /\n/.test(text)) return null;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  if (quoted) { try { return JSON.parse(text); } catch { return null; } }
  const single = /^'((?:[^']|'')*)'$/.exec(text);
  return single ? single[1].replaceAll("''", "'") : text;
}

// A list of texts: `[a, b]`, or a line with `- ` for each.
export function list(value) {
  const text = value.trim();
  if (!text) return [];
  if (text.startsWith('[') && text.endsWith(']')) {
    const items = text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\n]+/g) ?? [];
    return items.map(item => scalar(item.trim()) ?? item.trim()).filter(Boolean);
  }
  const lines = text.split('\n').map(line => line.trim()).filter(Boolean);
  if (lines.every(line => line.startsWith('- '))) return lines.map(line => scalar(line.slice(2)) ?? line.slice(2));
  const one = scalar(text);
  return one === null ? null : [one];
}

const isPlain = text => /^[\p{L}\p{N}/._][\p{L}\p{N} _./()’+-]*$/u.test(text) && !/^(true|false|yes|no|on|off|null|~)$/i.test(text) && !/[ :]$/.test(text);

// A text as YAML says it.
export const write = text => isPlain(text) && !/^[\d.+-][\d._:eExX+-]*$/.test(text) ? text : JSON.stringify(text);
export const writeList = items => `[${items.map(item => /[,[\]{}]/.test(item) ? JSON.stringify(item) : write(item)).join(', ')}]`;

// The change that gives a key a value, as `{ from, to, insert }` of the whole page; null for nothing to do. No value takes it away.
export function set(page, key, value) {
  const matter = matterOf(page);
  if (!matter) return value ? { from: 0, to: 0, insert: `---\n${key}: ${value}\n---\n\n` } : null;
  const have = entry(matter.text, key);
  if (!have) return value ? { from: matter.to, to: matter.to, insert: `${key}: ${value}\n` } : null;
  return { from: matter.from + have.from, to: matter.from + have.to, insert: value ? `${key}: ${value}\n` : '' };
}
