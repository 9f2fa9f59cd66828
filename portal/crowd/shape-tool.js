import { arrowOf, h } from './dom.js';
import { copy, corners, distance, fromSegment, hasArea, isInside, middle, rounded, segments } from './geometry.js';
import { ImageTool } from './image-tool.js';
import { drawShapes } from './shape-view.js';
import { texts } from './texts.js';

/** How far from a thing a pointer still takes hold of it, in pixels of the screen. @param {string} [pointer] */
const reachOf = pointer => (pointer === 'touch' ? 22 : pointer === 'pen' ? 12 : 8);

/** Shapes made of points; the subclasses say how many and how they are written. */
export class ShapeTool extends ImageTool {
  /** The shapes' name in the answer. */
  plural = '';
  isBox = false;
  closed = false;
  /** How many points a shape has. */
  least = 2;
  most = 2;
  /** @type {InMiddle} */
  inMiddle = at => [at(-1, 0), at(1, 0)];
  /** @type {Shape[]} */
  shapes = [];
  /** The points so far of a shape that is being drawn. @type {Point[]} */
  pen = [];

  /** @returns {ShortcutGroup[]} */
  get shortcuts() {
    if (this.isBox) return ['shapes', 'rect', 'common'];
    return this.most > 2 ? ['shapes', 'points', 'common'] : ['shapes', 'common'];
  }

  tools() {
    this.button('✕', texts.delete, 'Del', () => this.remove());
    this.items = h('ol', { class: 'items' });
    this.empty = h('p', { class: 'muted' }, texts.none);
    this.aside(texts.annotations, this.empty, this.items);
  }
  loaded() {
    this.take(this.read('initial-value', {}));
  }
  /** @param {AnnotationValue | ShapeItem[]} value */
  take(value) {
    const items = /** @type {ShapeItem[]} */ (Array.isArray(value) ? value : (value?.[this.plural] ?? []));
    this.shapes = items.map(item => ({ label: String(item.label), points: this.fromItem(item) }));
    this.select(undefined);
  }
  get annotations() {
    return { [this.plural]: this.shapes.map(shape => this.toItem(shape)) };
  }
  /** @param {ShapeItem} item @returns {Point[]} */
  fromItem({ vertices = [] }) {
    return vertices.map(({ x, y }) => ({ x: Number(x), y: Number(y) }));
  }
  /** @param {Shape} shape @returns {ShapeItem} */
  toItem({ label, points }) {
    return { label, vertices: points.map(rounded) };
  }

  /** Remembers how the shapes were before a change. */
  checkpoint(before = copy(this.shapes)) {
    this.history.push(() => {
      const now = this.shapes;
      this.shapes = before;
      before = now;
      this.select(undefined);
    });
  }
  /** Makes a change that can be undone. @param {(shapes: Shape[]) => void} change */
  edit(change) {
    this.checkpoint();
    this.shapes = copy(this.shapes);
    change(this.shapes);
    this.lastNudge = undefined;
    this.changed();
    this.stage.drawSoon();
  }
  undo() {
    if (this.pen.length) this.pen.pop();
    else super.undo();
    this.stage.drawSoon();
  }

  select(/** @type {number | undefined} */ index, fresh = false) {
    this.selected = index;
    this.vertex = undefined;
    this.fresh = fresh;
    this.stage.drawSoon();
  }
  step(/** @type {1 | -1} */ by) {
    const count = this.shapes.length;
    if (!count) return;
    this.choose(((this.selected ?? (by > 0 ? -1 : count)) + by + count) % count);
  }
  choose(/** @type {number} */ index) {
    this.select(index);
    this.stage.reveal(this.shapes[index].points[0]);
    this.say(texts.selected(this.shapes[index].label, index + 1, this.shapes.length));
  }
  get selectedShape() {
    return this.selected === undefined ? undefined : this.shapes[this.selected];
  }
  stepVertex(/** @type {1 | -1} */ by) {
    const points = this.selectedShape?.points;
    if (!points || this.isBox) return;
    this.vertex = ((this.vertex ?? (by > 0 ? -1 : 0)) + by + points.length) % points.length;
    this.say(texts.pointSelected(this.vertex + 1, points.length));
    this.stage.drawSoon();
  }
  /** A label changes the annotation that was selected on purpose, never the one just drawn: the next may be another. */
  pick(/** @type {string} */ label) {
    super.pick(label);
    const { selected, selectedShape } = this;
    if (selected !== undefined && selectedShape && !this.fresh && selectedShape.label !== label)
      this.edit(shapes => {
        shapes[selected].label = label;
      });
  }

  /** The points to draw and to grab. @param {Shape} shape */
  handles({ points }) {
    return this.isBox ? corners(points) : points;
  }
  /**
   * What lies under a point: a handle or a middle of the selected shape, an edge, or the inside of any shape.
   * @param {Point} point @param {PointerEvent} event @returns {Hit | undefined}
   */
  hit(point, event) {
    const reach = reachOf(event.pointerType) * this.stage.pixel;
    const near = (/** @type {Point[]} */ candidates) =>
      candidates.findIndex(candidate => distance(candidate, point) <= reach);
    const order = [...this.shapes.keys()].reverse();
    const { selected, selectedShape } = this;
    if (selected !== undefined && selectedShape) {
      const handle = near(this.handles(selectedShape));
      if (handle >= 0) return { index: selected, handle };
      const insert = near(this.middles(selectedShape));
      if (insert >= 0) return { index: selected, insert };
      order.unshift(selected);
    }
    const onEdge = (/** @type {number} */ index) => {
      const outline = this.handles(this.shapes[index]);
      return (
        distance(outline[0], point) <= reach ||
        segments(outline, this.closed).some(([a, b]) => fromSegment(point, a, b) <= reach)
      );
    };
    const edge = order.find(onEdge);
    if (edge !== undefined) return { index: edge };
    const inside = order.find(index => this.closed && isInside(point, this.handles(this.shapes[index])));
    return inside !== undefined ? { index: inside, inside: inside !== selected } : undefined;
  }
  middles(/** @type {Shape} */ shape) {
    return this.most > 2 ? segments(shape.points, this.closed).map(([a, b]) => middle(a, b)) : [];
  }

  down(/** @type {Point} */ point, /** @type {PointerEvent} */ event) {
    this.start = { point };
    const hit = this.pen.length || event.shiftKey ? undefined : this.hit(point, event);
    if (!hit) return;
    // Inside another box a drag draws, as objects do lie in one another; a click selects.
    if (hit.inside) this.start.inside = hit.index;
    else this.grab(hit, point);
  }
  grab(/** @type {Hit} */ { index, handle, insert }, /** @type {Point} */ point) {
    this.selected = index;
    this.fresh = false;
    this.vertex = this.isBox ? undefined : handle;
    const before = copy(this.shapes);
    this.shapes = copy(this.shapes);
    const { points } = this.shapes[index];
    if (this.isBox) this.shapes[index].points = this.ordered(points, handle);
    if (insert !== undefined) {
      this.vertex = this.closed ? insert : insert + 1;
      points.splice(this.vertex, 0, point);
    }
    const moving = this.isBox ? (handle === undefined ? undefined : 1) : this.vertex;
    this.drag = { before, index, moving, last: point, moved: insert !== undefined };
    this.stage.drawSoon();
  }
  /** Both corners of a box, the dragged one last. */
  ordered(/** @type {Point[]} */ points, handle = 2) {
    const all = corners(points);
    return [all[(handle + 2) % 4], all[handle]].map(point => ({ ...point }));
  }
  move(/** @type {Point} */ point) {
    const { drag, start } = this;
    if (drag && start) {
      this.shift(this.shapes[drag.index].points, drag.moving, point.x - drag.last.x, point.y - drag.last.y);
      drag.moved ||= distance(point, start.point) > 2 * this.stage.pixel;
      drag.last = point;
    } else if (start && this.isBox && !this.pen.length && distance(point, start.point) > 4 * this.stage.pixel)
      start.ghost = point;
  }
  /**
   * Moves all points, or one, without leaving the image.
   * @param {Point[]} all @param {number | undefined} only @param {number} dx @param {number} dy
   */
  shift(all, only, dx, dy) {
    const points = only === undefined ? all : [all[only]];
    const { width, height } = this.stage.imageSize;
    /** @type {(by: number, values: number[], most: number) => number} */
    const bound = (by, values, most) => Math.min(Math.max(by, -Math.min(...values)), most - Math.max(...values));
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [x, y] = [bound(dx, xs, width), bound(dy, ys, height)];
    for (const point of points) {
      point.x += x;
      point.y += y;
    }
  }
  up(/** @type {Point} */ point, /** @type {PointerEvent} */ event) {
    const { drag, start } = this;
    this.drag = this.start = undefined;
    this.stage.drawSoon();
    if (drag?.moved) {
      this.checkpoint(drag.before);
      this.tidy(this.shapes[drag.index]);
      this.changed();
    } else if (drag) {
      this.shapes = drag.before;
      this.say(texts.selected(this.shapes[drag.index].label, drag.index + 1, this.shapes.length));
    } else if (start?.ghost) this.commit([start.point, point]);
    else if (start?.inside !== undefined) this.select(start.inside);
    else if (start) this.point(point, event);
  }
  tidy(/** @type {Shape} */ shape) {
    if (this.isBox) shape.points = this.ordered(shape.points);
  }

  /** Sets a point of a new shape, by a click or by the crosshair. @param {Point} point @param {PointerEvent} [event] */
  point(point, event) {
    const reach = reachOf(event?.pointerType) * this.stage.pixel;
    const near = (/** @type {Point | undefined} */ other) => other && distance(other, point) <= reach;
    const [first, last] = [this.pen[0], this.pen.at(-1)];
    if (this.pen.length >= this.least && ((this.closed && near(first)) || (this.most > 2 && near(last)))) {
      this.finish();
      return;
    }
    // The second click of a double click adds nothing.
    if (last && distance(last, point) === 0) return;
    if (!this.pen.length) this.select(undefined);
    this.pen.push({ ...point });
    if (this.pen.length === this.most) this.finish();
    else this.say(this.isBox ? texts.corner : this.closed ? texts.nextPointClosed : texts.nextPoint);
    this.stage.drawSoon();
  }
  finish() {
    if (this.pen.length < this.least) return;
    const { pen } = this;
    this.pen = [];
    this.commit(pen);
  }
  commit(/** @type {Point[]} */ points) {
    if (this.label === undefined) {
      this.say(texts.chooseLabel);
      return;
    }
    const shape = { label: this.label, points };
    this.tidy(shape);
    // A box without an area cannot be seen or selected.
    if (this.isBox && !hasArea(shape.points)) return;
    this.edit(shapes => shapes.push(shape));
    this.select(this.shapes.length - 1, true);
    this.say(texts.added(shape.label, this.shapes.length));
  }
  /** Adds a shape in the middle of the view, for arrows to move. */
  add() {
    const { x, y } = this.stage.centre;
    const reach = (Math.min(this.stage.box.width, this.stage.box.height) * this.stage.pixel) / 8;
    const at = (/** @type {number} */ dx, /** @type {number} */ dy) =>
      this.stage.inside({ x: Math.round(x + dx * reach), y: Math.round(y + dy * reach) });
    this.pen = [];
    this.commit(this.inMiddle(at));
  }
  cancel() {
    if (this.drag) this.shapes = this.drag.before;
    else if (!this.pen.length && !this.start) this.select(undefined);
    this.drag = this.start = undefined;
    this.pen = [];
    this.say('');
    this.stage.drawSoon();
  }
  remove(index = this.selected) {
    if (index === undefined) return;
    const { label, points } = this.shapes[index];
    const { vertex } = this;
    if (vertex !== undefined && index === this.selected && points.length > this.least) {
      this.edit(shapes => shapes[index].points.splice(vertex, 1));
      this.vertex = undefined;
      return;
    }
    this.edit(shapes => shapes.splice(index, 1));
    this.select(undefined);
    this.say(texts.deleted(label));
  }
  insert() {
    const { vertex, selected } = this;
    if (vertex === undefined || selected === undefined || this.most <= 2) return;
    const { points } = this.shapes[selected];
    const next = points[vertex + 1] ?? (this.closed ? points[0] : points[vertex - 1]);
    this.edit(shapes => shapes[selected].points.splice(vertex + 1, 0, middle(points[vertex], next)));
    this.stepVertex(1);
  }

  get keys() {
    return {
      ...super.keys,
      n: () => this.add(),
      i: () => this.insert(),
      '[': () => this.step(-1),
      ']': () => this.step(1),
      ',': () => this.stepVertex(-1),
      '.': () => this.stepVertex(1),
      Delete: () => this.remove(),
      Backspace: () => this.remove(),
      Escape: () => this.cancel(),
      Enter: () =>
        this.pen.length >= this.least
          ? this.finish()
          : this.point(this.stage.cursor ?? this.stage.inside(this.stage.centre)),
    };
  }
  handle(/** @type {KeyboardEvent} */ event) {
    const resize = arrowOf(event);
    if (resize && event.altKey && this.isBox && this.selected !== undefined && this.atImage(event)) {
      const by = event.shiftKey ? 10 : 1;
      this.nudge(resize[0] * by, resize[1] * by, 1);
      return true;
    }
    return super.handle(event);
  }
  arrow(/** @type {number} */ dx, /** @type {number} */ dy) {
    if (this.selected === undefined || this.pen.length) super.arrow(dx, dy);
    else this.nudge(dx, dy, this.vertex);
  }
  /** A row of key presses is one step to undo. @param {number} dx @param {number} dy @param {number} [only] */
  nudge(dx, dy, only) {
    const { selected } = this;
    if (selected === undefined) return;
    const same =
      this.lastNudge?.selected === selected &&
      this.lastNudge.position === this.history.position &&
      Date.now() - this.lastNudge.time < 1000;
    if (!same) {
      this.checkpoint();
      this.shapes = copy(this.shapes);
    }
    const shape = this.shapes[selected];
    const before = shape.points.map(point => ({ ...point }));
    this.shift(shape.points, only, dx, dy);
    if (this.isBox && !hasArea(shape.points)) shape.points = before;
    this.lastNudge = { selected, position: this.history.position, time: Date.now() };
    this.stage.reveal(shape.points[only ?? 0]);
    this.changed();
    this.stage.drawSoon();
  }

  draw() {
    drawShapes(this);
  }
}
