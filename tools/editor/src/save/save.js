// Saving: the text goes to the server with the commit that it began from. What others did meanwhile comes back merged, or as a
// conflict that the person decides. Nothing of it is lost on the way: drafts stay until the server says that it has the text.

import { Refusal, Unreachable, ask, inAddress } from '../base/api.js';
import { mergeText } from '../merge/merge.js';
import { changesTo } from '../merge/into.js';
import { say } from '../texts/texts.js';

// How a save ended: `saved`, `merged` (with `changes`), `unchanged`, `conflict` (with both texts), or `failed` (with a message).
export async function save(session, { message, minor, anyway, text = session.text() }) {
  // The last line ends, too, as Git and other programs expect.
  const content = text && !text.endsWith('\n') ? `${text}\n` : text;
  const body = { content, message, minor, anyway };
  if (session.base) body.base = session.base;
  let answer;
  try {
    answer = await ask('PUT', `pages/${inAddress(session.page.path)}`, { body, accept: [409] });
  } catch (error) {
    return { outcome: 'failed', why: why(error) };
  }
  // Somebody has moved the page since.
  if (answer?.path) session.move(answer.path, answer.url);
  // The server calls ours what the wiki has; for the person that is the text of the others.
  if (answer?.outcome === 'conflict' && answer.ours === null) return { outcome: 'gone' };
  if (answer?.outcome === 'conflict') return { outcome: 'conflict', commit: answer.commit, base: answer.base ?? '', ours: content, theirs: answer.ours };
  if (!answer?.commit) return { outcome: 'failed', why: [answer?.title, answer?.detail].filter(Boolean).join(': ') || say.preview_fails };
  settle(session, text, answer.content ?? content, answer.commit);
  session.page.isNew = false;
  return answer;
}

// What was sent is saved as `content`: that is what the next save begins from. What was typed since stays.
function settle(session, sent, content, commit) {
  const now = session.text();
  const next = now === sent ? content : mergeText(sent, now, content, session.page.kind === 'markdown') ?? now;
  Object.assign(session, { base: commit, baseText: content });
  session.put(changesTo(now, next));
}

export function why(error) {
  if (error instanceof Unreachable) return say.offline;
  if (error instanceof Refusal && (error.status === 401 || error.status === 403)) return error.body.detail ?? say.not_allowed;
  return error.message;
}
