/*
 * A PNG writer for label masks. A canvas would need 400 MB and seconds for 100 megapixels, and may blend colours;
 * this one needs little more than the file, because rows of a mask are runs of equal pixels.
 */
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const ADLER = 65521;
const LONGEST = 258;
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

/**
 * Deflate's fixed codes run from the highest bit, all else in a stream from the lowest.
 * @param {number} code @param {number} bits
 */
function reversed(code, bits) {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((code >> bit) & 1) << (bits - 1 - bit);
  return result;
}
/** The code of a symbol and how many bits it has. @param {number} symbol @returns {[number, number]} */
function fixedCode(symbol) {
  if (symbol < 144) return [reversed(48 + symbol, 8), 8];
  if (symbol < 256) return [reversed(256 + symbol, 9), 9];
  return symbol < 280 ? [reversed(symbol - 256, 7), 7] : [reversed(symbol - 88, 8), 8];
}
const CODES = Array.from({ length: 286 }, (_, symbol) => fixedCode(symbol));

/** The symbol, the number and the value of the extra bits of a length between 3 and 258. @param {number} length */
function lengthSymbol(length) {
  if (length < 11) return [254 + length, 0, 0];
  if (length === LONGEST) return [285, 0, 0];
  const extra = 29 - Math.clz32(length - 3);
  return [257 + 4 * extra + ((length - 3) >> extra), extra, (length - 3) & ((1 << extra) - 1)];
}

class Stream {
  bytes = new Uint8Array(1 << 16);
  length = 0;
  bits = 0;
  count = 0;

  /** @param {number} value */
  byte(value) {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }
  /** @param {number} value @param {number} count of bits */
  write(value, count) {
    this.bits |= value << this.count;
    for (this.count += count; this.count >= 8; this.count -= 8) {
      this.byte(this.bits & 255);
      this.bits >>>= 8;
    }
  }
  /** @param {number} symbol */
  symbol(symbol) {
    this.write(...CODES[symbol]);
  }
  /** Repeats the last four bytes until `length` more are written. @param {number} length */
  repeat(length) {
    for (let left = length, part = 0; left > 0; left -= part) {
      // The shortest repetition is of three bytes, so none or at least three may be left.
      part = left > LONGEST && left < LONGEST + 3 ? left - 3 : Math.min(left, LONGEST);
      const [symbol, count, extra] = lengthSymbol(part);
      this.symbol(symbol);
      this.write(extra, count);
      this.write(reversed(3, 5), 5);
    }
  }
  finish() {
    if (this.count) this.byte(this.bits & 255);
    return this.bytes.subarray(0, this.length);
  }
}

/** @param {string} name @param {ArrayLike<number>} data */
function chunk(name, data) {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    [...name].map(letter => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  let crc = -1;
  for (let at = 4; at < bytes.length - 4; at++) crc = CRC[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  view.setUint32(bytes.length - 4, ~crc);
  return bytes;
}

/**
 * Compresses the rows, each as its difference from the one above, run by run.
 * @param {Raster} raster @param {number[][]} palette
 */
function compress({ data, width, height }, palette) {
  const stream = new Stream();
  let [low, high] = [1, 0];
  stream.byte(0x78);
  stream.byte(0x01);
  stream.write(0b011, 3);
  const blank = new Uint8Array(width);
  for (let row = 0; row < height; row++) {
    const now = data.subarray(row * width, (row + 1) * width);
    const above = row ? data.subarray((row - 1) * width, row * width) : blank;
    stream.symbol(2);
    low = (low + 2) % ADLER;
    high = (high + low) % ADLER;
    for (let from = 0, to = 0; from < width; from = to) {
      for (to = from + 1; to < width && now[to] === now[from] && above[to] === above[from]; ) to++;
      const pixel = palette[now[from]].map((byte, channel) => (byte - palette[above[from]][channel]) & 255);
      for (const byte of pixel) stream.symbol(byte);
      const count = to - from;
      stream.repeat(4 * (count - 1));
      const sum = pixel[0] + pixel[1] + pixel[2] + pixel[3];
      const weighted = 4 * pixel[0] + 3 * pixel[1] + 2 * pixel[2] + pixel[3];
      high = (high + count * (4 * low + weighted) + 2 * sum * count * (count - 1)) % ADLER;
      low = (low + count * sum) % ADLER;
    }
  }
  stream.symbol(256);
  const packed = stream.finish();
  const body = new Uint8Array(packed.length + 4);
  body.set(packed);
  new DataView(body.buffer).setUint32(packed.length, high * 65536 + low);
  return body;
}

/**
 * A raster as an RGBA PNG in base64; `colours` holds #rrggbb by pixel value minus one, background is transparent.
 * @param {Raster} raster @param {string[]} colours
 */
export function pngOf(raster, colours) {
  const palette = [
    [0, 0, 0, 0],
    ...colours.map(hex => [...[1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)), 255]),
  ];
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, raster.width);
  view.setUint32(4, raster.height);
  header.set([8, 6], 8);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', compress(raster, palette)),
    chunk('IEND', []),
  ];
  let text = '';
  for (const part of parts)
    for (let at = 0; at < part.length; at += 8192) text += String.fromCharCode(...part.subarray(at, at + 8192));
  return btoa(text);
}
