// Keys as in Emacs, for those who choose them: `C-x C-s` saves.

import { EmacsHandler, emacs } from '@replit/codemirror-emacs';

EmacsHandler.addCommands({
  rectoSave(handler) { handler.view.dom.dispatchEvent(new CustomEvent('recto-save', { bubbles: true })); },
});
EmacsHandler.bindKey('C-x C-s', 'rectoSave');

export const keys = emacs();
