// Of the slides of a chapter, the one is shown in which the cursor is, with its notes while they are written; beside a manifest the
// first slide of the chapter that its line names. The style sheet of decks makes it as large as the frame allows.

export function openSlides(session) {
  const { preview, page } = session;

  function show() {
    const { contentDocument: document } = preview.frame;
    if (!preview.isDeck || !document) return;
    const all = [...document.querySelectorAll('[data-slide]')];
    const current = (page.kind === 'markdown' ? ofLine(all) : ofName(all)) ?? all[0];
    for (const slide of all) slide.classList.toggle('now', slide === current);
    document.documentElement.classList.add('staged', 'ready');
    document.documentElement.classList.toggle('with-notes', current && isInNotes(current));
  }

  const here = () => session.view.state.doc.lineAt(session.view.state.selection.main.head);
  const lineOf = slide => Number(/:(\d+)$/.exec(slide.dataset.source)?.[1] ?? 1);
  const ofLine = all => all.findLast(slide => lineOf(slide) <= here().number);
  function ofName(all) {
    const named = here().text.replace(/^[\s-]+|\s*(#.*)?$/g, '').replace(/^\.\.\/|^\.\//, '');
    return named && all.find(({ dataset }) => dataset.chapter.endsWith(named));
  }
  function isInNotes(slide) {
    const { doc } = session.view.state;
    const from = Math.min(lineOf(slide), doc.lines);
    return page.kind === 'markdown' && /^\?\?\?\s*$/m.test(doc.sliceString(doc.line(from).from, here().to));
  }

  preview.shown.on(show);
  return { changed: show };
}
