// Put at the end of a deck that is laid out for print: writes what doesn't fit in the place of the page, as JSON whose signs are
// percent-encoded, since it is read out of HTML.
// Everything that the page needs is in it, so at the `load` event pictures and faces are there; the browser writes the page out
// right after that event, and waits for nothing else.
document.documentElement.classList.remove('staged', 'sheets');
// Diagrams are drawn as large as there is space; their sources are not what is shown.
for (const source of document.querySelectorAll('.diagram > pre')) source.hidden = true;
for (const image of document.images) image.loading = 'eager';
document.body.getBoundingClientRect();
addEventListener('load', () => {
  const linesOf = element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const height = parseFloat(getComputedStyle(element).lineHeight) || parseFloat(getComputedStyle(element).fontSize) * 1.2;
    const tops = [...range.getClientRects()].filter(box => box.width > 0).map(box => box.top + box.height / 2).sort((a, b) => a - b);
    let lines = 0, last = -Infinity;
    for (const top of tops) if (top - last > height / 2) { lines++; last = top; }
    return lines;
  };
  // In pixels of the slide, which may be made smaller as a whole.
  const lettersOf = element => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let least = Infinity;
    for (let text; (text = texts.nextNode());) {
      const holder = text.parentElement;
      if (!text.data.trim() || holder.closest('.debug, .diagram, svg, sub, sup')) continue;
      least = Math.min(least, parseFloat(getComputedStyle(holder).fontSize) * (holder.currentCSSZoom ?? 1));
    }
    return least;
  };
  // How many lines more its code takes than it has, since it is too wide.
  const wrappedOf = slide => {
    let wrapped = 0;
    for (const code of slide.querySelectorAll('pre > code')) {
      const { lineHeight } = getComputedStyle(code), rows = Math.round(code.getBoundingClientRect().height / parseFloat(lineHeight) / (code.currentCSSZoom ?? 1));
      wrapped += Math.max(0, (rows || 0) - code.textContent.replace(/\n$/, '').split('\n').length);
    }
    return wrapped;
  };
  const found = [];
  for (const slide of document.querySelectorAll('[data-slide]')) {
    const box = slide.getBoundingClientRect();
    const boxes = [...slide.querySelectorAll('.content, .content *')].map(part => part.getBoundingClientRect()).filter(({ width }) => width);
    // What the layout itself says counts the margin below, where the number is, as well; what has no place in it is seen only.
    const reach = Math.max(0, ...boxes.map(({ bottom }) => bottom - box.bottom));
    const below = Math.max(reach, slide.scrollHeight - slide.clientHeight);
    const beside = Math.max(0, ...boxes.map(({ left, right }) => Math.max(right - box.right, box.left - left)));
    const title = slide.querySelector('h1, h2');
    found.push({
      id: slide.id,
      source: slide.dataset.source,
      below: Math.round(below),
      beside: Math.round(beside),
      height: Math.round(box.height),
      lines: title ? linesOf(title) : 0,
      wrapped: wrappedOf(slide),
      letters: lettersOf(slide.querySelector('.content') ?? slide),
      images: [...slide.querySelectorAll('img')].filter(image => image.complete && (!image.naturalWidth || !image.getBoundingClientRect().width))
        .map(image => (image.getAttribute('src') ?? '').startsWith('data:') ? image.alt : image.getAttribute('src')),
    });
  }
  document.documentElement.innerHTML = `<head></head><body><pre>FOUND[${encodeURIComponent(JSON.stringify(found))}]</pre></body>`;
});
