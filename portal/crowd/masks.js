import { colour, hex, swatch } from './colours.js';
import { h, reasonOf, s, set, sized } from './dom.js';
import { define } from './element.js';
import { distance, pathOf } from './geometry.js';
import { ImageTool } from './image-tool.js';
import { MaskView } from './mask-view.js';
import { pngOf } from './png.js';
import { Raster, readMask } from './raster.js';
import { texts } from './texts.js';

const MODES = { brush: texts.brush, polygon: texts.polygon, eraser: texts.eraser };
const MOST = 255;

/** Semantic segmentation; what both kinds of masks share. */
export class MaskTool extends ImageTool {
  /** @type {Look} */
  look = 'area';
  /** A key of MODES. */
  mode = 'brush';
  radius = 10;
  /** The points so far of a polygon. @type {Point[]} */
  pen = [];
  /** The colours that the initial value has for labels. @type {Record<string, string | undefined>} */
  initialColours = {};

  /** @returns {ShortcutGroup[]} */
  get shortcuts() {
    return ['mask', 'common'];
  }

  tools() {
    this.modeButtons = new Map();
    for (const [mode, name] of Object.entries(MODES))
      this.modeButtons.set(
        mode,
        this.button(name, name, name[0], () => this.setMode(mode)),
      );
    this.slider = h('input', {
      type: 'range',
      min: 1,
      max: 100,
      value: this.radius,
      'aria-label': texts.brushSize,
      oninput: () => this.setRadius(Number(this.slider.value)),
    });
    this.bar.append(h('label', {}, texts.size, this.slider));
    this.view = new MaskView(this.stage);
    this.outline = s('path', {
      fill: 'none',
      stroke: '#fff',
      'stroke-width': 2,
      'vector-effect': 'non-scaling-stroke',
      style: 'mix-blend-mode:difference',
    });
    this.stage.layer.append(this.outline);
    this.setMode('brush');
  }
  setMode(/** @type {string} */ mode) {
    this.cancel();
    this.mode = mode;
    for (const [name, button] of this.modeButtons) button.setAttribute('aria-pressed', name === mode);
  }
  setRadius(/** @type {number} */ radius) {
    this.radius = Math.min(Number(this.slider.max), Math.max(1, Math.round(radius)));
    this.slider.value = String(this.radius);
    this.stage.drawSoon();
  }

  loaded() {
    const { width, height } = this.stage.imageSize;
    this.raster = new Raster(width, height);
    this.slider.max = String(Math.max(10, Math.round(Math.min(width, height) / 4)));
    this.setRadius(Math.min(width, height) / 40);
    this.prepare();
    this.take(this.read('initial-value', {}));
  }
  prepare() {}
  /** Takes up an initial value or a draft: a picture, and what its colours mean. @param {MaskValue} value */
  async take(value) {
    const png = value.labeledImage?.pngImageData;
    const source = png ? `data:image/png;base64,${png}` : value.src;
    if (!source) return;
    const values = this.meaning(value);
    this.internals.setValidity({ customError: true }, texts.stillLoading, this.stage.element);
    try {
      await readMask(source, this.raster, values);
      this.internals.setValidity({});
    } catch (error) {
      // Submitting would throw away what others painted.
      const message = texts.maskNotLoaded(reasonOf(error));
      this.internals.setValidity({ customError: true }, message, this.stage.element);
      this.complain(message);
    }
    this.redraw();
  }
  /**
   * The pixel value of each colour; labels that the template does not know are kept.
   * @param {MaskValue} value @returns {Map<string | undefined, number>}
   */
  meaning({ labelMappings = {} }) {
    const names = Object.keys(labelMappings);
    const shadeOf = (/** @type {Mapping} */ mapping) => hex(mapping.color ?? mapping['hex-color']);
    this.initialColours = Object.fromEntries(names.map(label => [label, shadeOf(labelMappings[label])]));
    this.setLabels([...this.labels, ...names]);
    return new Map(names.map(label => [this.initialColours[label], this.labels.indexOf(label) + 1]));
  }

  /** The colour of each pixel value; no two are equal, as the answer tells labels by colour. */
  get palette() {
    const taken = new Set(Object.values(this.initialColours));
    return this.labels.map((label, index) => {
      let shade = this.initialColours[label];
      if (shade) return shade;
      shade = super.colour(label);
      for (let other = index; taken.has(shade); other++) shade = colour(other);
      taken.add(shade);
      return shade;
    });
  }
  colour(/** @type {string} */ label) {
    return this.palette[this.indexOf(label)];
  }
  /** The pixel value to paint with. */
  get paint() {
    return this.indexOf(this.label ?? '') + 1;
  }

  get ready() {
    if (this.label === undefined) this.say(texts.chooseLabel);
    return this.label !== undefined;
  }
  down(/** @type {Point} */ point) {
    if (this.mode === 'polygon') this.start = point;
    else if (this.ready) this.begin(point);
  }
  begin(/** @type {Point} */ point) {
    this.end();
    this.last = point;
    this.move(point);
  }
  move(/** @type {Point} */ point) {
    if (!this.last) return;
    this.raster.stroke(this.last, point, this.radius, this.mode === 'eraser' ? 0 : this.paint);
    this.last = point;
    this.redraw();
  }
  up(/** @type {Point} */ point, /** @type {PointerEvent} */ event) {
    if (this.start) this.point(point, event);
    this.start = undefined;
    this.end();
  }
  end() {
    if (!this.last) return;
    this.last = undefined;
    this.record();
  }
  record() {
    const { swap, bytes } = this.raster.end();
    this.history.push(() => {
      swap();
      this.redraw();
    }, bytes);
    this.changed();
    this.redraw();
  }
  /** Sets a point; for the brush, by keys, starts or ends a stroke. @param {Point} point @param {PointerEvent} [event] */
  point(point, event) {
    if (this.mode !== 'polygon') {
      this.say(this.last ? texts.penUp : texts.penDown);
      if (this.last) this.end();
      else if (this.ready) this.begin(point);
      return;
    }
    const reach = (event?.pointerType === 'touch' ? 22 : 9) * this.stage.pixel;
    const near = (/** @type {number} */ index) => distance(this.pen[index], point) <= reach;
    if (this.pen.length > 2 && (near(0) || near(this.pen.length - 1))) this.finish();
    else this.pen.push({ ...point });
    this.say(this.pen.length ? texts.nextPointClosed : '');
    this.stage.drawSoon();
  }
  finish() {
    if (this.pen.length < 3 || !this.ready) return;
    this.raster.polygon(this.pen, this.paint);
    this.pen = [];
    this.record();
  }
  cancel() {
    if (this.last) {
      this.raster.end().swap();
      this.redraw();
    }
    this.pen = [];
    this.last = this.start = undefined;
    this.stage.drawSoon();
  }
  undo() {
    if (this.pen.length) this.pen.pop();
    else super.undo();
    this.stage.drawSoon();
  }

  get keys() {
    return {
      ...super.keys,
      b: () => this.setMode('brush'),
      p: () => this.setMode('polygon'),
      e: () => this.setMode('eraser'),
      ',': () => this.setRadius(Math.min(this.radius - 1, this.radius / 1.15)),
      '.': () => this.setRadius(Math.max(this.radius + 1, this.radius * 1.15)),
      Enter: () => this.finish(),
      Escape: () => this.cancel(),
    };
  }

  viewed() {
    this.stale = true;
  }
  redraw() {
    this.stale = true;
    this.png = undefined;
    this.stage.drawSoon();
  }
  draw() {
    if (this.stale && this.raster) this.view.draw(this.raster, this.palette);
    this.stale = false;
    const { cursor } = this.stage;
    const r = this.radius;
    const circle = cursor ? `M${cursor.x - r} ${cursor.y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0` : '';
    const outline = this.pen.length ? pathOf(cursor ? [...this.pen, cursor] : this.pen, true) : '';
    set(this.outline, { d: this.mode === 'polygon' ? outline : circle });
  }

  get annotations() {
    const { palette } = this;
    const used = this.raster.used();
    this.png ??= pngOf(this.raster, palette);
    return { ...this.mappings(used, palette), labeledImage: { pngImageData: this.png } };
  }
  /** @param {Uint8Array} used by pixel value @param {string[]} palette @returns {MaskValue} */
  mappings(used, palette) {
    const entries = this.labels.map((label, index) => [label, { color: palette[index] }]);
    return { labelMappings: Object.fromEntries(entries.filter((_, index) => used[index + 1])) };
  }
}

/** Instance segmentation: each object has its own colour. */
export class InstanceTool extends MaskTool {
  /** @type {ColouredLabel[]} */
  instances = [];
  /** The index of the object in hand. */
  current = 0;

  /** @returns {ShortcutGroup[]} */
  get shortcuts() {
    return ['mask', 'instances', 'common'];
  }

  tools() {
    super.tools();
    this.button(`+ ${texts.addInstance}`, texts.addInstance, 'N', () => this.add());
    this.button('✕', texts.delete, 'Del', () => this.remove());
    this.items = h('ol', { class: 'items' });
    this.aside(texts.instances, this.items);
    // The colour says which object, so labels have none.
    this.swatch = undefined;
  }
  prepare() {
    this.instances = [];
    if (this.label !== undefined) this.add();
  }
  /** @param {MaskValue} value @returns {Map<string | undefined, number>} */
  meaning({ instances = [] }) {
    const shades = instances.map(({ color }) => hex(color));
    this.instances = instances.map(({ label }, index) => ({ color: String(shades[index]), label: String(label) }));
    this.choose(0);
    return new Map(shades.map((shade, index) => [shade, index + 1]));
  }
  get palette() {
    return this.instances.map(({ color }) => color);
  }
  get paint() {
    return this.current + 1;
  }
  get ready() {
    if (!this.instances[this.current]) this.add();
    return super.ready;
  }
  /** Starts a new object of the chosen label. */
  add() {
    if (this.label === undefined) return;
    if (this.instances.length === MOST) {
      this.say(texts.tooManyInstances);
      return;
    }
    let index = this.instances.length;
    while (this.palette.includes(colour(index))) index++;
    this.instances.push({ color: colour(index), label: this.label });
    this.choose(this.instances.length - 1);
    this.fresh = true;
  }
  choose(/** @type {number} */ index) {
    this.cancel();
    this.current = index;
    this.fresh = false;
    this.redraw();
  }
  step(/** @type {1 | -1} */ by) {
    const count = this.instances.length;
    if (count) this.choose((this.current + by + count) % count);
  }
  /** As with shapes, a label changes the object that was selected on purpose; otherwise it starts the next one. */
  pick(/** @type {string} */ label) {
    super.pick(label);
    const instance = this.instances[this.current];
    if (!instance || (this.fresh && this.raster.data.includes(this.paint))) this.add();
    else {
      instance.label = label;
      this.changed();
    }
    this.redraw();
  }
  remove() {
    this.raster.clear(this.paint);
    this.record();
  }
  get keys() {
    return {
      ...super.keys,
      n: () => this.add(),
      '[': () => this.step(-1),
      ']': () => this.step(1),
      Delete: () => this.remove(),
      Backspace: () => this.remove(),
    };
  }
  draw() {
    super.draw();
    const rows = sized(this.items, this.instances.length, index =>
      h('li', {}, h('button', { type: 'button', onclick: () => this.choose(index) })),
    );
    this.instances.forEach(({ color, label }, index) => {
      const button = /** @type {ListButton} */ (rows[index].firstElementChild);
      if (button.look !== label + color)
        button.replaceChildren(swatch('area', index, color), h('span', { title: label }, `${index + 1}. ${label}`));
      button.look = label + color;
      set(button, { 'aria-pressed': index === this.current });
    });
  }
  /** @param {Uint8Array} used by pixel value @returns {MaskValue} */
  mappings(used) {
    return { instances: this.instances.filter((_, index) => used[index + 1]) };
  }
}

/** Defines the elements that paint masks. */
export function defineMasks() {
  define('crowd-semantic-segmentation', MaskTool);
  define('crowd-instance-segmentation', InstanceTool);
}
