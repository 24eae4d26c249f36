// A form for what a page says about itself. It reads and writes the YAML at the top of the text, key by key, and leaves alone
// what it doesn't know.

import { entry, formOf, list, scalar, set, write, writeList } from '../code/values.js';
import { h } from '../base/dom.js';
import { say } from '../texts/texts.js';
import { ask } from '../base/api.js';

const FIELDS = [
  ['title', 'text'], ['description', 'long'], ['tags', 'list'], ['date', 'date'], ['aliases', 'list'], ['draft', 'flag'],
];

export function matterForm(sheet, session) {
  const text = formOf(session.text());
  const tags = h('datalist', { id: 'ed-tags' });
  sheet.replaceChildren(h('form.ed-form', { onsubmit: event => event.preventDefault() }, ...FIELDS.map(([key, kind]) => field(session, text, key, kind)), tags, h('p', {}, say.matter_hint)));
  ask('GET', 'names?kind=tags&q=').then(({ names }) => tags.append(...names.map(({ name }) => h('option', { value: name })))).catch(() => {});
}

function field(session, text, key, kind) {
  const value = text === null ? '' : entry(text, key)?.value ?? '';
  const known = kind === 'list' ? list(value) : scalar(value);
  // What only YAML can say stays, and TOML.
  if (text === null || known === null) return h('label', {}, say.fields[key], h('input', { disabled: true, value: say.only_text }));
  const put = (written, options) => session.put([set(session.text(), key, written, options)].filter(Boolean));
  if (kind === 'flag') return h('label.ed-flag', {}, h('input', { type: 'checkbox', checked: known === 'true', onchange: event => put(event.target.checked ? 'true' : '') }), say.fields[key]);
  const isList = kind === 'list';
  const said = typed => isList ? (split(typed).length ? writeList(split(typed)) : '') : kind === 'date' ? typed : typed.trim() && write(typed.trim());
  const on = { oninput: event => put(said(event.target.value), { isTyping: true }), onchange: event => put(said(event.target.value)) };
  const shown = isList ? known.join(', ') : known;
  const isDay = kind === 'date' && /^(\d{4}-\d\d-\d\d)?$/.test(shown);
  const input = kind === 'long'
    ? h('textarea', { rows: '2', ...on })
    : h('input', { type: isDay ? 'date' : 'text', ...on, placeholder: isList ? say.tags_hint : null, list: key === 'tags' ? 'ed-tags' : null });
  input.value = shown;
  return h('label', {}, say.fields[key], input);
}

const split = text => text.split(',').map(item => item.trim()).filter(Boolean);
