// A new page can begin with a template.

import { ask } from '../base/api.js';
import { say } from '../texts/texts.js';
import { changesTo } from '../merge/into.js';

export async function beginWith(session) {
  const { page, notices } = session;
  if (!page.isNew) return;
  const answer = await ask('GET', `templates?for=${encodeURIComponent(page.path)}`, { accept: [404] }).catch(() => null);
  const templates = answer?.templates ?? [];
  if (!templates.length) return;
  const today = new Date().toLocaleDateString('sv');
  const title = page.title || page.path.replace(/^.*\//, '').replace(/\.\w+$/, '').replace(/[-_]+/g, ' ');
  // Once something is written, a template would be in its way.
  const isEmpty = () => session.text() === page.text;
  notices.tell(say.begin_with, {
    kind: 'ask', name: 'begin',
    actions: templates.map(({ name, title: label, content }) => [label ?? name, () => {
      if (!isEmpty()) return;
      session.put(changesTo(session.text(), content.replaceAll('{{title}}', title).replaceAll('{{date}}', today)));
      session.view.focus();
    }]),
  });
}
