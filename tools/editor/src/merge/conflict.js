// Where two texts clash, a person chooses, place by place: theirs, the other's, both, or words of their own. What doesn't clash is
// merged already and only shown for orientation.

import { h } from '../base/dom.js';
import { say } from '../texts/texts.js';
import { diff } from './diff.js';
import { joined, mergeLines, words } from './merge.js';

// How many lines of merged text are shown around a place.
const AROUND = 3;

// Opens the view in `parent`. `onDone(text)` is called with the result; `onBack` when the person goes back to the text.
export function openConflict(parent, { base, ours, theirs, isProse, who, onDone, onBack }) {
  const parts = mergeLines(base, ours, theirs, isProse);
  const places = parts.filter(part => !part.text);
  if (!places.length) return onDone(joined(parts));
  const left = h('p.ed-left', { role: 'status' });
  const done = h('button.ed-primary', { type: 'button', onclick: () => { close(); onDone(result(parts)); } }, say.save_result);
  const cards = places.map((place, n) => card(place, n, places.length, tell));
  const queue = [...cards];
  const dom = h('div.ed-conflict', { role: 'region', 'aria-label': say.conflict, onkeydown },
    h('div.ed-conflict-head', {},
      h('div', {}, h('h2', {}, say.conflict), h('p', {}, say.conflict_says(who)), h('p.ed-keys', {}, say.conflict_keys)),
      h('div.ed-actions', {}, left, h('button.ed-plain', { type: 'button', onclick: () => { close(); onBack(); } }, say.back_to_text), done)),
    h('div.ed-conflict-text', {}, ...parts.flatMap((part, n) => part.text ? context(part.text, n > 0, n < parts.length - 1) : [queue.shift().dom])));
  parent.append(dom);
  parent.classList.add('choosing');
  tell();
  cards[0].dom.focus();

  function close() {
    dom.remove();
    parent.classList.remove('choosing');
  }
  function tell() {
    const open = places.filter(({ chosen }) => chosen === undefined).length;
    left.textContent = open ? say.still(open) : say.all_chosen;
    done.disabled = open > 0;
  }
  function onkeydown(event) {
    if (event.target.matches('textarea, input') || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = Math.max(0, cards.findIndex(({ dom }) => dom.contains(document.activeElement)));
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (by) {
      cards[(at + by + cards.length) % cards.length].dom.focus();
      event.preventDefault();
    } else if (/^[123]$/.test(event.key)) {
      cards[at].take(Number(event.key) - 1);
      (cards.slice(at + 1).find(({ place }) => place.chosen === undefined) ?? cards.find(({ place }) => place.chosen === undefined) ?? cards[at]).dom.focus();
      event.preventDefault();
    }
  }
}

// The text that all choices make.
function result(parts) {
  return parts.flatMap(part => part.text ?? (part.chosen === null ? [] : part.chosen.split('\n'))).join('\n');
}

// One place: both sides, what was there before, and what will be.
function card(place, n, n_all, onChange) {
  const [base, ours, theirs] = [place.base, place.ours, place.theirs].map(lines => lines.join('\n'));
  const choices = [place.ours, place.theirs, [...place.ours, ...place.theirs]];
  const buttons = [say.take_yours, say.take_theirs, say.take_both].map((label, choice) =>
    h('button.ed-plain', { type: 'button', 'aria-pressed': 'false', onclick: () => take(choice) }, label, h('kbd', { 'aria-hidden': 'true' }, String(choice + 1))));
  const area = h('textarea', { 'aria-label': say.result, rows: '1', spellcheck: false, oninput: () => { place.chosen = area.value; press(-1); grow(); onChange(); } });
  const outcome = h('div.ed-outcome', { hidden: true }, h('h4', {}, say.result), area);
  const side = (name, text, lines, className) => h(`div.ed-side.${className}`, {}, h('h4', {}, name), lines.length ? marked(base, text) : h('p.ed-nothing-there', {}, say.nothing_there));
  const title = h('h3', { id: `ed-place-${n}` }, say.place(n + 1, n_all));
  const dom = h('article.ed-card', { tabIndex: 0, 'aria-labelledby': title.id },
    h('header', {}, title, h('div.ed-choices', {}, ...buttons)),
    h('div.ed-sides', {}, side(say.yours, ours, place.ours, 'yours'), side(say.theirs, theirs, place.theirs, 'theirs')),
    place.base.length > 0 && h('details', {}, h('summary', {}, say.before), h('pre', {}, base)),
    outcome);

  const press = choice => buttons.forEach((button, n) => button.setAttribute('aria-pressed', String(n === choice)));
  const grow = () => { area.style.height = 'auto'; area.style.height = `${area.scrollHeight + 2}px`; };
  function take(choice) {
    // Nothing at all is other than an empty line.
    place.chosen = choices[choice].length ? choices[choice].join('\n') : null;
    area.value = place.chosen ?? '';
    outcome.hidden = false;
    dom.classList.add('chosen');
    press(choice);
    grow();
    onChange();
  }
  return { dom, place, take };
}

// A side with the words that differ from the text before.
function marked(base, text) {
  const pre = h('pre');
  const b = words(text);
  let at = 0;
  for (const { bFrom, bTo } of diff(words(base), b)) {
    pre.append(b.slice(at, bFrom).join(''));
    if (bTo > bFrom) pre.append(h('mark', {}, b.slice(bFrom, bTo).join('')));
    at = bTo;
  }
  pre.append(b.slice(at).join(''));
  return pre;
}

// Merged lines: those near to a place, the others when they are asked for.
function context(lines, isAfter, isBefore) {
  const head = isAfter ? AROUND : 0, tail = isBefore ? AROUND : 0;
  const pre = shown => h('pre.ed-context', {}, shown.join('\n'));
  if (lines.length <= head + tail + 1) return [pre(lines)];
  const between = lines.slice(head, lines.length - tail);
  const more = h('details.ed-more-lines', {}, h('summary', {}, `⋯ ${between.length}`), pre(between));
  return [head > 0 && pre(lines.slice(0, head)), more, tail > 0 && pre(lines.slice(lines.length - tail))].filter(Boolean);
}
