import { bgrOf, hatch } from './colours.js';
import { h } from './dom.js';

/** Paints a raster over a stage, only as many pixels as the screen has, however large the image. */
export class MaskView {
  /** @type {Map<string, Uint32Array>} */
  tiles = new Map();

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.canvas = h('canvas', { 'aria-hidden': 'true' });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    stage.over.before(this.canvas);
  }

  /**
   * Eight by eight pixels of a hatching, so that areas differ in more than colour.
   * @param {number} index @param {string} colour
   */
  tile(index, colour) {
    const key = `${index} ${colour}`;
    let tile = this.tiles.get(key);
    if (!tile) {
      const shade = bgrOf(colour);
      tile = Uint32Array.from(
        { length: 64 },
        (_, at) => (((hatch(index)(at & 7, at >> 3) ? 0xbf : 0x66) << 24) | shade) >>> 0,
      );
      this.tiles.set(key, tile);
    }
    return tile;
  }

  /** @param {Raster} raster @param {string[]} colours by pixel value minus one */
  draw(raster, colours) {
    const { canvas, stage } = this;
    const ratio = Math.min(2, window.devicePixelRatio);
    const [width, height] = [Math.round(stage.box.width * ratio), Math.round(stage.box.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    if (!width || !height) return;
    const image = this.context.createImageData(width, height);
    const out = new Uint32Array(image.data.buffer);
    const tiles = colours.map((colour, index) => this.tile(index, colour));
    const step = stage.pixel / ratio;
    const columns = Int32Array.from({ length: width }, (_, column) => Math.floor(stage.view.x + (column + 0.5) * step));
    for (let row = 0; row < height; row++) {
      const y = Math.floor(stage.view.y + (row + 0.5) * step);
      if (y < 0 || y >= raster.height) continue;
      for (let column = 0; column < width; column++) {
        const x = columns[column];
        const value = x >= 0 && x < raster.width ? raster.data[y * raster.width + x] : 0;
        if (value) out[row * width + column] = tiles[value - 1][((row & 7) << 3) | (column & 7)];
      }
    }
    this.context.putImageData(image, 0, 0);
  }
}
