// Shows problems beside the page: a panel when there are errors, a badge for warnings and in decks.

const STYLE = `
:host { all: initial; --paper: #fcfbf8; --raised: #f5f2eb; --ink: #23201c; --soft: #6a645b; --rule: #e2ddd2; --stop: #a3281c; --warn: #8a5a00;
  --sans: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) {
  :host { --paper: #1f1d1b; --raised: #292623; --ink: #ddd8ce; --soft: #a19a8d; --rule: #45413a; --stop: #ea8f7d; --warn: #deb25c; }
}
@media print { :host { display: none; } }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--stop); outline-offset: 2px; }
.badge, .panel { position: fixed; z-index: 2147483647; right: 1rem; bottom: 1rem; color: var(--ink); background: var(--paper);
  border: 1px solid var(--rule); box-shadow: 0 1px 2px rgb(0 0 0 / .08), 0 .5rem 2rem rgb(0 0 0 / .16); }
.badge { padding: .375rem .8rem .375rem .7rem; border-radius: 2rem; font: 600 .8125rem/1.4 var(--sans); }
.badge:hover { background: var(--raised); }
.dot { display: inline-block; width: .55em; height: .55em; margin-right: .5em; border-radius: 50%; background: var(--kind); }
.errors { --kind: var(--stop); } .warnings { --kind: var(--warn); }
.panel { display: flex; flex-direction: column; width: min(50rem, 100vw - 2rem); max-height: min(60vh, 36rem); border-radius: 6px;
  border-top: 3px solid var(--kind); font: .9375rem/1.4 var(--sans); }
header { display: flex; align-items: center; justify-content: space-between; padding: .5rem .5rem .5rem 1.1rem; font-weight: 600; border-bottom: 1px solid var(--rule); }
header button { width: 2rem; height: 2rem; border-radius: 4px; font-size: 1.25rem; line-height: 1; color: var(--soft); }
header button:hover { color: var(--ink); background: var(--raised); }
pre { margin: 0; padding: .9rem 1.1rem 1.1rem; overflow: auto; overscroll-behavior: contain; font: .8125rem/1.55 var(--mono); tab-size: 4; }
.head { font-weight: 600; white-space: pre-wrap; overflow-wrap: anywhere; } .head b { font-weight: 600; color: var(--kind); } .soft, .soft b { color: var(--soft); font-weight: 400; }
.mark { color: var(--stop); }
@media (max-width: 40rem) {
  .panel { right: 0; bottom: 0; width: 100vw; max-height: 55vh; border-radius: 6px 6px 0 0; border-width: 3px 0 0; padding-bottom: env(safe-area-inset-bottom); }
}`;

const CLOSED = 'recto-closed';
let host, root, now, isOpen, isDeck;

// Readers of a wiki seldom have to mend it.
const isWiki = document.querySelector('.wiki-menu') !== null;

// A deck that is presented or printed is left alone.
const page = document.documentElement;
const isPresented = () => document.fullscreenElement || matchMedia('(display-mode: fullscreen)').matches || page.matches('.blackout, [data-print]');

// Errors open the panel, unless it was closed on just these.
export function show(problems, inDeck) {
  if (inDeck && !now) {
    for (const name of ['resize', 'fullscreenchange']) addEventListener(name, draw);
    new MutationObserver(draw).observe(page, { attributeFilter: ['class', 'data-print'] });
  }
  now = problems;
  isDeck = inDeck;
  let closed = null;
  try { closed = sessionStorage.getItem(CLOSED); } catch { /* It may be forbidden. */ }
  isOpen = !isWiki && !isDeck && problems.errors > 0 && closed !== problems.text;
  draw();
}

function toggle(open) {
  isOpen = open;
  try { open ? sessionStorage.removeItem(CLOSED) : sessionStorage.setItem(CLOSED, now.text); } catch { /* It may be forbidden. */ }
  draw();
  root.querySelector('button').focus({ preventScroll: true });
}

function draw() {
  if (!host) {
    host = document.createElement('recto-problems');
    root = host.attachShadow({ mode: 'open' });
    root.addEventListener('keydown', event => { if (event.key === 'Escape' && isOpen) toggle(false); });
  }
  if (!now.errors && !now.warnings || isDeck && isPresented()) return host.remove();
  const style = element('style', '', STYLE);
  root.replaceChildren(style, isOpen ? panel() : badge());
  // What puts pages in place leaves it alone there.
  if (!host.isConnected) page.append(host);
}

function badge() {
  const button = element('button', 'badge ' + kind(), '', element('span', 'dot'), counts());
  button.title = 'Show the problems of this site';
  button.onclick = () => toggle(true);
  return button;
}

function panel() {
  const close = element('button', '', '×');
  close.title = close.ariaLabel = 'Close';
  close.onclick = () => toggle(false);
  const text = element('pre', '', '', ...now.text.trimEnd().split('\n').map(line));
  text.tabIndex = 0;
  const box = element('div', 'panel ' + kind(), '', element('header', '', '', element('span', '', counts()), close), text);
  box.role = 'dialog';
  box.ariaLabel = 'Problems of this site';
  return box;
}

// A line of the terminal's text, with its parts told apart.
function line(text) {
  const head = /^(error|warning)(\[[\w-]+\])?(:.*)$/.exec(text);
  if (head) {
    const [, severity, code, message] = head;
    return element('div', `head ${severity}s`, '', element('b', '', severity), element('span', 'soft', code ?? ''), message);
  }
  if (/^\s*(-->|\d*\s*\||=|:::|…)/.test(text)) {
    const [, gutter, rest] = /^(\s*(?:-->|\d*\s*\||=)?)(.*)$/.exec(text);
    const isMark = /^\s*[\^_|-]+( .*)?$/.test(rest) && rest.includes('^');
    return element('div', '', '', element('span', 'soft', gutter), element('span', isMark ? 'mark' : '', rest));
  }
  return element('div', '', text || '\u200b');
}

const kind = () => now.errors ? 'errors' : 'warnings';
const some = (count, name) => count ? [`${count} ${name}${count > 1 ? 's' : ''}`] : [];
const counts = () => [...some(now.errors, 'error'), ...some(now.warnings, 'warning')].join(', ');

function element(name, className, text = '', ...inner) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(text, ...inner);
  return made;
}
