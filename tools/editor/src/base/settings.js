// What a person likes, kept in this browser.

const KEY = 'recto:editor';
const DEFAULTS = { keys: 'default', preview: true, wrap: true, numbers: false, spelling: true, split: 0.5 };

let chosen = { ...DEFAULTS };
try { Object.assign(chosen, JSON.parse(localStorage.getItem(KEY))); } catch { /* Nothing is kept here, or nothing that can be read. */ }

export const settings = { ...chosen };

export function choose(name, value) {
  settings[name] = value;
  try { localStorage.setItem(KEY, JSON.stringify(settings)); } catch { /* It holds until the page is left. */ }
}
