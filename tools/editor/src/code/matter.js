// Where the front matter of a page is, as the server finds it.

// `{ from, to, text }` of what stands between the two lines of `---`; null without them. `+++` is TOML, which is left to its author.
export function matterOf(text) {
  const found = /^\ufeff?---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  if (!found || !hasKeys(found[1])) return null;
  const from = text.indexOf('\n') + 1;
  return { from, to: from + found[1].length, text: found[1] };
}

// What stands between two lines across the page has no keys.
function hasKeys(text) {
  const lines = text.split('\n').map(line => line.trimEnd());
  const first = lines.findIndex(line => line && !line.startsWith('#'));
  if (first < 0) return !text.trim();
  const end = lines.indexOf('', first);
  return /^\s*(?:[{?]|"[^"]*"\s*:|'[^']*'\s*:|[^\s\-#[>|*!%@`{?"'].*?:(?:\s|$))/.test(lines[first])
    || lines.slice(first + 1, end).some(line => /^[\p{L}\p{N}_.-]+:(?:\s|$)/u.test(line));
}
