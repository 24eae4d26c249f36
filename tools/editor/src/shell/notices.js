// What has to be said: a line between the tools and the text, with what can be done about it. Said to screen readers as well.

import { button, coded, h } from '../base/dom.js';
import { icons } from '../base/icons.js';
import { say } from '../texts/texts.js';

const SHORT_MS = 4000;
const LONG_MS = 12000;

export function openNotices() {
  const dom = h('div.ed-notices', { role: 'status', 'aria-live': 'polite' });
  const known = new Map();

  // `kind`: `done` goes by itself, `news` after a longer while, `ask` and `error` stay. One of the same `name` takes its place.
  function tell(text, { kind = 'done', actions = [], name, details } = {}) {
    if (name) known.get(name)?.remove();
    const close = () => { clearTimeout(timer); notice.remove(); if (name && known.get(name) === notice) known.delete(name); };
    const notice = h('div.ed-notice', { 'data-kind': kind, role: kind === 'error' ? 'alert' : null },
      h('p', {}, ...coded(text)),
      details && h('ul', {}, ...details.map(detail => h('li', {}, ...coded(detail)))),
      h('div', {}, ...actions.map(([label, action]) => h('button.ed-plain', { type: 'button', onclick: () => { close(); action(); } }, label)),
        button(icons.close, say.close, close)));
    dom.append(notice);
    if (name) known.set(name, notice);
    const timer = kind === 'done' || kind === 'news' ? setTimeout(close, kind === 'done' ? SHORT_MS : LONG_MS) : undefined;
    return close;
  }
  return { dom, tell, drop: name => { known.get(name)?.remove(); known.delete(name); } };
}
