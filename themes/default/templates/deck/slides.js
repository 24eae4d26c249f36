// The slides of the page: which are shown, in which order, under which numbers. Everything else asks here.
//
// A slide is `{ element, id, index, number, stops }`. Each step has a number of its own, as in remark, so `number` is
// that of the slide before its first step. A place is a slide and a step of it: `{ slide, step }`. Steps are called as
// the deck was made with them; `stops` are those that a reader's lenses leave, with 0 for the slide before its first.

const root = document.documentElement;
const deck = document.querySelector('[data-deck]');
const facts = JSON.parse(document.querySelector('[data-deck-facts]')?.textContent || '{}');
// What `recto serve` says of those who follow; nothing elsewhere.
const room = JSON.parse(document.querySelector('[data-room]')?.textContent || '{}');
const says = Object.fromEntries((deck.dataset.says ?? '').trim().split('\n').map(line => line.trim().split(/=(.*)/, 2)));
const lenses = (deck.dataset.lenses ?? '').split(' ').filter(Boolean);
// Where the browser keeps what a reader chose for this deck.
const key = name => `recto-deck-${name}:${location.pathname}`;

let slides, byElement, lenses_off;

function readSlides() {
  lenses_off = new Set(recall('lenses') ?? (deck.dataset.lensesOff ?? '').split(' ').filter(Boolean));
  const asked = new URLSearchParams(location.search).get('hide');
  if (asked !== null) lenses_off = new Set(asked.split(',').filter(lens => lenses.includes(lens)));
  countSlides();
}

// The numbers are those that the deck was made with, unless slides or steps are hidden.
function countSlides() {
  const all = [...deck.children].filter(element => element.dataset.slide !== undefined);
  const isHidden = element => [...lenses_off].some(lens => element.classList.contains(lens) && !lensSteps(element).some(step => step.lens === lens));
  let next = 1;
  slides = [];
  byElement = new Map();
  stock = undefined;
  for (const element of all) {
    const hidden = isHidden(element);
    if (hidden !== element.hidden) element.hidden = hidden;
    if (hidden) continue;
    const stops = stopsOf(element);
    const number = lenses_off.size ? next : Number(element.dataset.number) || next;
    next = Math.max(next, number + stops.length);
    const slide = { element, id: element.id, index: slides.length, number, stops };
    slides.push(slide);
    byElement.set(element, slide);
  }
  all.forEach(element => {
    const number = String(byElement.get(element)?.number ?? '');
    if (lenses_off.size || element.dataset.shown) element.dataset.shown = number;
  });
}

// Steps that are for those of a lens: `{ from, to, lens }`.
const lensSteps = ({ dataset }) => [...(dataset.lensSteps ?? '').matchAll(/(\d+)-(\d+):(\S+)/g)].map(([, from, to, lens]) => ({ from: +from, to: +to, lens }));
const isAway = (element, n) => lensSteps(element).some(({ from, to, lens }) => from <= n && n <= to && lenses_off.has(lens));

// What steps of a lens that is off would add is hidden, and no stop is left for them.
function stopsOf(element) {
  const { dataset } = element, all = Number(dataset.allSteps ?? dataset.steps) || 0;
  const stops = Array.from({ length: all + 1 }, (_, n) => n);
  if (!dataset.lensSteps) return stops;
  const left = stops.filter(n => !isAway(element, n));
  dataset.allSteps = all;
  dataset.steps = left.length - 1;
  for (const part of element.querySelectorAll('[data-step]')) part.hidden = isAway(element, +part.dataset.step);
  return left;
}

function switchLens(lens, isOn) {
  if (isOn) lenses_off.delete(lens); else lenses_off.add(lens);
  keep('lenses', [...lenses_off]);
  countSlides();
}

const total = () => { const last = slides.at(-1); return last ? last.number + last.stops.length - 1 : 0; };
// Which of the steps that are left a step is.
const nth = ({ slide, step }) => slide.stops.indexOf(step);
const shownNumber = place => place.slide.number + nth(place);
const numberOf = place => `${deck.dataset.prefix ?? ''}${shownNumber(place)}/${total()}`;
const titleOf = slide => slide.element.getAttribute('aria-label') || slide.element.querySelector('h1, h2, h3')?.textContent.trim() || slide.id;

// What an address or a reader may call a place: `id`, `id/2`, a name, a number, or the id of something on a slide.
function findPlace(text) {
  // Contents were called so in the first years of remark workshops.
  const [, name, step] = text.replace(/^toc-(chapter|module)-/, 'toc-part-').match(/^(.*?)(?:\/(\d+))?$/);
  if (/^\d+$/.test(text)) return placeOfNumber(Number(text));
  const named = document.getElementById(name) ?? deck.querySelector(`:scope > [data-name="${CSS.escape(name)}"]`);
  const element = named?.closest('[data-slide]');
  if (!element) return;
  const within = Number(named.closest('[data-step]')?.dataset.step) || 0;
  return placeNear(element, Number(step) || within);
}

// Numbers of old links count all slides, whatever is hidden now.
function placeOfNumber(number) {
  const all = [...deck.querySelectorAll(':scope > [data-slide]')];
  const element = all.findLast(element => Number(element.dataset.number) <= number) ?? all[0];
  return element && placeNear(element, number - Number(element.dataset.number));
}

// Those that a reader sees and types don't.
function placeOfShown(number) {
  const slide = slides.findLast(slide => slide.number <= number) ?? slides[0];
  return { slide, step: slide.stops[Math.max(0, number - slide.number)] ?? slide.stops.at(-1) };
}

// The place on a slide, or at the next one that isn't hidden.
function placeNear(element, step) {
  for (let shown = element; shown; shown = shown.nextElementSibling) {
    const slide = byElement.get(shown);
    if (slide) return { slide, step: shown === element ? slide.stops.findLast(stop => stop <= step) ?? 0 : 0 };
  }
  return slides.length ? { slide: slides.at(-1), step: 0 } : undefined;
}

function after({ slide, step }) {
  const later = slide.stops.find(stop => stop > step);
  if (later) return { slide, step: later };
  const next = slides[slide.index + 1];
  return next && { slide: next, step: 0 };
}

function before({ slide, step }) {
  if (step > 0) return { slide, step: slide.stops.findLast(stop => stop < step) };
  const last = slides[slide.index - 1];
  return last && lastOf(last);
}

const lastOf = slide => ({ slide, step: slide.stops.at(-1) });

// --- what is remembered ---

function keep(name, value) { try { localStorage.setItem(key(name), JSON.stringify(value)); } catch { /* It holds until the page is left. */ } }
function recall(name) { try { return JSON.parse(localStorage.getItem(key(name))); } catch { return null; } }

// --- small helps ---

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
