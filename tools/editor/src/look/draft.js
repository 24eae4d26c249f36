// Text of an earlier session that was never saved is offered, never put in unasked.

import { changesTo } from '../merge/into.js';
import { ago, say } from '../texts/texts.js';

export async function offerDraft(session) {
  const { drafts, notices } = session;
  drafts.others().then(n => session.status.drafts(n));
  const draft = await drafts.find();
  if (!draft || draft.content === session.text()) return false;
  const isOld = draft.base && draft.base !== session.base && typeof draft.baseText === 'string' && draft.baseText !== session.baseText;
  notices.tell(say.draft_found(draft.at ? ago(draft.at) : '…'), {
    kind: 'ask', name: 'draft', details: isOld ? [say.draft_other_base] : undefined,
    actions: [[say.restore, () => restore(session, draft, isOld)], [say.discard, () => drafts.forget()]],
  });
  return true;
}

function restore(session, draft, isOld) {
  // It began from another commit: that is what it is merged by.
  if (isOld) Object.assign(session, { base: draft.base, baseText: draft.baseText });
  session.put(changesTo(session.text(), draft.content));
  session.view.focus();
}
