// The difference of two lists of texts, after Myers.

// How many changes are followed before all between the first and the last is taken as one.
const MAX_CHANGES = 1500;

// The places where `b` differs from `a`, in order: `{ from, to }` in `a` became `{ bFrom, bTo }` of `b`.
export function diff(a, b) {
  let start = 0, aEnd = a.length, bEnd = b.length;
  while (start < aEnd && start < bEnd && a[start] === b[start]) start++;
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) { aEnd--; bEnd--; }
  if (start === aEnd && start === bEnd) return [];
  if (start === aEnd || start === bEnd) return [{ from: start, to: aEnd, bFrom: start, bTo: bEnd }];
  return between(a, b, start, aEnd, bEnd);
}

function between(a, b, start, aEnd, bEnd) {
  const n = aEnd - start, m = bEnd - start, most = Math.min(n + m, MAX_CHANGES);
  const reach = new Int32Array(2 * most + 3), zero = most + 1;
  const trace = [];
  for (let d = 0; d <= most; d++) {
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && reach[zero + k - 1] < reach[zero + k + 1]) ? reach[zero + k + 1] : reach[zero + k - 1] + 1;
      let y = x - k;
      while (x < n && y < m && a[start + x] === b[start + y]) { x++; y++; }
      reach[zero + k] = x;
      if (x >= n && y >= m) return changes(trace, d, n, m, start);
    }
    // Only what the way back looks at.
    trace.push(reach.slice(zero - d - 1, zero + d + 2));
  }
  return [{ from: start, to: aEnd, bFrom: start, bTo: bEnd }];
}

// Goes the way back, and joins steps that touch.
function changes(trace, last, n, m, start) {
  const found = [];
  let x = n, y = m;
  for (let d = last; d > 0; d--) {
    const before = trace[d - 1], at = k => before[k + d];
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const prevK = down ? k + 1 : k - 1;
    const px = at(prevK), py = px - prevK;
    const from = start + px, bFrom = start + py;
    const to = from + (down ? 0 : 1), bTo = bFrom + (down ? 1 : 0);
    const next = found.at(-1);
    if (next && next.from === to && next.bFrom === bTo) Object.assign(next, { from, bFrom });
    else found.push({ from, to, bFrom, bTo });
    x = px;
    y = py;
  }
  return found.reverse();
}
