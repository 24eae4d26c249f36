// On paper: the slides after their last step, with their notes, or several on a sheet. The page is laid out as it will be
// printed, and put back afterwards. `?print=slides|notes|2|4|6` shows it so, one sheet below the other, and `data-print-ready`
// says that all images are there.

const SHEETS = {
  slides: () => `size: ${getComputedStyle(deck).getPropertyValue('--w')}px ${getComputedStyle(deck).getPropertyValue('--h')}px; margin: 0`,
  notes: () => 'size: A4; margin: 12mm 14mm',
  2: () => 'size: A4; margin: 12mm 14mm',
  4: () => 'size: A4 landscape; margin: 10mm',
  6: () => 'size: A4; margin: 12mm 10mm',
};
let page;

function layOut(kind) {
  page ??= document.head.appendChild(make('style'));
  page.textContent = `@page { ${SHEETS[kind]()} }`;
  root.dataset.print = kind;
  // Those that wait for a picture are left out.
  const printed = slides.filter(({ element }) => !element.querySelector('.interstitial:empty'));
  printed.forEach(({ element, number }, i) => {
    element.dataset.shown = number;
    const isFirst = i > 0 && i % (Number(kind) || 1) === 0;
    element.classList.toggle('sheet', isFirst);
    if (isFirst) element.before(make('hr', { class: 'gap' }));
    loadImages(element);
    if (kind === 'notes') element.after(element.querySelector('[data-notes]') ?? make('aside', { 'data-notes': '', class: 'blank' }));
    fit(element);
    showStep(element, Infinity);
  });
}

function putBack() {
  delete root.dataset.print;
  page?.remove();
  page = undefined;
  deck.querySelectorAll(':scope > .gap').forEach(gap => gap.remove());
  for (const notes of deck.querySelectorAll(':scope > [data-notes]')) {
    if (notes.matches('.blank')) notes.remove();
    else notes.previousElementSibling.querySelector('.content').after(notes);
  }
  show(now, 'silent');
}

const imagesLoaded = () => Promise.all([...document.images].map(image => image.decode().catch(() => {})));

async function print(kind) {
  layOut(kind);
  await imagesLoaded();
  window.print();
}

// The browser's own command prints slides.
addEventListener('beforeprint', () => { if (!root.dataset.print && root.classList.contains('staged')) layOut('slides'); });
addEventListener('afterprint', () => { if (root.dataset.print && !asksForPrint()) putBack(); });

const asksForPrint = () => { const kind = new URLSearchParams(location.search).get('print'); return kind !== null && (Object.hasOwn(SHEETS, kind) ? kind : 'slides'); };

async function startPrint() {
  if (!asksForPrint()) return;
  root.classList.replace('staged', 'sheets');
  layOut(asksForPrint());
  await imagesLoaded();
  await document.fonts.ready;
  root.dataset.printReady = '';
}
