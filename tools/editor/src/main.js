// The editor of the wiki. The server's page has a form with the whole text, which works without this script; here it becomes
// the place to write in. Parts share the `session` that `start` makes.

import { EditorView } from '@codemirror/view';
import { readPage } from './base/page.js';
import { applySettings, openEditor } from './code/editor.js';
import { foreignChanges, put } from './code/foreign.js';
import { sections } from './code/section.js';
import { pasting } from './insert/paste.js';
import { openUploads, waitingUploads } from './insert/upload.js';
import { openPreview } from './preview/preview.js';
import { showProblems } from './preview/problems.js';
import { inStep } from './preview/scroll.js';
import { openSlides } from './preview/slides.js';
import { openDrafts } from './save/drafts.js';
import { watchOthers } from './save/others.js';
import { openNotices } from './shell/notices.js';
import { openShell } from './shell/shell.js';
import { openStatus } from './shell/status.js';
import { openToolbar } from './shell/toolbar.js';
import { say } from './texts/texts.js';
import { beginWith } from './look/begin.js';
import { offerDraft } from './look/draft.js';
import { followLine } from './look/line.js';
import { cameFrom, movedTo } from './look/moved.js';
import { openSection } from './look/section.js';
import { tellOfOthers } from './look/others.js';
import { savingOf } from './look/saving.js';

const form = document.querySelector('form#edit');
if (form) start(readPage(form));

function start(page) {
  // What all parts share: the text, and what it began from.
  const session = {
    page,
    base: page.base,
    baseText: page.isNew ? '' : page.text,
    isSaving: false,
    view: null,
    text: () => session.view.state.doc.toString(),
    isDirty: () => session.text() !== session.baseText,
    put: (changes, options) => put(session.view, changes, options),
    show(at) {
      session.shell.show('write');
      session.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      session.view.focus();
    },
  };
  const notices = openNotices(), preview = openPreview(page), drafts = openDrafts(session), uploads = openUploads(session, notices);
  Object.assign(session, { notices, preview, drafts, changed });
  const saving = savingOf(session);
  const shell = session.shell = openShell(page, { notices, onSave: () => saving.run({ leave: true }), onLeave: saving.mayLeave });
  const status = session.status = openStatus(session);
  const { view } = session;

  session.view = openEditor({
    parent: shell.code,
    page,
    extensions: [
      sections, foreignChanges, waitingUploads, pasting(uploads),
      EditorView.updateListener.of(update => {
        if (update.docChanged) changed();
        if (update.docChanged || update.selectionSet) { status.changed(); slides?.changed(); }
      }),
    ],
  });
  shell.mount({ tools: openToolbar(session, { uploads, onSettings }), status: status.dom, preview: preview.dom });
  document.body.append(shell.root);
  // Wherever the focus is.
  shell.root.addEventListener('keydown', event => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    saving.run({ leave: false });
  });
  form.hidden = true;
  document.documentElement.classList.add('ed-on');

  function changed() {
    preview.update(session.text());
    drafts.changed();
    saving.changed();
    if (session.text() !== session.begun) notices.drop('begin');
  }
  function onSettings() {
    applySettings(session.view, page);
    shell.settings();
  }
  const look = () => preview.want(shell.hasPreview());
  shell.onShow(look);
  addEventListener('resize', look);
  preview.problems.on(problems => { showProblems(session.view, problems); status.problems(problems); });
  preview.followed.on(() => shell.show('write'));
  drafts.kept.on(() => session.isDirty() && status.state(say.draft_kept));
  inStep(session.view, preview);
  const slides = openSlides(session);
  session.move = (path, url) => movedTo(session, path, url);

  session.others = watchOthers(session);
  tellOfOthers(session, saving);
  openSection(session);
  cameFrom(session);
  shell.settings();
  status.changed();
  saving.changed();
  preview.update(session.text());
  offerDraft(session).then(offered => offered || beginWith(session));
  session.view.focus();
  followLine(session);
}
