// What a person can choose for the editor; it is kept in this browser.

import { choose, settings } from '../base/settings.js';
import { h } from '../base/dom.js';
import { say } from '../texts/texts.js';

export function settingsForm(sheet, onChange) {
  const set = (name, value) => { choose(name, value); onChange(name); };
  const check = (name, label) => h('label', {}, h('input', { type: 'checkbox', checked: settings[name], onchange: event => set(name, event.target.checked) }), label);
  const keys = h('select', { onchange: event => set('keys', event.target.value) },
    ...[['default', say.keys_default], ['vim', 'Vim'], ['emacs', 'Emacs']].map(([value, label]) => h('option', { value, selected: settings.keys === value }, label)));
  sheet.append(h('div.ed-form', {}, h('label.ed-row', {}, h('span', {}, say.keys), keys),
    check('preview', say.show_preview), check('wrap', say.wrap), check('numbers', say.line_numbers), check('spelling', say.spelling)));
}
