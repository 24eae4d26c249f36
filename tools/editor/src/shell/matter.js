// A form for what a page says about itself. It reads and writes the YAML at the top of the text, key by key, and leaves alone
// what it doesn't know.

import { entry, list, matterOf, scalar, set, write, writeList } from '../code/matter.js';
import { calm, h } from '../base/dom.js';
import { say } from '../texts/texts.js';
import { ask } from '../base/api.js';

const FIELDS = [
  ['title', 'text'], ['description', 'long'], ['tags', 'list'], ['date', 'date'], ['aliases', 'list'], ['draft', 'flag'],
];
const PAUSE_MS = 250;

export function matterForm(sheet, session) {
  const text = matterOf(session.text())?.text ?? '';
  const tags = h('datalist', { id: 'ed-tags' });
  sheet.append(h('form.ed-form', { onsubmit: event => event.preventDefault() }, ...FIELDS.map(([key, kind]) => field(session, text, key, kind)), tags, h('p', {}, say.matter_hint)));
  ask('GET', 'names?kind=tags&q=').then(({ names }) => tags.append(...names.map(({ name }) => h('option', { value: name })))).catch(() => {});
}

function field(session, text, key, kind) {
  const value = entry(text, key)?.value ?? '';
  const known = kind === 'list' ? list(value) : scalar(value);
  // What only YAML can say is shown, and stays.
  if (known === null) return h('label', {}, say.fields[key], h('input', { disabled: true, value: say.only_yaml }));
  const put = calm(written => session.put([set(session.text(), key, written)].filter(Boolean)), PAUSE_MS);
  if (kind === 'flag') return h('label.ed-flag', {}, h('input', { type: 'checkbox', checked: known === 'true', onchange: event => put(event.target.checked ? 'true' : '') }), say.fields[key]);
  const isList = kind === 'list';
  const write_ = typed => put(isList ? (split(typed).length ? writeList(split(typed)) : '') : kind === 'date' ? typed : typed.trim() && write(typed.trim()));
  const shown = isList ? known.join(', ') : known;
  const isDay = kind === 'date' && /^(\d{4}-\d\d-\d\d)?$/.test(shown);
  const input = kind === 'long'
    ? h('textarea', { rows: '2', oninput: event => write_(event.target.value) })
    : h('input', { type: isDay ? 'date' : 'text', oninput: event => write_(event.target.value), placeholder: isList ? say.tags_hint : null, list: key === 'tags' ? 'ed-tags' : null });
  input.value = shown;
  return h('label', {}, say.fields[key], input);
}

const split = text => text.split(',').map(item => item.trim()).filter(Boolean);
