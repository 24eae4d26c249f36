// Where everything stands: a bar with the name of the page and the button to save, the tools, text and preview side by side (or
// one at a time on a phone), and a line at the bottom.

import { button, h, svg } from '../base/dom.js';
import { icons } from '../base/icons.js';
import { choose, settings } from '../base/settings.js';
import { say } from '../texts/texts.js';

export function openShell(page, { notices, onSave, onLeave }) {
  const title = h('h1', {}, page.isNew ? say.new_page : page.title || page.path);
  const path = h('p', {}, page.path);
  const back = h('a.ed-back', { href: page.url, title: say.back, 'aria-label': say.back }, svg('M16 10H4|m9 5-5 5 5 5'));
  back.addEventListener('click', event => { if (!onLeave()) event.preventDefault(); });
  const message = h('input', { name: 'message', type: 'text', autocomplete: 'off', 'aria-label': say.message, maxlength: '500' });
  const minor = h('input', { name: 'minor', type: 'checkbox' });
  const saveButton = h('button.ed-primary', { type: 'submit', title: say.save_title }, say.save);
  const more = h('button.ed-more', { type: 'button', 'aria-label': say.message, 'aria-expanded': 'false', 'aria-controls': 'ed-about' }, svg(icons.down));
  const about = h('div.ed-about', { id: 'ed-about' }, message, h('label.ed-minor', { title: say.minor_title }, minor, say.minor));
  const form = h('form.ed-save', { onsubmit: event => { event.preventDefault(); onSave(); } }, about, more, saveButton);
  more.addEventListener('click', () => {
    const isOpen = form.classList.toggle('open');
    more.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) message.focus();
  });

  const write = h('button', { type: 'button', role: 'tab', id: 'ed-tab-write', 'aria-controls': 'ed-write', 'aria-selected': 'true' }, say.write);
  const read = h('button', { type: 'button', role: 'tab', id: 'ed-tab-read', 'aria-controls': 'ed-read', 'aria-selected': 'false', tabIndex: -1 }, say.read);
  const tabs = h('div.ed-tabs', { role: 'tablist', 'aria-label': say.panes }, write, read);
  const code = h('div.ed-code'), tools = h('div'), status = h('div'), preview = h('div');
  const left = h('section.ed-write', { id: 'ed-write', 'aria-label': say.write }, code);
  const right = h('section.ed-read', { id: 'ed-read', 'aria-label': say.read }, preview);
  const divider = h('div.ed-divider', { role: 'separator', tabIndex: 0, 'aria-orientation': 'vertical', 'aria-label': say.panes, 'aria-valuemin': '20', 'aria-valuemax': '80' });
  const panes = h('div.ed-panes', {}, left, divider, right);
  const root = h('div.ed', { role: 'main', 'aria-label': say.editor },
    h('div.ed-bar', {}, back, h('div.ed-name', {}, title, path), tabs, form),
    tools, notices.dom, panes, status);

  const shown = [];
  function show(name) {
    root.dataset.pane = name;
    write.setAttribute('aria-selected', String(name === 'write'));
    read.setAttribute('aria-selected', String(name === 'read'));
    write.tabIndex = name === 'write' ? 0 : -1;
    read.tabIndex = name === 'read' ? 0 : -1;
    shown.forEach(listener => listener());
  }
  write.addEventListener('click', () => show('write'));
  read.addEventListener('click', () => show('read'));
  tabs.addEventListener('keydown', event => {
    if (!/^Arrow(Left|Right)$/.test(event.key)) return;
    const other = document.activeElement === write ? read : write;
    other.focus();
    other.click();
  });
  split(root, panes, divider);
  show('write');
  fit(root);

  return {
    root, code, message, minor, saveButton, title,
    mount(parts) { tools.replaceWith(parts.tools); status.replaceWith(parts.status); preview.replaceWith(parts.preview); },
    show,
    onShow: listener => shown.push(listener),
    // Whether the preview is seen now.
    hasPreview: () => getComputedStyle(right).display !== 'none',
    moved() { path.textContent = page.path; back.href = page.url; },
    busy(is) { saveButton.disabled = is; saveButton.textContent = is ? say.saving : say.save; },
    settings() { root.classList.toggle('alone', !settings.preview); shown.forEach(listener => listener()); },
  };
}

// The line between text and preview can be moved, also by keys.
function split(root, panes, divider) {
  const set = (share, isLast) => {
    const split = Math.min(0.8, Math.max(0.2, share));
    root.style.setProperty('--ed-split', `${split * 100}%`);
    divider.setAttribute('aria-valuenow', String(Math.round(split * 100)));
    if (isLast) choose('split', split);
  };
  set(settings.split);
  divider.addEventListener('pointerdown', event => {
    divider.setPointerCapture(event.pointerId);
    const box = panes.getBoundingClientRect();
    const move = ({ clientX }) => set((getComputedStyle(panes).direction === 'rtl' ? box.right - clientX : clientX - box.left) / box.width, true);
    divider.addEventListener('pointermove', move);
    divider.addEventListener('lostpointercapture', () => divider.removeEventListener('pointermove', move), { once: true });
  });
  divider.addEventListener('dblclick', () => set(0.5, true));
  divider.addEventListener('keydown', event => {
    const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
    if (by) { event.preventDefault(); set(settings.split + by, true); }
  });
}

// As high as what is seen: the keyboard of a phone covers no tools.
function fit(root) {
  const view = window.visualViewport;
  if (!view) return;
  const set = () => { root.style.setProperty('--ed-height', `${view.height}px`); root.style.setProperty('--ed-top', `${view.offsetTop}px`); };
  view.addEventListener('resize', set);
  view.addEventListener('scroll', set);
  set();
}
