import { colour, hex, swatch } from './colours.js';
import { h, s, set, sized } from './dom.js';
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
class MaskTool extends ImageTool {
  look = 'area';
  mode = 'brush';
  radius = 10;
  pen = [];
  given = {};
  shortcuts = ['mask', 'common'];

  tools() {
    this.modeButtons = Object.entries(MODES).map(([mode, name]) => [
      mode,
      this.button(name, name, name[0], () => this.setMode(mode)),
    ]);
    this.slider = h('input', {
      type: 'range',
      min: 1,
      max: 100,
      value: this.radius,
      'aria-label': texts.brushSize,
      oninput: () => this.setRadius(this.slider.value),
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
  setMode(mode) {
    this.cancel();
    this.mode = mode;
    for (const [name, button] of this.modeButtons) button.setAttribute('aria-pressed', name === mode);
  }
  setRadius(radius) {
    this.radius = Math.min(this.slider.max, Math.max(1, Math.round(radius)));
    this.slider.value = this.radius;
    this.stage.drawSoon();
  }

  loaded() {
    const { width, height } = this.stage.size;
    this.raster = new Raster(width, height);
    this.slider.max = Math.max(10, Math.round(Math.min(width, height) / 4));
    this.setRadius(Math.min(width, height) / 40);
    this.prepare();
    this.take(this.read('initial-value', {}));
  }
  prepare() {}
  /** Takes up an initial value or a draft: a picture, and what its colours mean. */
  async take(value) {
    const png = value.labeledImage?.pngImageData;
    const source = png ? `data:image/png;base64,${png}` : value.src;
    if (!source) return;
    const values = this.meaning(value);
    this.internals.setValidity({ customError: true }, texts.stillLoading, this.stage.element);
    try {
      await readMask(source, this.raster, values, texts.maskSize);
      this.internals.setValidity({});
    } catch (error) {
      // Submitting would throw away what others painted.
      this.internals.setValidity({ customError: true }, texts.maskNotLoaded(error.message), this.stage.element);
      this.complain(texts.maskNotLoaded(error.message));
    }
    this.redraw();
  }
  /** The pixel value of each colour; labels that the template does not know are kept. */
  meaning({ labelMappings = {} }) {
    const entries = Object.entries(labelMappings).map(([label, mapping]) => [
      label,
      hex(mapping.color ?? mapping['hex-color']),
    ]);
    this.given = Object.fromEntries(entries);
    this.labels = [...this.labels, ...entries.map(([label]) => label)];
    return new Map(entries.map(([label, shade]) => [shade, this.labels.indexOf(label) + 1]));
  }

  /** The colour of each pixel value; no two are equal, as the answer tells labels by colour. */
  get palette() {
    const taken = new Set(Object.values(this.given));
    return this.labels.map((label, index) => {
      if (this.given[label]) return this.given[label];
      let shade = super.colour(label);
      for (let other = index; taken.has(shade); other++) shade = colour(other);
      taken.add(shade);
      return shade;
    });
  }
  colour(label) {
    return this.palette[this.indexOf(label)];
  }
  get paint() {
    return this.indexOf(this.label) + 1;
  }

  get ready() {
    if (this.label === undefined) this.say(texts.chooseLabel);
    return this.label !== undefined;
  }
  down(point) {
    if (this.mode === 'polygon') this.start = point;
    else if (this.ready) this.begin(point);
  }
  begin(point) {
    this.end();
    this.last = point;
    this.move(point);
  }
  move(point) {
    if (!this.last) return;
    this.raster.stroke(this.last, point, this.radius, this.mode === 'eraser' ? 0 : this.paint);
    this.last = point;
    this.redraw();
  }
  up(point, event) {
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
  /** Sets a point of a polygon; for the brush, by keys, starts or ends a stroke. */
  point(point, event = {}) {
    if (this.mode !== 'polygon') {
      this.say(this.last ? texts.penUp : texts.penDown);
      this.last ? this.end() : this.ready && this.begin(point);
      return;
    }
    const reach = (event.pointerType === 'touch' ? 22 : 9) * this.stage.pixel;
    if (this.pen.length > 2 && (distance(this.pen[0], point) <= reach || distance(this.pen.at(-1), point) <= reach))
      this.finish();
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
    const { x, y } = cursor ?? {};
    const r = this.radius;
    const circle = cursor ? `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0` : '';
    const outline = this.pen.length ? pathOf(cursor ? [...this.pen, cursor] : this.pen, true) : '';
    set(this.outline, { d: this.mode === 'polygon' ? outline : circle });
  }

  get annotations() {
    const { palette } = this;
    const used = this.raster.used();
    this.png ??= pngOf(this.raster, palette);
    return { ...this.mappings(used, palette), labeledImage: { pngImageData: this.png } };
  }
  mappings(used, palette) {
    const entries = this.labels.map((label, index) => [label, { color: palette[index] }]);
    return { labelMappings: Object.fromEntries(entries.filter((_, index) => used[index + 1])) };
  }
}

/** Instance segmentation: each object has its own colour. */
class InstanceTool extends MaskTool {
  instances = [];
  shortcuts = ['mask', 'instances', 'common'];

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
  meaning({ instances = [] }) {
    this.instances = instances.map(({ color, label }) => ({ color: hex(color), label: String(label) }));
    this.choose(0);
    return new Map(this.instances.map(({ color }, index) => [color, index + 1]));
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
  choose(index) {
    this.cancel();
    this.current = index;
    this.fresh = false;
    this.redraw();
  }
  step(by) {
    const count = this.instances.length;
    if (count) this.choose((this.current + by + count) % count);
  }
  /** As with shapes, a label changes the object that was selected on purpose; otherwise it starts the next one. */
  pick(label) {
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
      const button = rows[index].firstElementChild;
      if (button.look !== label + color)
        button.replaceChildren(swatch('area', index, color), h('span', { title: label }, `${index + 1}. ${label}`));
      button.look = label + color;
      set(button, { 'aria-pressed': index === this.current });
    });
  }
  mappings(used) {
    return { instances: this.instances.filter((_, index) => used[index + 1]) };
  }
}

/** Defines the elements that paint masks. */
export function defineMasks() {
  define('crowd-semantic-segmentation', MaskTool);
  define('crowd-instance-segmentation', InstanceTool);
}
