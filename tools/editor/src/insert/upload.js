// Files that go beside the page. Where a file will be linked a line says that it is on its way; the text can be changed meanwhile.

import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import { Refusal, ask } from '../base/api.js';
import { h } from '../base/dom.js';
import { why } from '../save/save.js';
import { say } from '../texts/texts.js';

class Waiting extends WidgetType {
  constructor(id, name) { super(); Object.assign(this, { id, name }); }
  eq(other) { return other.id === this.id; }
  toDOM() { return h('span.ed-uploading', {}, say.uploading(this.name)); }
}

const add = StateEffect.define({ map: ({ id, name, at }, changes) => ({ id, name, at: changes.mapPos(at, 1) }) });
const remove = StateEffect.define();

export const waitingUploads = StateField.define({
  create: () => Decoration.none,
  update(set, transaction) {
    set = set.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(add)) set = set.update({ add: [Decoration.widget({ widget: new Waiting(effect.value.id, effect.value.name), side: 1 }).range(effect.value.at)] });
      if (effect.is(remove)) set = set.update({ filter: (_, __, { spec }) => spec.widget.id !== effect.value });
    }
    return set;
  },
  provide: field => EditorView.decorations.from(field),
});

export function openUploads(session, notices) {
  let last = 0;

  async function one(file, at) {
    const { view, page } = session;
    const id = ++last, name = named(file);
    view.dispatch({ effects: add.of({ id, name, at }) });
    try {
      const form = new FormData();
      form.append('page', page.path);
      form.append('file', file, name);
      const answer = await ask('POST', 'uploads', { body: form });
      const place = placeOf(view, id);
      const insert = answer.markdown;
      view.dispatch({ changes: { from: place, insert }, effects: remove.of(id), selection: { anchor: place + insert.length }, userEvent: 'input.paste' });
      notices.tell(say.uploaded(name), { kind: 'done' });
    } catch (error) {
      view.dispatch({ effects: remove.of(id) });
      notices.tell(say.upload_failed(name, error instanceof Refusal && error.status === 413 ? say.too_large : why(error)), { kind: 'error' });
    }
  }

  return {
    // One after the other, in the order in which they were given.
    async add(files, at = session.view.state.selection.main.head) {
      for (const file of files) {
        await one(file, Math.min(at, session.view.state.doc.length));
        at = session.view.state.selection.main.head;
        if (files.length > 1 && file !== files.at(-1)) {
          session.view.dispatch({ changes: { from: at, insert: '\n' }, selection: { anchor: at + 1 } });
          at++;
        }
      }
    },
    choose() {
      const input = h('input', { type: 'file', multiple: true });
      input.addEventListener('change', () => this.add([...input.files]));
      input.click();
    },
  };
}

function placeOf(view, id) {
  let place = view.state.selection.main.head;
  for (let cursor = view.state.field(waitingUploads).iter(); cursor.value; cursor.next()) if (cursor.value.spec.widget.id === id) place = cursor.from;
  return place;
}

// Pictures from the clipboard are all called `image.png`: the time tells them apart, in words that a repository likes.
function named(file) {
  if (file.name && !/^image\.\w+$/.test(file.name)) return file.name;
  const ending = /\.\w+$/.exec(file.name)?.[0] ?? `.${file.type.split('/')[1] ?? 'bin'}`;
  return `${new Date().toLocaleString('sv').replace(' ', '-').replaceAll(':', '')}${ending}`;
}
