// Parts of the editor that are loaded when somebody needs them.

import { say } from '../texts/texts.js';

// The part, once it is there; null when it can't be loaded, which is said.
export const loaded = (part, notices) => part.catch(() => {
  notices.tell(say.offline, { kind: 'error', name: 'load' });
  return null;
});
