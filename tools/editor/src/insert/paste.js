// What is pasted or dropped: files are uploaded, cells of a spreadsheet become a table, an address over words becomes a link.

import { EditorView } from '@codemirror/view';
import { insertBlock } from '../code/commands.js';
import { rowsOf, toMarkdown } from './table.js';

export const pasting = uploads => EditorView.domEventHandlers({
  paste(event, view) {
    const data = event.clipboardData;
    if (!data || view.state.readOnly) return false;
    const text = data.getData('text/plain'), html = data.getData('text/html');
    const rows = rowsOf(html, text);
    if (rows) {
      const table = toMarkdown(rows);
      insertBlock(view, table, table.length);
      return handled(event);
    }
    // Programs put a picture of the text beside the text.
    if (data.files.length && !text) { uploads.add([...data.files]); return handled(event); }
    const range = view.state.selection.main;
    const chosen = view.state.sliceDoc(range.from, range.to);
    if (/^https?:\/\/\S+$/.test(text.trim()) && chosen && !/[\n[\]]/.test(chosen) && !/^https?:/.test(chosen)) {
      view.dispatch(view.state.replaceSelection(`[${chosen}](${text.trim()})`), { userEvent: 'input.paste' });
      return handled(event);
    }
    return false;
  },
  drop(event, view) {
    const files = [...event.dataTransfer?.files ?? []];
    if (!files.length || view.state.readOnly) return false;
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.selection.main.head;
    uploads.add(files, at);
    return handled(event);
  },
});

function handled(event) {
  event.preventDefault();
  return true;
}
