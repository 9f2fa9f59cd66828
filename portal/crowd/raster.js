const CHUNK = 12;

/** A label index for each pixel, so that every pixel has exactly one label: a canvas brush would blend the edges. */
export class Raster {
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.data = new Uint8Array(width * height);
    this.begin();
  }

  /** Starts a step: what it overwrites is kept, in chunks, so that it can be undone. */
  begin() {
    this.kept = new Map();
  }
  /** Ends a step; gives the function that swaps it back and forth, and how many bytes that holds. */
  end() {
    const { kept } = this;
    this.begin();
    const swap = () => {
      for (const [chunk, old] of kept) {
        kept.set(chunk, this.chunk(chunk));
        this.data.set(old, chunk << CHUNK);
      }
    };
    return { swap, bytes: kept.size << CHUNK };
  }
  chunk(index) {
    return this.data.slice(index << CHUNK, (index + 1) << CHUNK);
  }

  /** Fills the pixels of a row whose centres lie between two places. */
  span(row, left, right, value) {
    const from = row * this.width + Math.max(0, Math.ceil(left - 0.5));
    const to = row * this.width + Math.min(this.width, Math.ceil(right - 0.5));
    if (to <= from) return;
    for (let chunk = from >> CHUNK; chunk <= (to - 1) >> CHUNK; chunk++)
      if (!this.kept.has(chunk)) this.kept.set(chunk, this.chunk(chunk));
    this.data.fill(value, from, to);
  }
  rows(top, bottom, each) {
    const last = Math.min(this.height, Math.ceil(bottom - 0.5));
    for (let row = Math.max(0, Math.ceil(top - 0.5)); row < last; row++) each(row, row + 0.5);
  }

  disc({ x, y }, radius, value) {
    this.rows(y - radius, y + radius, (row, centre) => {
      const half = Math.sqrt(radius ** 2 - (centre - y) ** 2);
      this.span(row, x - half, x + half, value);
    });
  }
  /** A brush stroke from one point to another. */
  stroke(a, b, radius, value) {
    const steps = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / Math.max(0.5, Math.sqrt(radius))) || 1;
    for (let step = 0; step <= steps; step++) {
      const along = step / steps;
      this.disc({ x: a.x + (b.x - a.x) * along, y: a.y + (b.y - a.y) * along }, radius, value);
    }
  }
  /** A filled polygon (even-odd). */
  polygon(points, value) {
    const ys = points.map(({ y }) => y);
    this.rows(Math.min(...ys), Math.max(...ys), (row, centre) => {
      const crossings = [];
      points.forEach((a, index) => {
        const b = points.at(index - 1);
        if (a.y <= centre !== b.y <= centre) crossings.push(a.x + ((centre - a.y) / (b.y - a.y)) * (b.x - a.x));
      });
      crossings.sort((one, other) => one - other);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2)
        this.span(row, crossings[pair], crossings[pair + 1], value);
    });
  }
  /** Turns all pixels of a value into background. */
  clear(value) {
    const { data, width } = this;
    for (let at = data.indexOf(value); at >= 0; at = data.indexOf(value, at + 1))
      this.span(Math.floor(at / width), at % width, (at % width) + 1, 0);
  }
  /** The values in use. */
  used() {
    const found = new Uint8Array(256);
    for (const value of this.data) found[value] = 1;
    return found;
  }
}

/** Reads a mask's PNG into a raster: `values` maps #rrggbb to pixel values, other colours are background. */
export async function readMask(source, raster, values, sizeMessage) {
  const response = await window.fetch(source);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob(), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  const { width, height } = raster;
  if (bitmap.width !== width || bitmap.height !== height)
    throw new Error(sizeMessage(`${bitmap.width} by ${bitmap.height}`, `${width} by ${height}`));
  const byColour = new Map(
    [...values].map(([hex, value]) => [
      (0xff000000 | parseInt(hex.slice(5, 7) + hex.slice(3, 5) + hex.slice(1, 3), 16)) >>> 0,
      value,
    ]),
  );
  // In strips: all pixels of a large image at once would need four times its memory.
  const strip = Math.max(1, Math.floor(2 ** 22 / width));
  const context = new OffscreenCanvas(width, strip).getContext('2d', { willReadFrequently: true });
  for (let top = 0; top < height; top += strip) {
    context.clearRect(0, 0, width, strip);
    context.drawImage(bitmap, 0, -top);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, Math.min(strip, height - top)).data.buffer);
    for (let at = 0; at < pixels.length; at++) raster.data[top * width + at] = byColour.get(pixels[at]) ?? 0;
  }
  bitmap.close();
}
