// What the render finds, under the words it is about; what it says stands beside them when they are pointed at.

import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, hoverTooltip, keymap } from '@codemirror/view';
import { coded, h } from '../base/dom.js';

const set = StateEffect.define();

const field = StateField.define({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    for (const effect of effects) if (effect.is(set)) return effect.value;
    return marks.map(changes);
  },
  provide: field => EditorView.decorations.from(field),
});

export const problems = [
  field,
  hoverTooltip((view, pos, side) => {
    const found = at(view.state, pos, side);
    return found.length ? { pos: found[0].from, above: true, create: () => ({ dom: h('div.ed-problem-list', {}, ...found.map(({ problem }) => said(problem))) }) } : null;
  }),
  keymap.of([{ key: 'F8', run: next }]),
];

export function showProblems(view, found) {
  const { doc } = view.state;
  const marks = found.map(problem => {
    const line = doc.line(Math.min(doc.lines, Math.max(1, problem.line ?? 1)));
    const from = line.from + units(line.text, (problem.column ?? 1) - 1);
    const to = problem.width ? line.from + units(line.text, problem.column - 1 + problem.width) : wordEnd(line, from);
    // The end of a line has no width of its own.
    const start = to > from ? from : Math.max(line.from, line.to - 1);
    return start < line.to ? Decoration.mark({ class: `ed-problem ${problem.severity}`, problem }).range(start, Math.max(to, start + 1)) : Decoration.line({ class: `ed-problem-line ${problem.severity}`, problem }).range(line.from);
  });
  view.dispatch({ effects: set.of(Decoration.set(marks, true)) });
}

function at(state, pos, side = 0) {
  const found = [];
  state.field(field).between(pos, pos, (from, to, { spec }) => { if (side === 0 || (side < 0 ? from < pos : to > pos)) found.push({ from, problem: spec.problem }); });
  return found;
}

function next(view) {
  const all = [];
  for (let cursor = view.state.field(field).iter(); cursor.value; cursor.next()) all.push(cursor.from);
  if (!all.length) return false;
  const place = all.find(from => from > view.state.selection.main.head) ?? all[0];
  view.dispatch({ selection: { anchor: place }, scrollIntoView: true });
  return true;
}

export const said = ({ severity, code, message, hint }) => h(`div.ed-said.${severity}`, {}, h('p', {}, ...coded(message)), hint && h('p.ed-hint', {}, ...coded(hint)), code && h('code', {}, code));

// How much of a line its first characters are; some have two units.
export const units = (text, n) => [...text].slice(0, Math.max(0, n)).join('').length;
const wordEnd = (line, from) => from + (/^\S+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0);

export const isError = problem => problem.severity === 'error';
