// Draws diagrams in the colours and the face of the page, by day and by night. Their sources stand in the page: they are what
// is read without scripts, and when a diagram can't be drawn.
//
// A plain script and no module, so that it runs in pages that are opened from a disk.

(() => {
const library = document.querySelector('script[data-diagrams=library]');
const loaded = new Promise((done, fail) => {
  if (globalThis.mermaid) return done();
  library?.addEventListener('load', done);
  library?.addEventListener('error', () => fail(new Error('the library is not there')));
});
// The width of kinds of diagrams that have none of their own, in pixels: somewhat more than a line of text has.
const WIDTH = 760;
const KINDS = ['note', 'tip', 'warn', 'stop', 'deep', 'hl-type', 'hl-keyword', 'hl-function'];

// What was drawn, by scheme and source, so that a page that changes in place shows it again without a flicker.
const drawings = new Map();
let n_drawn = 0, queue = Promise.resolve();

const frames = doc => [...doc.querySelectorAll('figure.diagram')];
const sourceOf = frame => frame.querySelector('pre')?.textContent ?? '';
const schemeOf = doc => {
  const { colorScheme } = doc.defaultView.getComputedStyle(doc.documentElement);
  return /^(light|dark)$/.test(colorScheme) ? colorScheme : doc.defaultView.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
};
const keyOf = (scheme, source) => `${scheme}\n${source}`;

// --- the look: what the library calls its variables, from the tokens of the page ---

const pixel = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });

// Tells what a colour of the style sheet is in a scheme, as the library reads it: `#rrggbb`.
function palette(doc, scheme) {
  const probe = doc.body.appendChild(doc.createElement('i'));
  probe.style.cssText = `position: absolute; color-scheme: ${scheme}`;
  const style = doc.defaultView.getComputedStyle(probe);
  const colour = css => {
    probe.style.color = css;
    pixel.fillStyle = style.color;
    pixel.fillRect(0, 0, 1, 1);
    return `#${[...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)].map(part => part.toString(16).padStart(2, '0')).join('')}`;
  };
  return { token: name => colour(`var(--${name})`), mix: (name, percent, other = 'paper') => colour(`color-mix(in oklab, var(--${name}) ${percent}%, var(--${other}))`), face: style.fontFamily, done: () => probe.remove() };
}

function look(doc, scheme) {
  const { token, mix, face, done } = palette(doc, scheme);
  const [paper, raised, ink, soft, rule, rubric] = ['paper', 'raised', 'ink', 'soft', 'rule', 'rubric'].map(token);
  const line = mix('soft', 75), fills = KINDS.map(kind => mix(kind, scheme === 'dark' ? 30 : 16)), hues = KINDS.map(token);
  const numbered = (name, values, n, from = 0) => Object.fromEntries(Array.from({ length: n }, (_, i) => [name.replace('#', i + from), values[i % values.length]]));
  const variables = {
    darkMode: scheme === 'dark', background: paper, fontFamily: face, fontSize: '16px', useGradient: false, dropShadow: 'none',
    primaryColor: raised, primaryTextColor: ink, primaryBorderColor: line, lineColor: soft, textColor: ink, titleColor: ink, nodeTextColor: ink,
    secondaryColor: fills[0], secondaryTextColor: ink, secondaryBorderColor: hues[0], tertiaryColor: mix('raised', 50), tertiaryTextColor: ink, tertiaryBorderColor: rule,
    mainBkg: raised, nodeBorder: line, clusterBkg: mix('raised', 45), clusterBorder: rule, edgeLabelBackground: paper, defaultLinkColor: soft, arrowheadColor: soft,
    noteBkgColor: mix('mark', 60), noteTextColor: ink, noteBorderColor: mix('warn', 40), errorBkgColor: raised, errorTextColor: ink,
    actorBkg: raised, actorBorder: line, actorTextColor: ink, actorLineColor: rule, signalColor: soft, signalTextColor: ink, labelBoxBkgColor: raised, labelBoxBorderColor: line,
    labelTextColor: ink, loopTextColor: ink, activationBkgColor: fills[0], activationBorderColor: hues[0], sequenceNumberColor: paper,
    labelColor: ink, altBackground: mix('raised', 45), stateBkg: raised, stateLabelColor: ink, transitionColor: soft, transitionLabelColor: ink, specialStateColor: ink, compositeBackground: paper, compositeTitleBackground: raised, compositeBorder: line, innerEndBackground: paper,
    classText: ink, attributeBackgroundColorOdd: paper, attributeBackgroundColorEven: mix('raised', 60), rowOdd: paper, rowEven: mix('raised', 60),
    sectionBkgColor: mix('raised', 70), altSectionBkgColor: paper, sectionBkgColor2: mix('raised', 70), excludeBkgColor: rule, taskBorderColor: hues[0], taskBkgColor: fills[0], taskTextColor: ink, taskTextLightColor: ink, taskTextDarkColor: ink, taskTextOutsideColor: ink, taskTextClickableColor: rubric,
    activeTaskBorderColor: hues[1], activeTaskBkgColor: fills[1], doneTaskBkgColor: raised, doneTaskBorderColor: line, critBkgColor: fills[3], critBorderColor: hues[3], gridColor: rule, todayLineColor: rubric, vertLineColor: rubric,
    requirementBackground: raised, requirementBorderColor: line, requirementTextColor: ink, relationColor: soft, relationLabelBackground: paper, relationLabelColor: ink,
    personBkg: fills[0], personBorder: hues[0], quadrant1Fill: fills[1], quadrant2Fill: fills[0], quadrant3Fill: raised, quadrant4Fill: fills[2],
    ...numbered('quadrant#TextFill', [ink], 4, 1), quadrantPointFill: rubric, quadrantPointTextFill: ink, quadrantXAxisTextFill: ink, quadrantYAxisTextFill: ink, quadrantInternalBorderStrokeFill: rule, quadrantExternalBorderStrokeFill: line, quadrantTitleFill: ink,
    ...numbered('pie#', KINDS.map(kind => mix(kind, scheme === 'dark' ? 45 : 35)), 12, 1), pieTitleTextColor: ink, pieSectionTextColor: ink, pieLegendTextColor: ink, pieStrokeColor: paper, pieOuterStrokeColor: paper, pieOpacity: '1', pieStrokeWidth: '2px', pieOuterStrokeWidth: '0px',
    ...numbered('cScale#', fills, 12), ...numbered('cScaleLabel#', [ink], 12), ...numbered('cScaleInv#', hues, 12), ...numbered('cScalePeer#', hues, 12), ...numbered('surface#', fills, 5), ...numbered('surfacePeer#', hues, 5), scaleLabelColor: ink,
    ...numbered('git#', hues, 8), ...numbered('gitInv#', [paper], 8), ...numbered('gitBranchLabel#', [paper], 8), commitLabelColor: ink, commitLabelBackground: raised, tagLabelColor: ink, tagLabelBackground: fills[2], tagLabelBorder: hues[2],
    ...numbered('fillType#', fills, 8), ...numbered('venn#', hues, 8, 1), ...numbered('actor#', fills, 6),
    archEdgeColor: soft, archEdgeArrowColor: soft, archGroupBorderColor: rule,
    xyChart: { backgroundColor: paper, titleColor: ink, xAxisTitleColor: ink, xAxisLabelColor: ink, xAxisTickColor: soft, xAxisLineColor: soft, yAxisTitleColor: ink, yAxisLabelColor: ink, yAxisTickColor: soft, yAxisLineColor: soft, plotColorPalette: [0, 3, 1, 2, 4].map(n => mix(KINDS[n], 70)).join(',') },
  };
  done();
  return { startOnLoad: false, securityLevel: 'strict', suppressErrorRendering: true, theme: 'base', themeVariables: variables, fontFamily: face, htmlLabels: false,
    flowchart: { htmlLabels: false },
    gantt: { useWidth: WIDTH }, journey: { titleFontFamily: face, titleFontSize: '16px' }, deterministicIds: true };
}

// --- drawing, one at a time: the library has one configuration ---

async function draw(doc, scheme, source) {
  const key = keyOf(scheme, source);
  await loaded;
  await Promise.all([...document.fonts].filter(({ family }) => /Literata/.test(family)).map(face => face.load().catch(() => {})));
  mermaid.initialize(look(doc, scheme));
  const table = document.body.appendChild(Object.assign(document.createElement('div'), { className: 'measuring' }));
  try {
    drawings.set(key, { svg: (await mermaid.render(`diagram-${++n_drawn}`, source, table)).svg });
  } catch (error) {
    drawings.set(key, { problem: String(error?.message ?? error).trim() });
  }
  table.remove();
}

const wanted = new Set();

function want(doc, scheme, source) {
  const key = keyOf(scheme, source);
  if (drawings.has(key) || wanted.has(key)) return;
  wanted.add(key);
  const work = async () => {
    await draw(doc, scheme, source);
    frames(doc).forEach(frame => show(frame, schemeOf(doc)));
  };
  queue = queue.then(work).catch(problem => console.warn('diagrams:', problem.message)).finally(() => wanted.delete(key));
}

// Puts what was drawn into its frame; the source waits behind it.
function put(frame, drawing) {
  const doc = frame.ownerDocument;
  frame.querySelector(':scope > :is(.drawing, .diagram-problem)')?.remove();
  frame.classList.toggle('drawn', Boolean(drawing?.svg));
  if (!drawing) return;
  if (drawing.problem) {
    const says = doc.querySelector('meta[name=diagram-problem]')?.content ?? '{problem}';
    return frame.prepend(Object.assign(doc.createElement('p'), { className: 'diagram-problem', textContent: says.replace('{problem}', () => drawing.problem) }));
  }
  // Styles that are parsed with their drawing would need to be allowed by the page's policy.
  const styles = [], bare = drawing.svg.replace(/<style[^>]*>([^]*?)<\/style>/g, (_, css) => { styles.push(css); return ''; });
  const svg = doc.importNode(new DOMParser().parseFromString(bare, 'text/html').querySelector('svg'), true);
  const style = doc.createElementNS(svg.namespaceURI, 'style');
  style.nonce = document.querySelector('meta[name=csp-nonce]')?.content ?? '';
  style.textContent = styles.join('\n');
  svg.prepend(style);
  const box = Object.assign(doc.createElement('div'), { className: 'drawing' });
  box.append(svg);
  frame.prepend(box);
}

const isShown = (frame, key) => frame.dataset.drawn === key && frame.querySelector(':scope > :is(.drawing, .diagram-problem)');

function show(frame, scheme) {
  const key = keyOf(scheme, sourceOf(frame)), drawing = drawings.get(key);
  if (!drawing || isShown(frame, key)) return Boolean(drawing);
  put(frame, drawing);
  frame.dataset.drawn = key;
  return true;
}

function update(doc) {
  const scheme = schemeOf(doc);
  const waiting = frames(doc).filter(frame => !show(frame, scheme)).map(sourceOf);
  waiting.forEach(source => want(doc, scheme, source));
  // Paper is light.
  if (scheme === 'dark') frames(doc).forEach(frame => want(doc, 'light', sourceOf(frame)));
  return queue;
}

// Keeps the diagrams of a document as their sources and its colours are.
function keepDrawn(doc = document) {
  const again = () => update(doc);
  new MutationObserver(again).observe(doc.body, { childList: true, subtree: true, characterData: true });
  new MutationObserver(again).observe(doc.documentElement, { attributeFilter: ['data-theme'] });
  doc.defaultView.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  doc.defaultView.addEventListener('beforeprint', () => frames(doc).forEach(frame => show(frame, 'light')));
  doc.defaultView.addEventListener('afterprint', again);
  return again();
}

// A page that is one file is printed at its `load` event, which waits for a frame that isn't complete.
function waitWithLoad(promise) {
  const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { hidden: true }));
  frame.contentDocument.open();
  promise.finally(() => { frame.contentDocument.close(); frame.remove(); });
}

const drawn = keepDrawn();
if (!library?.src && document.readyState !== 'complete') waitWithLoad(drawn);
globalThis.recto = { ...globalThis.recto, keepDrawn, drawn };
})();
