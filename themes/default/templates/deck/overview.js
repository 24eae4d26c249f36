// All slides at once, and the deck as a page to read. The slides themselves are shown, only smaller, or below each other.

function toggleOverview() {
  const isOn = !root.classList.contains('overview');
  if (isOn) addPartTitles();
  root.classList.toggle('overview', isOn);
  root.classList.remove('reading');
  if (!isOn) { show(now, 'silent'); return; }
  slides.forEach(({ element }) => element.setAttribute('tabindex', -1));
  now.slide.element.scrollIntoView({ block: 'center' });
  now.slide.element.focus({ preventScroll: true });
}

function addPartTitles() {
  deck.querySelectorAll(':scope > .part-title').forEach(title => title.remove());
  for (const { title, first } of facts.parts ?? []) {
    const slide = document.getElementById(first);
    if (title && slide) slide.before(make('h2', { class: 'part-title' }, title));
  }
}

// In the overview, arrows go by slides and rows.
addEventListener('keydown', event => {
  if (!root.classList.contains('overview') || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { top, height } = now.slide.element.getBoundingClientRect();
  const centre = box => box.left + box.width / 2;
  const inRow = down => {
    const here = now.slide.element.getBoundingClientRect();
    let best, row;
    for (let i = now.slide.index + down; slides[i] && Math.abs(i - now.slide.index) < 200; i += down) {
      const box = slides[i].element.getBoundingClientRect();
      if (Math.abs(box.top - top) < height / 2) continue;
      row ??= box.top;
      if (Math.abs(box.top - row) > height / 2) break;
      const far = Math.abs(centre(box) - centre(here));
      if (!best || far < best.far) best = { slide: slides[i], far };
    }
    return best?.slide;
  };
  const to = { ArrowRight: () => slides[now.slide.index + 1], ArrowLeft: () => slides[now.slide.index - 1], ArrowDown: () => inRow(1), ArrowUp: () => inRow(-1) }[event.key];
  if (!to) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const slide = to();
  if (!slide) return;
  show({ slide, step: 0 });
}, true);

// Whatever turns to a slide, it is in sight.
watchers.push(({ slide: { element } }) => {
  if (!root.classList.contains('overview')) return;
  element.scrollIntoView({ block: 'nearest' });
  element.focus({ preventScroll: true });
});

// The page as it is without a script.
function toggleReading() {
  const isOn = root.classList.toggle('reading');
  root.classList.remove('overview');
  root.classList.toggle('staged', !isOn);
  if (isOn) now.slide.element.scrollIntoView({ block: 'start' });
  else show(now, 'silent');
}
