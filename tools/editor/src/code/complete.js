// What is offered while typing: pages after `[[`, links after `](`, headings after `#`, tags and keys in the front matter,
// emoji after `:`, boxes after `> [!` and `:::`. Names come from the server, a few at a time, so large wikis cost no more.

import { ask } from '../base/api.js';
import { headings } from './outline.js';
import { matterOf } from './matter.js';

// Keys of front matter with what can stand there; content/guide/front-matter.md is their documentation.
const KEYS = {
  title: '', description: '', date: 'date', updated: 'date', draft: ['true', 'false'], publish: 'date', expire: 'date', tags: 'tags', aliases: '', redirect: 'pages',
  weight: '', layout: ['page', 'section', 'landing'], lang: '', toc: ['true', 'false'], search: ['true', 'false'], sort: ['weight', 'date', 'title', 'path'],
  order: ['asc', 'desc'], paginate: '', cascade: '', extra: '',
};
const BOXES = ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION', 'INFO', 'DANGER', 'QUESTION', 'SUCCESS', 'EXAMPLE'];
const CONTAINERS = ['note', 'tip', 'important', 'warning', 'caution', 'details', 'tabs', 'tab', 'steps', 'columns', 'column', 'card', 'figure', 'code-group'];
const MAX_ANSWERS = 40;

export function completions(page) {
  const names = query => ask('GET', `names?${new URLSearchParams({ from: page.path, ...query })}`).then(answer => answer.names ?? []).catch(() => []);

  // Each: what is before the cursor on the line, and what is offered for it.
  const sources = [
    [/!\[\[([^\][|#\n]*)$/, async ([, q]) => [...await names({ kind: 'files', q }), ...await names({ kind: 'pages', q })].map(named(']]'))],
    [/\[\[([^\][|#\n]*)#([^\][|\n]*)$/, async ([, target, q], context) => (await headingsOf(target, context)).filter(matches(q)).map(heading => option(heading.text, { detail: '#' + heading.id, close: ']]' })), 2],
    [/\[\[([^\][|#\n]*)$/, async ([, q]) => (await names({ kind: 'pages', q })).map(named(']]'))],
    [/\]\(([^()\s#]*)#([^()\s]*)$/, async ([, target, q], context) => (await headingsOf(target, context)).filter(matches(q)).map(heading => option(heading.id, { detail: heading.text, close: ')' })), 2],
    [/(!?)\[[^\][\n]*\]\(([^()\s#:]*)$/, async ([, isImage, q]) => {
      const files = names({ kind: 'files', q });
      const found = isImage ? await files : [...await names({ kind: 'pages', q }), ...await files];
      return found.map(({ link, title, name }) => option(link, { insert: address(link), detail: title ?? name, close: ')' }));
    }, 2],
    [/^>\s*\[!(\w*)$/, async () => BOXES.map(box => option(box, { close: ']' }))],
    [/^:{3,}([\w-]*)$/, async () => CONTAINERS.map(container => option(container, { more: `\n\n:::`, back: 4 }))],
    [/(?:^|[\s(])(:[a-z0-9_+-]{2,})$/, ([, q]) => emoji(q.slice(1))],
  ];

  // Another page's headings are asked for; this one's are known here, also those that aren't saved.
  async function headingsOf(target, context) {
    if (!target) return headings(context.state);
    return (await names({ kind: 'headings', page: target })).map(({ name, id }) => ({ text: name, id }));
  }

  async function inMatter(context, line, before) {
    const text = context.state.doc.toString();
    const matter = matterOf(text);
    if (!matter || context.pos < matter.from || context.pos > matter.to) return null;
    const key = /^([\w-]*)$/.exec(before);
    if (key) {
      const known = new Set([...matter.text.matchAll(/^([\w-]+):/gm)].map(([, name]) => name));
      const options = Object.keys(KEYS).filter(name => !known.has(name) || name === key[1]);
      return answer(context, key[1], options.map(name => ({ label: name, type: 'keyword', apply: line.text.slice(before.length).startsWith(':') ? name : `${name}: ` })), true);
    }
    const value = /^([\w-]+):\s*(?:\[(?:.*,)?\s*)?([^,\]]*)$/.exec(before) ?? /^\s*-\s+()(.*)$/.exec(before);
    if (!value) return null;
    const inList = value[1] || lastKey(text.slice(matter.from, line.from));
    const kind = KEYS[inList];
    if (kind === 'tags') return answer(context, value[2], (await names({ kind: 'tags', q: value[2] })).map(({ name, count }) => option(name, { detail: count ? String(count) : '' })));
    if (kind === 'pages') return answer(context, value[2], (await names({ kind: 'pages', q: value[2] })).map(({ link, title }) => option(link, { detail: title })));
    if (kind === 'date') return answer(context, value[2], [option(new Date().toLocaleDateString('sv'))], true);
    return Array.isArray(kind) ? answer(context, value[2], kind.map(label => option(label)), true) : null;
  }

  return async context => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (page.kind !== 'markdown') return null;
    const matter = await inMatter(context, line, before);
    if (matter) return matter;
    for (const [pattern, offer, group = 1] of sources) {
      const found = pattern.exec(before);
      if (found) return answer(context, found[group], await offer(found, context), pattern.source.includes('[!') || pattern.source.includes(':{3'));
    }
    return null;
  };
}

const lastKey = text => [...text.matchAll(/^([\w-]+):/gm)].at(-1)?.[1] ?? '';
const matches = q => ({ text, id }) => `${text}\n${id}`.toLowerCase().includes(q.toLowerCase());
const answer = (context, typed, options, isFiltered = false) => options.length
  ? { from: context.pos - typed.length, options: options.slice(0, isFiltered ? undefined : MAX_ANSWERS), filter: isFiltered, ...(isFiltered && { validFor: /^[\w-]*$/ }) } : null;

// Where a link leads, as Markdown has it.
const address = link => /[\s()<>]/.test(link) ? `<${link}>` : link;
const named = close => ({ name, title, path }) => option(name, { detail: title && title !== name ? title : path, close });

// An offer that ends with `close`, unless that is there already, and then goes on `more`, `back` before its end.
function option(label, { detail = '', insert: text = label, close = '', more = '', back = 0 } = {}) {
  return {
    label,
    detail,
    apply(view, _, from, to) {
      const has = close && view.state.sliceDoc(to, to + close.length) === close;
      const insert = text + close + more;
      view.dispatch({ changes: { from, to: has ? to + close.length : to, insert }, selection: { anchor: from + insert.length - back }, userEvent: 'input.complete' });
    },
  };
}

let known;
async function emoji(q) {
  known ??= import('./emoji.js').then(({ names }) => names.split('\n').map(line => line.split(' ')));
  known.catch(() => { known = undefined; });
  const found = [];
  for (const [sign, ...names] of await known) {
    const name = names.find(name => name.startsWith(q)) ?? names.find(name => name.includes(q));
    if (name) found.push([!name.startsWith(q), name.length, name, sign]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return found.slice(0, MAX_ANSWERS).map(([, , name, sign]) => ({ label: `:${name}:`, displayLabel: `${sign}  ${name}` }));
}
