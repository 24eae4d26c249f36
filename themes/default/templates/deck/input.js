// Keys, fingers and the wheel become commands.

// Each command with its keys; those with a text are listed in the help.
const commands = [
  [next, 'next', 'ArrowRight', 'ArrowDown', 'PageDown', ' ', 'j'],
  [previous, 'previous', 'ArrowLeft', 'ArrowUp', 'PageUp', 'Shift+ ', 'k'],
  [nextSlide, 'skip', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Shift+PageDown'],
  [previousSlide, '', 'Shift+ArrowLeft', 'Shift+ArrowUp', 'Shift+PageUp'],
  [first, 'first', 'Home'],
  [last, 'last', 'End'],
  [() => toggleOverview(), 'overview', 'o'],
  [() => openFinder(), 'search', '/', 'g'],
  [() => openPresenter(), 'speaker', 's'],
  [() => togglePresenter(), 'presenter', 'p'],
  [() => cloneWindow(), 'clone', 'c'],
  [() => resetTimer(), 'timer', 't'],
  [() => toggleFullscreen(), 'fullscreen', 'f'],
  [() => toggle('blackout'), 'blackout', 'b', '.'],
  [() => toggle('mirrored'), 'mirror', 'm'],
  [() => toggle('with-notes'), 'notes', 'n'],
  [() => toggleReading(), 'read', 'v'],
  [() => switchColours(), 'colours', 'd'],
  [() => openLenses(), lenses.length ? 'lenses' : '', 'l'],
  [() => openPrint(), 'print', 'x'],
  [() => showQr(), 'qr', 'q'],
  [() => editSource(), 'edit', 'e'],
  [() => openBook(), 'book', 'w'],
  [() => openHelp(), 'help', '?', 'h'],
];
const byKey = new Map(commands.flatMap(([run, , ...keys]) => keys.map(key => [key, run])));

let digits = '';
const isTyping = target => target.isContentEditable || target.closest?.('input, textarea, select');
const isActive = target => target.closest?.('a, button, input, select, textarea, summary, label, video, audio, dialog, [role=button]');

addEventListener('keydown', event => {
  const { key, shiftKey, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(target) || document.querySelector('dialog[open]') || root.dataset.print) return;
  if (key === 'Escape') { leave(); return; }
  if (root.classList.contains('reading')) { if (key === 'v') toggleReading(); return; }
  if (/^\d$/.test(key)) { digits += key; return; }
  if (key === 'Enter') {
    const place = digits && placeOfShown(Number(digits));
    digits = '';
    if (place) { event.preventDefault(); go(place); return; }
    if (root.classList.contains('overview') && !isActive(target)) { event.preventDefault(); toggleOverview(); }
    return;
  }
  digits = '';
  // A button that has the focus is pressed by the space bar.
  if (key === ' ' && target.closest?.('button, summary')) return;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const run = (shiftKey && byKey.get(`Shift+${name}`)) || byKey.get(name);
  if (!run) return;
  event.preventDefault();
  run();
});

// Out of whatever covers the slide, else to all of them.
function leave() {
  const covers = ['blackout', 'presenter', 'reading'].filter(name => root.classList.contains(name));
  if (covers[0] === 'blackout') toggle('blackout');
  else if (covers[0] === 'reading') toggleReading();
  else if (!covers.length) toggleOverview();
}

function toggle(name, isOn) {
  const is = root.classList.toggle(name, isOn);
  if (name === 'blackout') tell({ blackout: is });
  return is;
}

// To a place that was asked for, from wherever the reader is.
function go(place) {
  if (root.classList.contains('overview')) toggleOverview();
  show(place, 'jump');
}

const isOnStage = () => !root.classList.contains('overview') && !root.classList.contains('reading') && !root.dataset.print;

// --- fingers: a swipe turns the page, and so does a tap, to the left in the first quarter ---

let touch;
deck.addEventListener('touchstart', event => {
  const { clientX: x, clientY: y } = event.touches[0];
  touch = event.touches.length === 1 && isOnStage() ? { x, y, at: event.timeStamp } : undefined;
}, { passive: true });
deck.addEventListener('touchend', event => {
  if (!touch || event.touches.length || (visualViewport?.scale ?? 1) > 1.05) return;
  const { clientX, clientY } = event.changedTouches[0];
  const dx = clientX - touch.x, dy = clientY - touch.y, ms = event.timeStamp - touch.at;
  touch = undefined;
  if (Math.abs(dx) > 40 && Math.abs(dx) > 1.5 * Math.abs(dy)) {
    if (dx < 0) next(); else previous();
  } else if (Math.hypot(dx, dy) < 10 && ms < 400 && !isActive(event.target) && getSelection().isCollapsed) {
    event.preventDefault();
    if (root.classList.contains('blackout')) toggle('blackout');
    else if (clientX < innerWidth / 4) previous(); else next();
  }
});

// --- the wheel: one turn, one step; what can scroll scrolls first ---

let wheeled = 0, turned = 0;
deck.addEventListener('wheel', event => {
  if (!isOnStage() || event.ctrlKey || canScroll(event.target, event.deltaY)) return;
  const delta = Math.abs(event.deltaY) > Math.abs(event.deltaX) ? event.deltaY : event.deltaX;
  if (event.timeStamp - turned > 800 || delta * wheeled < 0) wheeled = 0;
  wheeled += event.deltaMode ? delta * 40 : delta;
  if (Math.abs(wheeled) < 60 || event.timeStamp - turned < 180) return;
  if (wheeled > 0) next(); else previous();
  wheeled = 0;
  turned = event.timeStamp;
}, { passive: true });

function canScroll(target, delta) {
  for (let box = target; box && box !== deck; box = box.parentElement) {
    const room = box.scrollHeight - box.clientHeight;
    if (room < 2 || !/auto|scroll/.test(getComputedStyle(box).overflowY)) continue;
    if (delta > 0 ? box.scrollTop < room - 1 : box.scrollTop > 1) return true;
  }
  return false;
}

// --- links within the deck, and the slides of the overview ---

deck.addEventListener('click', event => {
  const link = event.target.closest('a[href]');
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (root.classList.contains('overview')) {
    const slide = byElement.get(event.target.closest('[data-slide]'));
    if (slide) { event.preventDefault(); go({ slide, step: 0 }); }
    return;
  }
  if (!link?.getAttribute('href').startsWith('#') || !isOnStage()) return;
  event.preventDefault();
  let name = link.getAttribute('href').slice(1);
  try { name = decodeURIComponent(name); } catch { /* Taken as it is written. */ }
  const place = findPlace(name);
  if (place) go(place);
});

addEventListener('hashchange', () => { const place = placeInAddress(); if (place && !root.classList.contains('reading')) show(place, 'silent'); });

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

function editSource() {
  const { source = '' } = now.slide.element.dataset;
  const [, path, line] = source.match(/^(.*?)(?::(\d+))?$/);
  const link = facts.edit && path ? facts.edit.replaceAll('{path}', path).replaceAll('{line}', line ?? 1) : now.slide.element.querySelector('.debug a')?.href;
  if (link) open(link, '_blank', 'noopener');
}

// The page of this slide's chapter, or the list of all.
function openBook() {
  const { chapter } = now.slide.element.dataset, page = facts.book?.[chapter];
  location.href = page ? `${page}#${encodeURIComponent(now.slide.id)}` : document.querySelector('.to-book a').href;
}

const colours = ['', 'light', 'dark'];
function switchColours() {
  const next = colours[(colours.indexOf(root.dataset.theme ?? '') + 1) % 3];
  if (next) root.dataset.theme = next; else delete root.dataset.theme;
  try { if (next) localStorage.setItem('theme', next); else localStorage.removeItem('theme'); } catch { /* It holds for this page. */ }
}
