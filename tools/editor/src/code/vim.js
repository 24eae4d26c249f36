// Keys as in Vim, for those who choose them: `:w` saves, `:wq` and `:x` save and leave, `:q` leaves.

import { Vim, vim } from '@replit/codemirror-vim';

const tell = (view, name) => view.dom.dispatchEvent(new CustomEvent(`recto-${name}`, { bubbles: true }));

Vim.defineEx('write', 'w', cm => tell(cm.cm6, 'save'));
Vim.defineEx('wq', 'wq', cm => tell(cm.cm6, 'finish'));
Vim.defineEx('xit', 'x', cm => tell(cm.cm6, 'finish'));
Vim.defineEx('quit', 'q', cm => tell(cm.cm6, 'leave'));
// Lines that are wrapped are gone through as they are seen.
Vim.map('j', 'gj', 'normal');
Vim.map('k', 'gk', 'normal');

export const keys = vim({ status: true });
