// What is edited: told by the form that works without this script.

export function readPage(form) {
  const area = form.elements.namedItem('content');
  const { path, base, url, title } = form.dataset;
  const query = new URL(location.href).searchParams;
  return {
    form,
    area,
    path,
    // The commit that the text is from; empty when the page is not there yet.
    base: base || form.elements.namedItem('base')?.value || '',
    isNew: form.dataset.new !== undefined && form.dataset.new !== 'false',
    // Where readers find it.
    url: url || form.querySelector('a[rel=up], a.cancel')?.href || '/',
    title: title || '',
    // Line endings are one kind while it is edited.
    text: area.value.replace(/\r\n?/g, '\n'),
    section: query.get('section') ?? '',
    nonce: document.querySelector('meta[name=csp-nonce]')?.content ?? '',
    kind: kindOf(path),
  };
}

export function kindOf(path) {
  const ending = /\.([^./]+)$/.exec(path)?.[1].toLowerCase() ?? '';
  if (/^(md|markdown|mdown|mkd)$/.test(ending)) return 'markdown';
  if (/^ya?ml$/.test(ending)) return 'yaml';
  return ending === 'json' ? 'json' : 'text';
}
