// Editing of one section: the text is the whole page, what is around the section is out of sight and out of reach. So preview,
// drafts and merging work as ever.

import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, keymap } from '@codemirror/view';
import { selectAll } from '@codemirror/commands';
import { isForeign } from './foreign.js';

const set = StateEffect.define();

// `{ from, to }` of what is shown, or null for all of it.
const shown = StateField.define({
  create: () => null,
  update(range, { changes, effects, state }) {
    for (const effect of effects) if (effect.is(set)) return effect.value;
    return range && { from: changes.mapPos(range.from, -1), to: Math.min(changes.mapPos(range.to, 1), state.doc.length) };
  },
  provide: field => EditorView.decorations.compute([field], state => {
    const range = state.field(field);
    if (!range) return Decoration.none;
    const hidden = [];
    if (range.from > 0) hidden.push(Decoration.replace({ block: true }).range(0, range.from - 1));
    if (range.to + 1 <= state.doc.length) hidden.push(Decoration.replace({ block: true }).range(range.to + 1, state.doc.length));
    return Decoration.set(hidden);
  }),
});

const guard = EditorState.transactionFilter.of(transaction => {
  const range = transaction.startState.field(shown);
  if (!range || (!transaction.docChanged && !transaction.selection) || transaction.annotation(isForeign) || transaction.effects.some(effect => effect.is(set))) return transaction;
  let isOutside = false;
  transaction.changes.iterChangedRanges((from, to) => { if (from < range.from || to > range.to) isOutside = true; });
  // Undoing may reach further: it only brings back what was there.
  if (isOutside && !transaction.isUserEvent('undo') && !transaction.isUserEvent('redo')) return [];
  if (!transaction.selection) return transaction;
  const now = { from: transaction.changes.mapPos(range.from, -1), to: transaction.changes.mapPos(range.to, 1) };
  const { main } = transaction.selection;
  const inside = at => Math.min(Math.max(at, now.from), now.to);
  if (transaction.selection.ranges.every(({ from, to }) => from >= now.from && to <= now.to)) return transaction;
  return [transaction, { selection: { anchor: inside(main.anchor), head: inside(main.head) }, sequential: true }];
});

export const sections = [shown, guard, keymap.of([{
  key: 'Mod-a',
  run(view) {
    const range = view.state.field(shown);
    if (!range) return selectAll(view);
    view.dispatch({ selection: { anchor: range.from, head: range.to } });
    return true;
  },
}])];

export function showSection(view, range) {
  // The empty lines before the next heading are no part of what is edited: they are there whatever is written.
  const to = range.from + view.state.sliceDoc(range.from, range.to).trimEnd().length;
  view.dispatch({ effects: set.of({ from: range.from, to }), selection: { anchor: range.from } });
}

export const showAll = view => view.dispatch({ effects: set.of(null), scrollIntoView: true });
