// The one slide that is shown, its step, its address, and what is said about it.

let now;
// Called with the place after each move.
const watchers = [];
const spoken = make('p', { class: 'spoken', role: 'status' });
// An element of its own: a variable that all slides inherit made each move compute the style of all of them.
const progress = make('div', { class: 'progress' });

// `how` is `jump` for moves that the browser's back button should undo, `follow` for those that come from elsewhere.
function show(place, how = 'step') {
  // Pages as they will be printed have all steps.
  if (!place || root.dataset.print) return;
  const { slide, step } = place;
  const last = now;
  now = place;
  if (last?.slide.element !== slide.element) {
    last?.slide.element.classList.remove('now');
    slide.element.classList.add('now');
    slide.element.scrollTop = 0;
    fit(slide.element);
  }
  showStep(slide.element, step);
  slide.element.dataset.folio = numberOf(place);
  progress.style.scale = `${shownNumber(place) / total()} 1`;
  if (how !== 'silent') rememberPlace(how);
  say(place, last);
  watchers.forEach(watcher => watcher(place, how, last));
  if (last?.slide !== slide) soon(() => loadImages(slides[slide.index + 1]?.element));
}

const move = (place, how) => { if (place) show(place, how); };
const next = () => move(after(now));
const previous = () => move(before(now));
const nextSlide = () => move(slides[now.slide.index + 1] && { slide: slides[now.slide.index + 1], step: 0 });
const previousSlide = () => move(slides[now.slide.index - 1] && { slide: slides[now.slide.index - 1], step: 0 });
const first = () => move({ slide: slides[0], step: 0 }, 'jump');
const last = () => move(lastOf(slides.at(-1)), 'jump');

// What later steps add waits; of code that goes by lines, one group at a time is lit.
function showStep(element, step) {
  // Several steps can have the same class: the first of them brings it.
  const added = [...(element.dataset.stepClasses ?? '').matchAll(/(\d+):(\S+)/g)];
  for (const [, , name] of added) element.classList.remove(name);
  for (const [, n, name] of added) if (n <= step && !isAway(element, n)) element.classList.add(name);
  for (const part of element.querySelectorAll('[data-step]')) {
    const n = Number(part.dataset.step);
    part.classList.toggle('later', n > step);
    part.classList.toggle('latest', n === step);
  }
  for (const code of element.querySelectorAll('[data-line-steps]')) lightLines(code, step);
}

function lightLines(code, step) {
  const groups = code.dataset.lineSteps.split('|');
  const group = groups[Math.max(0, Math.min(step - code.dataset.fromStep, groups.length - 1))];
  // Paper has the code as a whole.
  const lit = step < Infinity && [...group.matchAll(/(\d+)(?:-(\d+))?/g)].map(([, from, to = from]) => [+from, +to]);
  code.classList.toggle('stepping', lit.length > 0);
  code.querySelectorAll('.line').forEach((line, i) => line.classList.toggle('lit', lit.length > 0 && lit.some(([from, to]) => from <= i + 1 && i < to)));
}

// A slide that asks for it is set smaller until it fits, down to half of its size.
function fit(element) {
  const content = element.querySelector('.content');
  if (!content || !element.matches('.fit, .fit > *') || content.style.zoom) return;
  for (let size = 1; size > .5 && element.scrollHeight > element.clientHeight + 1; size -= .04) content.style.zoom = size;
}

// Code can be copied; the buttons are made for a slide that is shown, when there is time.
const addTools = ({ slide }) => soon(() => slide.element.querySelectorAll('pre').forEach(pre => globalThis.recto?.addCodeTools(pre)));
watchers.push((place, how, last) => { if (last?.slide !== place.slide) addTools(place); });

function loadImages(element) {
  for (const image of element?.querySelectorAll('img[loading=lazy]') ?? []) image.loading = 'eager';
}

// --- the address ---

const addressOf = ({ slide, step }) => `#${encodeURIComponent(slide.id).replaceAll('%2F', '/')}${step ? `/${step}` : ''}`;

function rememberPlace(how) {
  const address = addressOf(now);
  const follows = how === 'follow';
  if (address === location.hash && (!follows || history.state?.follows)) return;
  // Browsers allow some moves each second only.
  try { history[how === 'jump' ? 'pushState' : 'replaceState'](follows ? { follows } : null, '', address); } catch { /* The next move says it. */ }
}

const placeInAddress = () => {
  const hash = location.hash.slice(1);
  try { return findPlace(decodeURIComponent(hash)) ?? findPlace(hash); } catch { return findPlace(hash); }
};

addEventListener('popstate', () => { const place = placeInAddress(); if (place) show(place, 'silent'); });

// --- for those who listen ---

const stepOf = place => place.slide.stops.length > 1 ? fill(says.step, { n: nth(place), total: place.slide.stops.length - 1 }) : '';

function say(place, last) {
  const { slide } = place, steps = stepOf(place);
  const isNew = last?.slide !== slide;
  spoken.textContent = isNew ? `${fill(says.slide, { n: slide.number, total: total() })}: ${titleOf(slide)}. ${steps}` : steps;
}

const soon = window.requestIdleCallback ? action => requestIdleCallback(action, { timeout: 500 }) : action => setTimeout(action, 100);
