// Changes that others made: they can't be undone here, are in no draft's way, and shine for a moment.

import { Annotation, StateEffect, StateField, Transaction } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';

export const isForeign = Annotation.define();
const fade = StateEffect.define();
const SHINE_MS = 6000;
const shine = Decoration.mark({ class: 'ed-foreign' });

export const foreignChanges = StateField.define({
  create: () => Decoration.none,
  update(set, transaction) {
    if (transaction.effects.some(effect => effect.is(fade))) return Decoration.none;
    set = set.map(transaction.changes);
    if (!transaction.annotation(isForeign)) return set;
    const added = [];
    transaction.changes.iterChanges((_, __, from, to) => { if (to > from) added.push(shine.range(from, to)); });
    return set.update({ add: added });
  },
  provide: field => EditorView.decorations.from(field),
});

// Puts changes into the text; `isForeign` when somebody else made them.
export function put(view, changes, { isForeign: foreign = false } = {}) {
  if (!changes.length) return;
  view.dispatch({ changes, annotations: [Transaction.addToHistory.of(!foreign), Transaction.remote.of(foreign), ...(foreign ? [isForeign.of(true)] : [])] });
  if (foreign) setTimeout(() => view.dispatch({ effects: fade.of(null) }), SHINE_MS);
}
