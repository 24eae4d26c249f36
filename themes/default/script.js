// What the default theme does beyond showing a page. Everything can be read and followed without it.
//
// `enhance` may run again on a page that it has seen: `recto serve` changes pages in place and then sends `recto:update`.

const { copied = 'Copied' } = document.body.dataset;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function enhance() {
  chooseTabs();
  switchColours();
  showPlaceInTree();
  followReading();
  all('article pre').forEach(recto.addCodeTools);
  all('article pre, .table').forEach(makeScrollable);
}

// --- light, dark, or as the system is ---

function switchColours() {
  const root = document.documentElement, button = document.querySelector('.theme-switch');
  if (!button) return;
  const choices = ['', 'light', 'dark'], labels = button.dataset.labels.split('|');
  const show = () => {
    const label = labels[choices.indexOf(root.dataset.theme ?? '')];
    button.setAttribute('aria-label', label);
    button.title = label;
  };
  button.onclick = () => {
    const next = choices[(choices.indexOf(root.dataset.theme ?? '') + 1) % choices.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    try { if (next) localStorage.setItem('theme', next); else localStorage.removeItem('theme'); } catch { /* It holds for this page. */ }
    show();
  };
  show();
}

// --- what unfolds in the header folds again ---

const unfolded = () => all('.site-header details[open]');
addEventListener('click', event => unfolded().filter(box => !box.contains(event.target)).forEach(box => { box.open = false; }));
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const box of unfolded()) {
    if (box.contains(document.activeElement)) box.querySelector('summary').focus();
    box.open = false;
  }
});

// --- the tree of pages begins at the page that is read, and the list of headings follows the reading ---

function showPlaceInTree() {
  const here = document.querySelector('.tree [aria-current]');
  // Wide pages scroll the side, narrow ones the tree that is folded out.
  const box = here && ['.side', '.tree'].map(name => here.closest(name)).find(box => box && box.scrollHeight > box.clientHeight);
  if (!box) return;
  const over = here.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
  if (over > 0) box.scrollTop += over + box.clientHeight / 2;
}
document.querySelector('.side .fold')?.addEventListener('toggle', showPlaceInTree);

let headings = [];
const seen = new IntersectionObserver(markHeading, { rootMargin: '-10% 0px -60%', threshold: [0, 1] });

function followReading() {
  seen.disconnect();
  headings = all('.toc a').flatMap(link => {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return heading ? [{ link, heading }] : [];
  });
  headings.forEach(({ heading }) => seen.observe(heading));
  markHeading();
}

function markHeading() {
  const isAbove = ({ heading }) => heading.getBoundingClientRect().top < innerHeight * .4;
  const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0;
  const current = isAtEnd ? headings.at(-1) : headings.findLast(isAbove);
  for (const { link } of headings) {
    if (link === current?.link) link.setAttribute('aria-current', 'location');
    else link.removeAttribute('aria-current');
  }
  const list = document.querySelector('.margin');
  if (!current || !list || list.scrollHeight <= list.clientHeight) return;
  const { top } = current.link.getBoundingClientRect(), box = list.getBoundingClientRect();
  if (top < box.top || top > box.bottom - 40) list.scrollTop += top - box.top - list.clientHeight / 2;
}
addEventListener('scrollend', markHeading);

// --- a choice among tabs holds for all groups that have it, here and on other pages ---

const TABS = 'tabs', MAX_CHOICES = 20;
const nameOf = tab => tab.closest('.tab-title').textContent.trim();
let choices = [];
try { choices = JSON.parse(localStorage.getItem(TABS)) ?? []; } catch { /* They hold for this page. */ }

// In each group the newest choice that is one of its tabs.
function chooseTabs() {
  for (const group of all('.tabs')) {
    const tabs = all(':scope > .tab > .tab-title > input', group);
    const name = choices.find(name => tabs.some(tab => nameOf(tab) === name));
    for (const tab of tabs) if (name && nameOf(tab) === name) tab.checked = true;
  }
}
addEventListener('change', event => {
  if (!event.target.matches?.('.tab-title > input')) return;
  const name = nameOf(event.target), before = event.target.getBoundingClientRect().top;
  choices = [name, ...choices.filter(other => other !== name)].slice(0, MAX_CHOICES);
  try { localStorage.setItem(TABS, JSON.stringify(choices)); } catch { /* They hold for this page. */ }
  chooseTabs();
  // Groups above have become longer or shorter: what was chosen stays under the pointer.
  scrollBy({ top: event.target.getBoundingClientRect().top - before, behavior: 'instant' });
});

// --- code: copy.js has its tools ---

// What scrolls sideways can be scrolled with the keyboard.
function makeScrollable(element) {
  const scrolls = element.scrollWidth > element.clientWidth;
  if (scrolls) element.tabIndex = 0; else element.removeAttribute('tabindex');
}
let resizing;
addEventListener('resize', () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => all('article pre, .table').forEach(makeScrollable), 200);
});

// --- the address of a heading is copied by its sign ---

addEventListener('click', async event => {
  const anchor = event.target.closest?.('.anchor');
  if (!anchor || !navigator.clipboard || event.metaKey || event.ctrlKey) return;
  await navigator.clipboard.writeText(anchor.href);
  anchor.dataset.copied = copied;
  anchor.classList.add('copied');
  setTimeout(() => anchor.classList.remove('copied'), 1500);
});

// --- a footnote is shown where it is referred to ---

let popup, opener, timer;

function showFootnote(link) {
  clearTimeout(timer);
  if (opener === link) return;
  hideFootnote();
  const note = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!note) return;
  popup = Object.assign(document.createElement('div'), { className: 'footnote-popup', id: 'footnote-popup', popover: 'manual' });
  popup.setAttribute('role', 'note');
  popup.append(...[...note.childNodes].map(node => node.cloneNode(true)));
  all('.footnote-back', popup).forEach(back => back.remove());
  all('[id]', popup).forEach(element => element.removeAttribute('id'));
  link.closest('sup').after(popup);
  popup.showPopover?.();
  place(link.getBoundingClientRect(), popup);
  link.setAttribute('aria-describedby', popup.id);
  opener = link;
}

// Below the sign, or above it where there is no room; never over the edge.
function place(at, box) {
  const room = document.documentElement.clientWidth - box.offsetWidth - 16;
  const left = Math.max(16, Math.min(at.left - 24, room));
  const isBelow = at.bottom + box.offsetHeight + 12 < innerHeight || at.top < box.offsetHeight + 12;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${scrollY + (isBelow ? at.bottom + 6 : at.top - box.offsetHeight - 6)}px`;
}

function hideFootnote() {
  clearTimeout(timer);
  popup?.remove();
  opener?.removeAttribute('aria-describedby');
  popup = opener = null;
}

const reference = target => target.closest?.('.footnote-ref a');
const soon = (action, ms) => { clearTimeout(timer); timer = setTimeout(action, ms); };
addEventListener('pointerover', event => {
  if (event.pointerType === 'touch') return;
  const link = reference(event.target);
  if (link) soon(() => showFootnote(link), 120);
  else if (popup && event.target.closest('.footnote-popup')) clearTimeout(timer);
  else if (popup && document.activeElement !== opener) soon(hideFootnote, 250);
});
addEventListener('focusin', event => {
  const link = reference(event.target);
  if (link?.matches(':focus-visible')) showFootnote(link);
  else if (popup && !popup.contains(event.target) && event.target !== opener) hideFootnote();
});
// A finger has no way to point without clicking: its first tap shows the note, a second one follows the link.
addEventListener('click', event => {
  const link = reference(event.target);
  if (link && event.pointerType === 'touch' && opener !== link) { event.preventDefault(); showFootnote(link); }
  else if (popup && !popup.contains(event.target)) hideFootnote();
});
addEventListener('keydown', event => { if (event.key === 'Escape' && popup) hideFootnote(); });

addEventListener('recto:update', enhance);
enhance();
