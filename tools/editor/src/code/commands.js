// What the toolbar and keys do to Markdown. Each command takes the view, works for every selection, and undoes itself where
// that is meant: bold text becomes plain, a list becomes paragraphs.

import { EditorSelection } from '@codemirror/state';
import { say } from '../texts/texts.js';

// Puts marks around the selections, or takes them away. Without a selection the word at the cursor is meant.
const around = (mark, close = mark) => view => {
  const { state } = view;
  view.dispatch(state.update(state.changeByRange(range => {
    const word = range.empty ? state.wordAt(range.head) : null;
    const { from, to } = word ?? range;
    const isMarked = state.sliceDoc(from - mark.length, from) === mark && state.sliceDoc(to, to + close.length) === close
      // The stars of bold text are none of slanted text.
      && !(mark === '*' && state.sliceDoc(from - 2, from) === '**' && state.sliceDoc(from - 3, from) !== '***');
    if (isMarked) {
      return {
        changes: [{ from: from - mark.length, to: from }, { from: to, to: to + close.length }],
        range: EditorSelection.range(range.anchor - mark.length, range.head - mark.length),
      };
    }
    return {
      changes: [{ from, insert: mark }, { from: to, insert: close }],
      range: EditorSelection.range(range.anchor + mark.length, range.head + mark.length),
    };
  }), { scrollIntoView: true, userEvent: 'input.format' }));
  view.focus();
  return true;
};

export const bold = around('**');
export const italic = around('*');
export const strike = around('~~');
export const mark = around('==');
export const code = around('`');

const OF_LISTS = /^(\s*)(?:[-*+] \[[ xX]\] |[-*+] |\d+[.)] )?/;

// Changes how the selected lines begin: `next(line, n)` answers what stands in place of `pattern`.
function lines(view, pattern, isSo, next) {
  const { state } = view;
  const seen = new Set(), changes = [];
  for (const range of state.selection.ranges) {
    for (let at = range.from; at <= range.to;) {
      const line = state.doc.lineAt(at);
      at = line.to + 1;
      const isOneOfMany = range.from !== range.to && !line.text.trim();
      if (!seen.has(line.number) && !isOneOfMany) seen.add(line.number);
    }
  }
  const all = [...seen].map(number => state.doc.line(number));
  const off = all.length > 0 && all.every(line => isSo.test(line.text));
  all.forEach((line, n) => {
    const [begin, indent = ''] = pattern.exec(line.text) ?? [''];
    changes.push({ from: line.from, to: line.from + begin.length, insert: indent + (off ? '' : next(line, n)) });
  });
  const set = state.changes(changes);
  view.dispatch({ changes: set, selection: state.selection.map(set, 1), scrollIntoView: true, userEvent: 'input.format' });
  view.focus();
  return true;
}

export const bullets = view => lines(view, OF_LISTS, /^\s*[-*+] (?!\[[ xX]\] )/, () => '- ');
export const numbers = view => lines(view, OF_LISTS, /^\s*\d+[.)] /, (_, n) => `${n + 1}. `);
export const tasks = view => lines(view, OF_LISTS, /^\s*[-*+] \[[ xX]\] /, () => '- [ ] ');
export const quote = view => lines(view, /^()(?:> ?)?/, /^>/, () => '> ');

export const heading = level => view => lines(view, /^()(?:#{1,6} +)?/, new RegExp(`^#{${level}} `), () => '#'.repeat(level) + ' ');

// Puts blocks of lines in, with empty lines around them; `choose` says what of them is selected then.
function block(view, text, from = 0, to = from) {
  const { state } = view;
  const range = state.selection.main;
  const line = state.doc.lineAt(range.to);
  const isEmpty = !line.text.trim();
  const at = isEmpty ? line.from : line.to;
  const isFirst = at === 0;
  const before = isFirst ? '' : isEmpty ? (line.number > 1 && state.doc.line(line.number - 1).text.trim() ? '\n' : '') : '\n\n';
  const hasNext = line.number < state.doc.lines;
  const after = hasNext && state.doc.line(line.number + 1).text.trim() ? '\n' : '';
  const insert = before + text + after;
  const start = at + before.length;
  view.dispatch({
    changes: { from: at, to: isEmpty ? line.to : at, insert },
    selection: EditorSelection.range(start + from, start + to), scrollIntoView: true, userEvent: 'input.format',
  });
  view.focus();
  return true;
}
export const insertBlock = block;

export function link(view) {
  const { state } = view;
  view.dispatch(state.update(state.changeByRange(range => {
    const text = state.sliceDoc(range.from, range.to);
    const isUrl = /^https?:\/\/\S+$/.test(text);
    const insert = isUrl ? `[](${text})` : `[${text}]()`;
    const head = range.from + (isUrl || !text ? 1 : insert.length - 1);
    return { changes: { from: range.from, to: range.to, insert }, range: EditorSelection.cursor(head) };
  }), { scrollIntoView: true, userEvent: 'input.format' }));
  view.focus();
  return true;
}

export function wikiLink(view) {
  const { state } = view;
  view.dispatch(state.update(state.changeByRange(range => {
    const text = state.sliceDoc(range.from, range.to);
    return { changes: { from: range.from, to: range.to, insert: `[[${text}]]` }, range: EditorSelection.cursor(range.from + 2 + text.length) };
  }), { scrollIntoView: true, userEvent: 'input.type' }));
  view.focus();
  return true;
}

export function table(view) {
  const [name, value] = say.columns;
  const text = `| ${name} | ${value} |\n|${'-'.repeat(name.length + 2)}|${'-'.repeat(value.length + 2)}|\n|${' '.repeat(name.length + 2)}|${' '.repeat(value.length + 2)}|`;
  return block(view, text, 2, 2 + name.length);
}

export function fence(view) {
  const { state } = view;
  const { from, to } = state.selection.main;
  if (from === to) return block(view, '```\n\n```', 3);
  const first = state.doc.lineAt(from), last = state.doc.lineAt(to);
  const text = state.sliceDoc(first.from, last.to);
  const marks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  view.dispatch({
    changes: [{ from: first.from, insert: marks + '\n' }, { from: last.to, insert: '\n' + marks }],
    selection: EditorSelection.cursor(first.from + marks.length), scrollIntoView: true, userEvent: 'input.format',
  });
  view.focus();
  return true;
}

export const rule = view => block(view, '---\n', 4);
export const note = view => block(view, `> [!NOTE]\n> `, 12);

export const markdownKeys = [
  { key: 'Mod-b', run: bold },
  { key: 'Mod-i', run: italic },
  { key: 'Mod-k', run: link },
  { key: 'Mod-e', run: code },
  { key: 'Mod-Shift-x', run: strike },
  { key: 'Mod-Shift-7', run: numbers },
  { key: 'Mod-Shift-8', run: bullets },
  { key: 'Mod-Shift-9', run: tasks },
  { key: 'Mod-Shift-.', run: quote },
  ...[1, 2, 3, 4].map(level => ({ key: `Mod-Alt-${level}`, run: heading(level) })),
];
