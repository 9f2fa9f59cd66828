import { arrowOf, h, s, set } from './dom.js';
import { texts } from './texts.js';

const CLOSEST = 40;
const ZOOM_STEP = 1.25;

/**
 * Shows an image, zooms and pans it, and hands pointers on in pixels of the image as stored.
 * `tool` hears down, move, up, cancel, loaded, draw and viewed.
 */
export class Stage {
  /** @type {Size | undefined} */
  size = undefined;
  view = { x: 0, y: 0, scale: 1 };
  /** On the screen, as soon as it is laid out. */
  box = { width: 0, height: 0 };
  /** @type {Point | undefined} */
  cursor = undefined;
  /** The drawing that is to come. @type {number | undefined} */
  pending;
  /** @type {Map<number, PointerEvent>} */
  pointers = new Map();
  /** Whether the space bar is held, and moved the view. @type {'down' | 'panned' | undefined} */
  space;

  /** @param {ImageTool} tool @param {{ asStored?: boolean, label: string }} options */
  constructor(tool, { asStored = true, label }) {
    this.tool = tool;
    this.asStored = asStored;
    this.picture = s('image');
    this.layer = s('g', { class: 'layer' });
    this.cross = s('path', {
      fill: 'none',
      stroke: '#fff',
      'stroke-width': 1,
      'vector-effect': 'non-scaling-stroke',
      style: 'mix-blend-mode:difference',
    });
    this.under = s('svg', { 'aria-hidden': 'true' }, this.picture);
    this.over = s('svg', { 'aria-hidden': 'true' }, this.layer, this.cross);
    this.element = h(
      'div',
      { class: 'stage', part: 'stage', tabindex: 0, role: 'application', 'aria-label': label },
      this.under,
      this.over,
    );
    this.listen();
    new ResizeObserver(() => this.resized()).observe(this.element);
  }

  /** The size of the image, for what happens only where there is one. */
  get imageSize() {
    return /** @type {Size} */ (this.size);
  }
  /**
   * Loads the image. Its size is the stored one: EXIF rotation is ignored, as all coordinates are.
   * @param {string | null} source
   */
  load(source) {
    const image = this.picture;
    this.size = undefined;
    if (!source) return;
    this.tool.say(texts.loading);
    this.tool.internals.setValidity({ customError: true }, texts.stillLoading, this.element);
    // Only a CORS-clean image lets the page ignore its orientation, and only getBBox tells its size without it.
    if (this.asStored) {
      image.setAttribute('crossorigin', 'anonymous');
      image.style.imageOrientation = 'none';
    }
    image.onload = () => {
      const { width, height } = image.getBBox();
      this.size = { width, height };
      this.tool.internals.setValidity({});
      this.element.style.setProperty('--ratio', String(width / height));
      this.tool.say('');
      this.fit();
      this.tool.loaded();
      this.tool.dispatchEvent(new Event('load'));
    };
    image.onerror = () => {
      this.tool.internals.setValidity({ customError: true }, texts.notLoaded, this.element);
      const retry = h(
        'button',
        { type: 'button', onclick: () => this.load(this.tool.getAttribute('src')) },
        texts.retry,
      );
      this.tool.status.replaceChildren(h('span', { class: 'error' }, texts.notLoaded), ' ', retry);
    };
    image.setAttribute('href', source);
  }

  resized() {
    const { width, height } = this.element.getBoundingClientRect();
    const wasFit = this.isFit;
    this.box = { width, height };
    if (!this.size) return;
    if (wasFit) this.fit();
    else this.show();
  }
  fit() {
    if (!this.box.width) this.box = this.element.getBoundingClientRect();
    const { width, height } = this.imageSize;
    const scale = Math.min(this.box.width / width, this.box.height / height) || 1;
    this.view = { scale, x: (width - this.box.width / scale) / 2, y: (height - this.box.height / scale) / 2 };
    this.isFit = true;
    this.show();
  }
  /** Image pixels per pixel of the screen. */
  get pixel() {
    return 1 / this.view.scale;
  }
  get centre() {
    return { x: this.view.x + (this.box.width * this.pixel) / 2, y: this.view.y + (this.box.height * this.pixel) / 2 };
  }
  /** @param {number} factor @param {Point} at */
  zoom(factor, at = this.centre) {
    if (!this.size) return;
    const smallest = Math.min(this.box.width / this.size.width, this.box.height / this.size.height) / 2;
    const scale = Math.min(Math.max(this.view.scale * factor, smallest), Math.max(CLOSEST, smallest));
    const ratio = this.view.scale / scale;
    this.view = { scale, x: at.x - (at.x - this.view.x) * ratio, y: at.y - (at.y - this.view.y) * ratio };
    this.isFit = false;
    this.show();
  }
  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    if (!this.size) return;
    this.view.x += dx;
    this.view.y += dy;
    this.isFit = false;
    this.show();
  }
  /** Brings a point of the image into view. @param {Point} point */
  reveal({ x, y }) {
    const margin = 24 * this.pixel;
    /** @type {(value: number, start: number, length: number) => number} */
    const over = (value, start, length) =>
      Math.min(0, value - margin - start) + Math.max(0, value + margin - start - length);
    const dx = over(x, this.view.x, this.box.width * this.pixel);
    const dy = over(y, this.view.y, this.box.height * this.pixel);
    if (dx || dy) this.pan(dx, dy);
  }
  show() {
    const { view, box, imageSize: size } = this;
    // Some of the image always stays in view.
    /** @type {(start: number, length: number, whole: number) => number} */
    const keep = (start, length, whole) => Math.min(Math.max(start, -length * 0.9), whole - length * 0.1);
    view.x = keep(view.x, box.width * this.pixel, size.width);
    view.y = keep(view.y, box.height * this.pixel, size.height);
    const viewBox = `${view.x} ${view.y} ${box.width * this.pixel} ${box.height * this.pixel}`;
    set(this.under, { viewBox });
    set(this.over, { viewBox });
    // Close up, workers want to see pixels.
    this.picture.style.imageRendering = view.scale > 4 ? 'pixelated' : '';
    this.tool.viewed?.();
    this.drawSoon();
  }
  /** At most one drawing per frame, however many events come. */
  drawSoon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      if (!this.size) return;
      this.drawCross();
      this.tool.draw();
    });
  }
  drawCross() {
    const { cursor, imageSize: size } = this;
    set(this.cross, {
      d: cursor && this.tool.crosshair ? `M0 ${cursor.y}H${size.width}M${cursor.x} 0V${size.height}` : '',
    });
  }

  /** Where an event is in the image, without its bounds. @param {MouseEvent} event */
  place(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return {
      x: this.view.x + (event.clientX - left) * this.pixel,
      y: this.view.y + (event.clientY - top) * this.pixel,
    };
  }
  /** @param {Point} point */
  inside({ x, y }) {
    const { width, height } = this.imageSize;
    return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
  }
  /** Moves the crosshair by keys. @param {number} dx @param {number} dy */
  moveCursor(dx, dy) {
    const from = this.cursor ?? this.centre;
    this.cursor = this.inside({ x: Math.round(from.x) + dx, y: Math.round(from.y) + dy });
    this.reveal(this.cursor);
    this.drawSoon();
    return this.cursor;
  }

  listen() {
    /** @type {Listen} */
    const on = (type, handler, options) =>
      this.element.addEventListener(type, event => this.size && handler(event), options);
    on('pointerdown', event => this.down(event));
    on('pointermove', event => this.move(event));
    on('pointerup', event => this.up(event));
    on('pointercancel', event => this.up(event, true));
    on('pointerleave', event => {
      if (event.pointerType !== 'mouse' || this.pointers.size) return;
      this.cursor = undefined;
      this.drawSoon();
    });
    on(
      'wheel',
      event => {
        event.preventDefault();
        if (event.shiftKey) this.pan((event.deltaX || event.deltaY) * this.pixel, 0);
        else
          this.zoom(
            Math.exp(-Math.sign(event.deltaY) * Math.min(0.25, Math.abs(event.deltaY) / 400)),
            this.place(event),
          );
      },
      { passive: false },
    );
    on('keyup', event => {
      if (event.key !== ' ' || !this.space) return;
      if (this.space !== 'panned') this.tool.point?.(this.cursor ?? this.inside(this.centre));
      this.space = undefined;
    });
    this.element.addEventListener('blur', () => {
      this.space = undefined;
    });
  }
  /** @param {PointerEvent} event */
  down(event) {
    this.pointers.set(event.pointerId, event);
    this.element.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    if (this.pointers.size > 1) {
      this.several = true;
      this.tool.cancel?.();
    } else if (event.button === 1 || this.space || this.tool.judging) {
      event.preventDefault();
      this.panning = true;
      if (this.space) this.space = 'panned';
    } else if (event.button === 0) this.tool.down(this.inside(this.place(event)), event);
  }
  /** @param {PointerEvent} event */
  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (last && this.pointers.size > 1) this.pinch(last, event);
    else if (last && this.panning)
      this.pan((last.clientX - event.clientX) * this.pixel, (last.clientY - event.clientY) * this.pixel);
    else if (!this.several) {
      this.cursor = this.inside(this.place(event));
      this.tool.move?.(this.cursor, event);
      this.drawSoon();
    }
    if (last) this.pointers.set(event.pointerId, event);
  }
  /** @param {PointerEvent} last @param {PointerEvent} event */
  pinch(last, event) {
    const other = [...this.pointers.values()].find(pointer => pointer.pointerId !== event.pointerId);
    if (!other) return;
    const distance = (/** @type {PointerEvent} */ pointer) =>
      Math.hypot(pointer.clientX - other.clientX, pointer.clientY - other.clientY);
    this.zoom(distance(event) / Math.max(1, distance(last)), this.place(other));
  }
  /** @param {PointerEvent} event */
  up(event, cancelled = false) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (!this.several && !this.panning) {
      if (cancelled) this.tool.cancel?.();
      else this.tool.up?.(this.inside(this.place(event)), event);
    }
    this.panning = false;
    if (!this.pointers.size) this.several = false;
    if (event.pointerType === 'touch') this.cursor = undefined;
  }

  /** The keys of every image: zoom, view, crosshair. @param {KeyboardEvent} event */
  handle(event) {
    if (!this.size) return false;
    const { key } = event;
    const arrow = arrowOf(event);
    const page = Math.round((Math.min(this.box.width, this.box.height) * this.pixel) / 10) || 1;
    if (arrow && !this.tool.atImage(event)) return false;
    if (arrow && event.altKey) this.pan(arrow[0] * page, arrow[1] * page);
    else if (arrow) {
      const step = event.ctrlKey ? page : event.shiftKey ? 10 : 1;
      this.tool.arrow(arrow[0] * step, arrow[1] * step);
    } else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (key === '+' || key === '=') this.zoom(ZOOM_STEP, this.cursor);
    else if (key === '-') this.zoom(1 / ZOOM_STEP, this.cursor);
    else if (key === '0') this.fit();
    else if (key === ' ' && this.tool.atImage(event)) this.space ??= 'down';
    else return false;
    return true;
  }
}
