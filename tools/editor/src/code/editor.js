// The text as CodeMirror shows it, with the keys that a person likes.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import {
  EditorView, crosshairCursor, drawSelection, dropCursor, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, rectangularSelection,
} from '@codemirror/view';
import { settings } from '../base/settings.js';
import { say } from '../texts/texts.js';
import { completions } from './complete.js';
import { colours, languageOf } from './languages.js';
import { markdownKeys } from './commands.js';
import { problems } from '../preview/problems.js';
import { panel } from './search.js';

const keys = new Compartment(), looks = new Compartment();
const phrases = EditorState.phrases;

export function openEditor({ parent, page, extensions }) {
  const isText = page.kind === 'markdown';
  const view = new EditorView({
    parent,
    doc: page.text,
    extensions: [
      page.nonce ? EditorView.cspNonce.of(page.nonce) : [],
      keys.of([]),
      phrases.of(say.codemirror),
      extensions,
      history(),
      drawSelection(),
      dropCursor(),
      highlightSpecialChars(),
      highlightActiveLine(),
      highlightSelectionMatches({ minSelectionLength: 2 }),
      rectangularSelection(),
      crosshairCursor(),
      EditorState.allowMultipleSelections.of(true),
      EditorState.tabSize.of(4),
      indentUnit.of('  '),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ override: [completions(page)], icons: false, closeOnBlur: true, maxRenderedOptions: 60 }),
      search({ top: true, createPanel: panel }),
      languageOf(page.kind),
      colours,
      problems,
      looks.of(look(page)),
      isText ? Prec.high(keymap.of(markdownKeys)) : [],
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...defaultKeymap, indentWithTab]),
      EditorView.contentAttributes.of({ 'aria-label': say.text_of(page.path), autocapitalize: 'sentences', tabindex: '0', 'data-kind': page.kind }),
    ],
  });
  useKeys(view);
  return view;
}

// Takes over what the settings say now.
export function applySettings(view, page) {
  view.dispatch({ effects: looks.reconfigure(look(page)) });
  useKeys(view);
}

function look(page) {
  const isText = page.kind === 'markdown';
  return [
    settings.wrap ? EditorView.lineWrapping : [],
    settings.numbers || !isText ? [lineNumbers(), foldGutter()] : [],
    EditorView.contentAttributes.of({ spellcheck: String(settings.spelling && isText) }),
  ];
}

// Other keys are loaded when somebody wants them.
async function useKeys(view) {
  const wanted = settings.keys;
  const extension = wanted === 'vim' ? await import('./vim.js') : wanted === 'emacs' ? await import('./emacs.js') : null;
  if (settings.keys === wanted) view.dispatch({ effects: keys.reconfigure(extension?.keys ?? []) });
}
