// A new page begins with a template: the plain one at once, others when they are asked for.

import { ask } from '../base/api.js';
import { say } from '../texts/texts.js';
import { changesTo } from '../merge/into.js';

export async function beginWith(session) {
  const { page, notices } = session;
  if (!page.isNew || session.text() !== page.text) return;
  const { templates } = await ask('GET', `templates?for=${encodeURIComponent(page.path)}`).catch(() => ({ templates: [] }));
  if (!templates.length) return;
  session.begun = page.text;
  // Once something is written, a template would be in its way.
  const begin = content => {
    if (session.text() !== session.begun) return;
    session.put(changesTo(session.begun, content));
    session.baseText = session.begun = content;
    const { view } = session;
    view.dispatch({ selection: { anchor: view.state.doc.length } });
    view.focus();
    session.changed();
  };
  if (!page.text) begin(templates[0].content);
  const others = templates.length > 1 ? templates : [];
  if (others.length) notices.tell(say.begin_with, { kind: 'ask', name: 'begin', actions: others.map(({ name, content }) => [name, () => begin(content)]) });
}
