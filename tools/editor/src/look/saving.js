// Saving as a person sees it: the button, the message, what came of it.

import { changesTo } from '../merge/into.js';
import { isError } from '../preview/problems.js';
import { loaded } from '../shell/load.js';
import { save } from '../save/save.js';
import { ask, inAddress } from '../base/api.js';
import { say } from '../texts/texts.js';

export function savingOf(session) {
  const { page, notices, drafts } = session;
  let isLeaving = false, isAskedAgain = false;

  addEventListener('beforeunload', event => {
    if (!isLeaving && session.view && session.isDirty()) event.preventDefault();
  });
  for (const [name, action] of [['save', () => run({ leave: false })], ['finish', () => run({ leave: true })], ['leave', () => mayLeave() && leave()]]) {
    addEventListener(`recto-${name}`, action);
  }

  const name = () => page.title || page.path.replace(/^.*\//, '').replace(/\.\w+$/, '');
  const usualMessage = () => page.isNew ? say.created(name()) : session.section ? say.edited_section(name(), session.section) : say.edited(name());

  function changed() {
    session.shell.message.placeholder = usualMessage();
    session.status.state(session.isDirty() ? say.changed : say.unchanged, session.isDirty() ? 'changed' : '');
  }

  async function run({ leave: isLast, anyway = false }) {
    if (session.isSaving) { isAskedAgain = true; return; }
    if (!session.isDirty() && !page.isNew) {
      if (isLast) return leave();
      return notices.tell(say.nothing_to_save, { name: 'save' });
    }
    session.isSaving = true;
    session.shell.busy(true);
    let isDone = false;
    try {
      isDone = (anyway || !await hasErrors(isLast)) && await send(isLast, anyway);
    } finally {
      session.isSaving = false;
      session.shell.busy(false);
      session.others.resume();
    }
    // What was typed meanwhile was to be saved as well.
    const again = isAskedAgain && isDone && session.isDirty();
    isAskedAgain = false;
    if (again) await run({ leave: isLast });
  }

  // Data and settings with errors, and front matter that can't be read, break more than a page: the person is asked.
  async function hasErrors(isLast) {
    let errors;
    try { errors = (await session.preview.check(session.text())).filter(isError); } catch { return false; }
    if (!errors.length) return false;
    notices.tell(say.errors_first(errors.length), {
      kind: 'error', name: 'save', details: errors.slice(0, 3).map(({ line, message }) => line ? `${say.line(line, 1).split(',')[0]}: ${message}` : message),
      // Settings with an error would take away the whole site.
      actions: [[say.look, () => showFirst(errors[0])], !/(^|\/)recto\.yml$/.test(page.path) && [say.save_anyway, () => run({ leave: isLast, anyway: true })]].filter(Boolean),
    });
    return true;
  }
  function showFirst({ line = 1 }) {
    session.show(session.view.state.doc.line(Math.min(session.view.state.doc.lines, line)).from);
  }

  async function send(isLast, anyway) {
    const { message, minor } = session.shell;
    const answer = await save(session, { message: message.value.trim() || usualMessage(), minor: minor.checked, anyway });
    if (answer.outcome === 'failed') { session.status.state(say.changed, 'changed'); notices.tell(say.failed(answer.why), { kind: 'error', name: 'save' }); return false; }
    if (answer.outcome === 'conflict') { choose(answer, isLast); return false; }
    if (answer.outcome === 'gone') { gone(session.other ?? say.somebody); return false; }
    ['save', 'clash', 'begin'].forEach(notices.drop);
    message.value = '';
    if (!session.isDirty()) drafts.forget(); else drafts.changed();
    changed();
    session.status.state(say.saved, 'saved');
    const own = answer.left_alone?.map(file => file.path).join(', ');
    if (own) notices.tell(say.left_alone(own), { kind: 'ask', name: 'folder' });
    else notices.drop('folder');
    if (answer.outcome === 'merged') notices.tell(say.saved_merged, { kind: 'ask', name: 'save', actions: [[say.show_page, leave]] });
    else if (isLast && !session.isDirty() && !own) leave();
    else notices.tell(say.saved, { name: 'save', actions: [[say.show_page, leave]] });
    return true;
  }

  // Others deleted or moved the page: the next save makes it anew.
  function gone(who) {
    Object.assign(session, { base: '', baseText: '' });
    notices.tell(say.gone(who), { kind: 'ask', name: 'others' });
    changed();
  }

  // Two texts for the same place.
  async function choose({ base, ours = session.text(), theirs, commit, author }, isLast) {
    const view = await loaded(import('../merge/conflict.js'), notices);
    view?.openConflict(session.shell.root, {
      base: base ?? session.baseText, ours, theirs, isProse: page.kind === 'markdown', who: author?.name ?? author ?? session.other ?? say.somebody,
      onBack: () => session.view.focus(),
      async onDone(text) {
        const head = commit ?? (await ask('GET', `pages/${inAddress(page.path)}`)).commit;
        session.put(changesTo(session.text(), text));
        Object.assign(session, { base: head, baseText: theirs });
        notices.drop('clash');
        changed();
        session.view.focus();
        run({ leave: isLast });
      },
    });
  }

  function leave() {
    isLeaving = true;
    drafts.stop();
    location.href = page.url;
  }
  // Whether the page may be left; the browser asks when there is text that isn't saved.
  const mayLeave = () => true;

  return { run, changed, choose, gone, mayLeave };
}
