// A small sheet under a button, closed by Escape and by what is clicked elsewhere.

import { h } from '../base/dom.js';

// `fill(sheet, close)` puts its content in each time when it opens; `false` when there is none.
export function menu(opener, label, fill) {
  const sheet = h('div.ed-menu', { popover: 'auto', role: 'dialog', 'aria-label': label });
  opener.setAttribute('aria-haspopup', 'dialog');
  opener.setAttribute('aria-expanded', 'false');
  opener.after(sheet);
  const close = () => sheet.hidePopover();
  opener.addEventListener('click', async () => {
    if (sheet.matches(':popover-open')) return close();
    sheet.replaceChildren();
    if (await fill(sheet, close) === false || sheet.matches(':popover-open')) return;
    sheet.showPopover();
    place();
    sheet.querySelector('[autofocus], input, select, button, a')?.focus();
  });
  sheet.addEventListener('toggle', event => {
    const isOpen = event.newState === 'open';
    opener.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen && sheet.contains(document.activeElement)) opener.focus();
  });
  sheet.addEventListener('keydown', event => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...sheet.querySelectorAll('.ed-item')];
    if (!by || !items.length) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
  });

  // Under the button, or above it where there is more room, and never out of sight.
  function place() {
    const at = opener.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = sheet;
    const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
    const isAbove = at.bottom + height + 8 > innerHeight && at.top > height;
    Object.assign(sheet.style, { left: `${left}px`, top: `${isAbove ? at.top - height - 6 : at.bottom + 6}px`, maxHeight: `${(isAbove ? at.top : innerHeight - at.bottom) - 14}px` });
  }
  return { close, get isOpen() { return sheet.matches(':popover-open'); } };
}

// A line of a menu that does something.
export const item = (label, onclick, { detail, level = 0, current } = {}) =>
  h('button.ed-item', { type: 'button', onclick, 'data-level': String(level), 'aria-current': current ? 'true' : null }, h('span', {}, label), detail && h('kbd', {}, detail));
