// What opens over the slides: the commands, the search, lenses, printing, the QR code.

function openDialog(title, ...content) {
  const close = make('button', { class: 'close', type: 'button', 'aria-label': says.close, onclick: () => dialog.close() }, '×');
  const dialog = make('dialog', { class: 'deck-dialog', 'aria-label': title }, make('header', {}, make('h2', {}, title), close), ...content);
  dialog.onclose = () => dialog.remove();
  dialog.onclick = event => { if (event.target === dialog) dialog.close(); };
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// --- all commands, with their keys ---

const KEYS = { ArrowRight: '→', ArrowDown: '↓', ArrowLeft: '←', ArrowUp: '↑', PageDown: 'Page ↓', PageUp: 'Page ↑' };
const shownKey = key => key.split('+').map(part => part === ' ' ? says.space : KEYS[part] ?? part).join(' ');

function openHelp() {
  const rows = commands.filter(([, name]) => name).map(([run, name, ...keys]) => make('li', {},
    make('button', { type: 'button', onclick: () => { dialog.close(); run(); } }, says[name],
      make('span', {}, ...keys.map(key => make('kbd', {}, shownKey(key)))))));
  const number = make('li', {}, make('p', {}, says.number, make('span', {}, make('kbd', {}, '1'), make('kbd', {}, '2'), make('kbd', {}, 'Enter'))));
  const dialog = openDialog(says.help, make('ul', { class: 'keys' }, ...rows, number));
  dialog.classList.add('help');
}

const menu = make('button', { class: 'deck-menu', type: 'button', onclick: openHelp }, '⋯');

// --- search: words, a number or a name ---

const MAX_FOUND = 60;
const folded = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
let stock;

// Read once, when it is first needed. 2,700 slides are 1.3 MB of text.
function searchStock() {
  stock ??= new Map();
  return slides.map(slide => {
    if (!stock.has(slide.element)) {
      const content = slide.element.querySelector('.content')?.cloneNode(true);
      content?.querySelectorAll('[data-step][hidden]').forEach(part => part.remove());
      const text = (content?.textContent ?? '').replace(/\s+/g, ' ').trim();
      stock.set(slide.element, { text, words: folded(text), title: folded(titleOf(slide)) });
    }
    return { slide, ...stock.get(slide.element) };
  });
}

// Slides that have all the words, those first that have them in their title.
function search(query) {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const asked = query.trim(), named = /^\d+$/.test(asked) ? placeOfShown(Number(asked)) : findPlace(asked);
  const found = searchStock().filter(({ words: text, title }) => words.every(word => text.includes(word) || title.includes(word)));
  const inTitle = ({ title }) => words.every(word => title.includes(word));
  const ordered = [...found.filter(inTitle), ...found.filter(slide => !inTitle(slide))].map(({ slide, text, words: stock }) => {
    const at = stock.indexOf(words[0]);
    return { place: { slide, step: 0 }, excerpt: at < 0 ? '' : `${at > 30 ? '…' : ''}${text.slice(Math.max(0, at - 30), at + 90)}` };
  });
  return named ? [{ place: named, excerpt: '' }, ...ordered.filter(({ place }) => place.slide !== named.slide)] : ordered;
}

function openFinder() {
  let found = [], chosen = 0;
  const list = make('ol', { id: 'deck-found', role: 'listbox', 'aria-label': says.search });
  const status = make('p', { class: 'status', role: 'status' });
  const open = place => { dialog.close(); go(place); };
  const choose = at => {
    chosen = Math.max(0, Math.min(at, found.length - 1));
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', i === chosen));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    if (found.length) input.setAttribute('aria-activedescendant', `deck-found-${chosen}`); else input.removeAttribute('aria-activedescendant');
  };
  const update = () => {
    const all = search(input.value);
    found = all.slice(0, MAX_FOUND);
    list.replaceChildren(...found.map(({ place, excerpt }, i) => make('li', { id: `deck-found-${i}`, role: 'option', onclick: () => open(place) },
      make('span', { class: 'number' }, String(shownNumber(place))), make('b', {}, titleOf(place.slide)), excerpt && make('small', {}, excerpt))));
    status.textContent = input.value.trim() ? fill(says[all.length === 1 ? 'found_one' : 'found'], { n: all.length }) : '';
    choose(0);
  };
  const input = make('input', { type: 'text', inputmode: 'search', placeholder: says.search_for, 'aria-label': says.search_for, role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'deck-found', autocomplete: 'off', spellcheck: 'false', oninput: update });
  input.onkeydown = event => {
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); choose(to); }
    if (event.key === 'Enter' && found[chosen]) { event.preventDefault(); open(found[chosen].place); }
  };
  const dialog = openDialog(says.search, input, status, list);
  dialog.classList.add('finder');
  input.focus();
}

// --- lenses: for whom the deck is shown ---

function openLenses() {
  if (!lenses.length) return;
  const boxes = lenses.map(lens => {
    const n = deck.querySelectorAll(`:scope > [data-slide].${lens}, :scope > [data-lens-steps*=":${lens}"]`).length;
    const box = make('input', { type: 'checkbox', onchange: () => {
      switchLens(lens, box.checked);
      tell({ hidden: [...lenses_off] });
      show(placeNear(now.slide.element, now.step), 'silent');
      status.textContent = fill(says.slides, { n: slides.length });
    } });
    box.checked = !lenses_off.has(lens);
    return make('li', {}, make('label', {}, box, make('span', {}, lens.replaceAll('-', ' ')), make('small', {}, String(n))));
  });
  const status = make('p', { class: 'status', role: 'status' }, fill(says.slides, { n: slides.length }));
  openDialog(says.lenses, make('ul', { class: 'lenses' }, ...boxes), status);
}

// --- printing ---

function openPrint() {
  const kinds = ['slides', 'notes', '2', '4', '6'].map(kind => make('li', {},
    make('button', { type: 'button', autofocus: kind === 'slides', onclick: () => { dialog.close(); print(kind); } }, says[`print_${kind}`])));
  const dialog = openDialog(says.print, make('ul', { class: 'keys' }, ...kinds));
}

// --- the address, for phones ---

function showQr() {
  const here = location.href.split(/[?#]/)[0], isPrivate = /^file:|^https?:\/\/(localhost|127\.|\[::1)/.test(here);
  const address = isPrivate && (room.url || /^http/.test(facts.url) && facts.url) || here;
  const modules = qrCode(address);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  if (modules) {
    const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => isDark ? `M${x + 4} ${y + 4}h1v1h-1z` : []));
    svg.setAttribute('viewBox', `0 0 ${modules.length + 8} ${modules.length + 8}`);
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', says.qr);
    svg.innerHTML = `<path fill="#fff" d="M0 0h999v999H0z"/><path d="${dark.join('')}"/>`;
  }
  openDialog(says.qr, svg, make('p', { class: 'address' }, address)).classList.add('qr');
}
