import { bgrOf } from './colours.js';
import { contextOf } from './dom.js';
import { texts } from './texts.js';

const CHUNK = 12;

/** A label index for each pixel, so that every pixel has exactly one label: a canvas brush would blend the edges. */
export class Raster {
  /**
   * What the step that goes on overwrites, in chunks by their index, so that it can be undone.
   * @type {Map<number, Uint8Array>}
   */
  #chunks = new Map();

  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height);
  }

  /** Ends a step; gives the function that swaps it back and forth, and how many bytes that holds. */
  end() {
    const chunks = this.#chunks;
    this.#chunks = new Map();
    const swap = () => {
      for (const [chunk, old] of chunks) {
        chunks.set(chunk, this.chunk(chunk));
        this.data.set(old, chunk << CHUNK);
      }
    };
    return { swap, bytes: chunks.size << CHUNK };
  }
  /** @param {number} index */
  chunk(index) {
    return this.data.slice(index << CHUNK, (index + 1) << CHUNK);
  }

  /**
   * Fills the pixels of a row whose centres lie between two places.
   * @param {number} row @param {number} left @param {number} right @param {number} value
   */
  span(row, left, right, value) {
    const from = row * this.width + Math.max(0, Math.ceil(left - 0.5));
    const to = row * this.width + Math.min(this.width, Math.ceil(right - 0.5));
    if (to <= from) return;
    for (let chunk = from >> CHUNK; chunk <= (to - 1) >> CHUNK; chunk++)
      if (!this.#chunks.has(chunk)) this.#chunks.set(chunk, this.chunk(chunk));
    this.data.fill(value, from, to);
  }
  /** @param {number} top @param {number} bottom @param {(row: number, centre: number) => void} each */
  rows(top, bottom, each) {
    const last = Math.min(this.height, Math.ceil(bottom - 0.5));
    for (let row = Math.max(0, Math.ceil(top - 0.5)); row < last; row++) each(row, row + 0.5);
  }

  /** @param {Point} centre @param {number} radius @param {number} value */
  disc({ x, y }, radius, value) {
    this.rows(y - radius, y + radius, (row, centre) => {
      const half = Math.sqrt(radius ** 2 - (centre - y) ** 2);
      this.span(row, x - half, x + half, value);
    });
  }
  /**
   * A brush stroke from one point to another.
   * @param {Point} a @param {Point} b @param {number} radius @param {number} value
   */
  stroke(a, b, radius, value) {
    const steps = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / Math.max(0.5, Math.sqrt(radius))) || 1;
    for (let step = 0; step <= steps; step++) {
      const along = step / steps;
      this.disc({ x: a.x + (b.x - a.x) * along, y: a.y + (b.y - a.y) * along }, radius, value);
    }
  }
  /** A filled polygon (even-odd). @param {Point[]} points @param {number} value */
  polygon(points, value) {
    const ys = points.map(({ y }) => y);
    this.rows(Math.min(...ys), Math.max(...ys), (row, centre) => {
      /** @type {number[]} */
      const crossings = [];
      points.forEach((a, index) => {
        const b = /** @type {Point} */ (points.at(index - 1));
        if (a.y <= centre !== b.y <= centre) crossings.push(a.x + ((centre - a.y) / (b.y - a.y)) * (b.x - a.x));
      });
      crossings.sort((a, b) => a - b);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2)
        this.span(row, crossings[pair], crossings[pair + 1], value);
    });
  }
  /** Turns all pixels of a value into background. @param {number} value */
  clear(value) {
    const { data, width } = this;
    for (let at = data.indexOf(value); at >= 0; at = data.indexOf(value, at + 1))
      this.span(Math.floor(at / width), at % width, (at % width) + 1, 0);
  }
  /** The values in use. */
  used() {
    const flags = new Uint8Array(256);
    for (const value of this.data) flags[value] = 1;
    return flags;
  }
}

/**
 * Reads a mask's PNG into a raster: `values` maps #rrggbb to pixel values, other colours are background.
 * @param {string} source @param {Raster} raster @param {Iterable<[string | undefined, number]>} values
 */
export async function readMask(source, raster, values) {
  const response = await window.fetch(source);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob(), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  const { width, height } = raster;
  if (bitmap.width !== width || bitmap.height !== height)
    throw new Error(texts.maskSize(`${bitmap.width} by ${bitmap.height}`, `${width} by ${height}`));
  const byColour = new Map(
    [...values].map(([hex, value]) => {
      if (hex === undefined) throw new Error(texts.maskColour);
      return [(0xff000000 | bgrOf(hex)) >>> 0, value];
    }),
  );
  // In strips: all pixels of a large image at once would need four times its memory.
  const strip = Math.max(1, Math.floor(2 ** 22 / width));
  const context = contextOf(new OffscreenCanvas(width, strip), { willReadFrequently: true });
  for (let top = 0; top < height; top += strip) {
    context.clearRect(0, 0, width, strip);
    context.drawImage(bitmap, 0, -top);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, Math.min(strip, height - top)).data.buffer);
    for (let at = 0; at < pixels.length; at++) raster.data[top * width + at] = byColour.get(pixels[at]) ?? 0;
  }
  bitmap.close();
}
