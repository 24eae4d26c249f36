// What others did to the page, told to the one who writes.

import { say } from '../texts/texts.js';

export function tellOfOthers(session, saving) {
  const { notices } = session;
  session.others.events.on(({ kind, who, at, theirs, commit }) => {
    if (kind === 'merged') notices.tell(say.merged_below(who), { kind: 'news', name: 'others', actions: [[say.look, () => session.show(at)]] });
    if (kind === 'clash') notices.tell(say.clash(who), { kind: 'ask', name: 'clash', actions: [[say.choose_now, () => saving.choose({ theirs, commit, author: who })]] });
    if (kind === 'gone') saving.gone(who);
    saving.changed();
  });
}
