// What the editor says, in the language of the page. Another language is one more file beside en.js and a line here.

import { en } from './en.js';

// Each is loaded by those who read it.
const others = {
  de: () => import('./de.js'), es: () => import('./es.js'), fr: () => import('./fr.js'), it: () => import('./it.js'), ja: () => import('./ja.js'),
  nl: () => import('./nl.js'), pt: () => import('./pt.js'), zh: () => import('./zh.js'),
};

const wanted = document.documentElement.lang.split('-')[0];
const own = await others[wanted]?.().then(file => file.texts).catch(() => null);

export const say = { codemirror: {}, ...en, ...own };
export const locale = own || wanted === 'en' ? document.documentElement.lang : 'en';

// A number as it is written here.
export const number = value => value.toLocaleString(locale);

// `3 minutes ago`.
export function ago(time) {
  const seconds = Math.round((time - Date.now()) / 1000);
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}
