// `?section=ID` shows one section of the page; the rest is one click away.

import { headings, sectionOf } from '../code/outline.js';
import { showAll, showSection } from '../code/section.js';
import { say } from '../texts/texts.js';

export function openSection(session) {
  const id = session.page.section;
  if (!id) return;
  const { view, notices } = session;
  const range = sectionOf(view.state, id);
  if (!range) return notices.tell(say.no_section, { kind: 'news' });
  const title = headings(view.state).find(heading => heading.id === id).text;
  session.section = title;
  showSection(view, range);
  notices.tell(say.section(title), { kind: 'ask', name: 'section', actions: [[say.whole_page, () => { session.section = ''; showAll(view); view.focus(); }]] });
}
