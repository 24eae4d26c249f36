// `#L12` is a line of the file, as on forges: the cursor goes there. Slides lead here with the line that they begin in.

export function followLine(session) {
  const follow = () => {
    const line = Number(/^#L(\d+)/.exec(location.hash)?.[1]);
    const { doc } = session.view.state;
    if (line) session.show(doc.line(Math.min(line, doc.lines)).from);
  };
  addEventListener('hashchange', follow);
  follow();
}
