// Opens the search dialog: by the button, by `/` and by Ctrl-K. What it needs is loaded then.

let opening;
function show() {
  const button = document.querySelector('.search-open');
  if (!button) return;
  const { script, style, ...settings } = button.dataset;
  opening ??= Promise.all([import(script), styled(style)]);
  opening.then(([search]) => search.open(settings), () => { opening = undefined; });
}

function styled(href) {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise(done => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

addEventListener('click', event => { if (event.target.closest?.('.search-open')) show(); });
addEventListener('keydown', event => {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  const isTyping = target.isContentEditable || target.closest?.('input, textarea, select');
  const isSlash = key === '/' && !ctrlKey && !metaKey && !altKey && !isTyping;
  const isK = key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey;
  if (!isSlash && !isK || event.defaultPrevented) return;
  event.preventDefault();
  show();
});
