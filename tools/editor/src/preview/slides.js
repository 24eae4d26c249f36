// Of the slides of a chapter, the one is shown in which the cursor is; beside a manifest the first slide of the chapter that its line
// names. They are as large as the frame is wide.

// How wide slides are, unless their style sheet says something else.
const WIDTH = 1210;

export function openSlides(session) {
  const { preview, page } = session;
  const [isChapter, name] = [page.kind === 'markdown', 'ed-current'];

  function show() {
    const { contentDocument: document, clientWidth } = preview.frame;
    if (!preview.isDeck || !document) return;
    const all = [...document.querySelectorAll('[data-slide]')];
    const current = (isChapter ? ofLine(all) : ofName(all)) ?? all[0];
    for (const slide of all) slide.classList.toggle(name, slide === current);
    const width = current && Number(document.defaultView.getComputedStyle(current).getPropertyValue('--w')) || WIDTH;
    document.documentElement.style.setProperty('--ed-zoom', String(clientWidth / width));
  }

  function ofLine(all) {
    const line = here().number;
    return all.findLast(({ dataset }) => Number(/:(\d+)$/.exec(dataset.source)?.[1] ?? 0) <= line);
  }
  function ofName(all) {
    const named = here().text.replace(/^[\s-]+|\s*(#.*)?$/g, '').replace(/^\.\.\/|^\.\//, '');
    return named && all.find(({ dataset }) => dataset.chapter.endsWith(named));
  }
  const here = () => session.view.state.doc.lineAt(session.view.state.selection.main.head);

  preview.shown.on(show);
  new ResizeObserver(show).observe(preview.frame);
  return { changed: show };
}
