// A QR code (ISO/IEC 18004) of up to 134 bytes: byte mode, level L, versions 1 to 6, which need no more than one square to
// align by and blocks of one size. Gives rows of booleans, `true` for a dark module; nothing when the text is too long.

// By version: bytes of data, and of correction in each of the blocks.
const QR = [[19, 7], [34, 10], [55, 15], [80, 20], [108, 26], [136, 18, 2]];

function qrCode(text) {
  const bytes = [...new TextEncoder().encode(text)], version = QR.findIndex(([n]) => bytes.length + 2 <= n);
  if (version < 0) return;
  const [n, n_correction, n_blocks = 1] = QR[version];
  // The mode and the length are half a byte off, and so is what follows.
  const halves = [4, ...[bytes.length, ...bytes].flatMap(byte => [byte >> 4, byte & 15]), 0];
  const data = Array.from({ length: n }, (_, i) => 2 * i < halves.length ? halves[2 * i] << 4 | halves[2 * i + 1] : (i - halves.length / 2) % 2 ? 0x11 : 0xec);
  const blocks = Array.from({ length: n_blocks }, (_, i) => data.slice(i * n / n_blocks, (i + 1) * n / n_blocks));
  const corrections = blocks.map(block => qrCorrection(block, n_correction));
  const woven = parts => parts[0].flatMap((_, i) => parts.map(part => part[i]));
  return qrDraw(version * 4 + 21, [...woven(blocks), ...woven(corrections)]);
}

// Product of two elements of the field of 256.
function qrTimes(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) product = product << 1 ^ (product >> 7) * 0x11d ^ (b >> i & 1) * a;
  return product;
}

// The remainder by the generator polynomial, as Reed and Solomon have it.
function qrCorrection(block, n) {
  const generator = Array(n).fill(0).with(n - 1, 1);
  for (let i = 0, power = 1; i < n; i++, power = qrTimes(power, 2)) {
    for (let j = 0; j < n; j++) generator[j] = qrTimes(generator[j], power) ^ (generator[j + 1] ?? 0);
  }
  return block.reduce((rest, byte) => generator.map((value, i) => (rest[i + 1] ?? 0) ^ qrTimes(value, byte ^ rest[0])), Array(n).fill(0));
}

function qrDraw(size, bytes) {
  const rows = Array.from({ length: size }, () => Array(size));
  const square = (x, y, radius) => {
    for (let dy = -radius; dy <= radius; dy++) for (let dx = -radius; dx <= radius; dx++) {
      const far = Math.max(Math.abs(dx), Math.abs(dy));
      if (rows[y + dy] && x + dx >= 0 && x + dx < size) rows[y + dy][x + dx] = radius === 2 ? far !== 1 : far !== 2 && far !== 4;
    }
  };
  for (let i = 0; i < size; i++) rows[6][i] = rows[i][6] = i % 2 === 0;
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4);
  if (size > 21) square(size - 7, size - 7, 2);
  // What a reader has to know: level L and mask 0, with their correction.
  for (let i = 0; i < 15; i++) {
    const bit = Boolean(0x77c4 >> i & 1);
    rows[i < 6 ? i : i < 8 ? i + 1 : size - 15 + i][8] = bit;
    rows[8][i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i] = bit;
  }
  rows[size - 8][8] = true;
  // From the right, two columns at a time, up and down in turn.
  let i = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    for (let k = 0; k < size; k++) for (const x of [right, right - 1]) {
      const y = right + 1 & 2 ? k : size - 1 - k;
      if (rows[y][x] !== undefined) continue;
      rows[y][x] = Boolean(bytes[i >> 3] >> 7 - (i & 7) & 1) !== ((x + y) % 2 === 0);
      i++;
    }
  }
  return rows;
}
