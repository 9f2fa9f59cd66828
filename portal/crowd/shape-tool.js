import { h } from './dom.js';
import { corners, distance, fromSegment, isInside, middle, segments } from './geometry.js';
import { ImageTool } from './image-tool.js';
import { drawShapes } from './shape-view.js';
import { texts } from './texts.js';

const REACH = { mouse: 8, pen: 12, touch: 22 };
/** A point in whole pixels. */
export const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });
const copy = shapes => shapes.map(({ label, points }) => ({ label, points: points.map(point => ({ ...point })) }));
const hasArea = ([a, b]) => b.x - a.x >= 1 && b.y - a.y >= 1;

/** Shapes made of points; the subclasses say how many and how they are written. */
export class ShapeTool extends ImageTool {
  shapes = [];
  selected = undefined;
  vertex = undefined;
  pen = [];

  get shortcuts() {
    return ['shapes', ...(this.isBox ? ['rect'] : this.most > 2 ? ['points'] : []), 'common'];
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
  take(value) {
    const given = Array.isArray(value) ? value : (value?.[this.plural] ?? []);
    this.shapes = given.map(item => ({ label: String(item.label), points: this.fromItem(item) }));
    this.select(undefined);
  }
  get annotations() {
    return { [this.plural]: this.shapes.map(shape => this.toItem(shape)) };
  }
  fromItem({ vertices }) {
    return vertices.map(({ x, y }) => ({ x: Number(x), y: Number(y) }));
  }
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
  /** Makes a change that can be undone. */
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

  select(index, fresh = false) {
    this.selected = index;
    this.vertex = undefined;
    this.fresh = fresh;
    this.stage.drawSoon();
  }
  step(by) {
    const count = this.shapes.length;
    if (!count) return;
    this.choose(((this.selected ?? (by > 0 ? -1 : count)) + by + count) % count);
  }
  choose(index) {
    this.select(index);
    this.stage.reveal(this.shapes[index].points[0]);
    this.say(texts.selected(this.shapes[index].label, index + 1, this.shapes.length));
  }
  stepVertex(by) {
    const points = this.shapes[this.selected]?.points;
    if (!points || this.isBox) return;
    this.vertex = ((this.vertex ?? (by > 0 ? -1 : 0)) + by + points.length) % points.length;
    this.say(texts.pointSelected(this.vertex + 1, points.length));
    this.stage.drawSoon();
  }
  /** A label changes the annotation that was selected on purpose, never the one just drawn: the next may be another. */
  pick(label) {
    super.pick(label);
    const shape = this.shapes[this.selected];
    if (shape && !this.fresh && shape.label !== label) this.edit(shapes => (shapes[this.selected].label = label));
  }

  /** The points to draw and to grab. */
  handles({ points }) {
    return this.isBox ? corners(points) : points;
  }
  /** What lies under a point: a handle or a middle of the selected shape, an edge, or the inside of any shape. */
  hit(point, event) {
    const reach = (REACH[event.pointerType] ?? REACH.mouse) * this.stage.pixel;
    const near = candidates => candidates.findIndex(candidate => distance(candidate, point) <= reach);
    const chosen = this.shapes[this.selected];
    if (chosen) {
      const handle = near(this.handles(chosen));
      if (handle >= 0) return { index: this.selected, handle };
      const insert = near(this.middles(chosen));
      if (insert >= 0) return { index: this.selected, insert };
    }
    const order = [...this.shapes.keys()].reverse();
    if (chosen) order.unshift(this.selected);
    const onEdge = index => {
      const outline = this.handles(this.shapes[index]);
      return (
        distance(outline[0], point) <= reach ||
        segments(outline, this.closed).some(([a, b]) => fromSegment(point, a, b) <= reach)
      );
    };
    const edge = order.find(onEdge);
    if (edge !== undefined) return { index: edge };
    const inside = this.closed && order.find(index => isInside(point, this.handles(this.shapes[index])));
    return inside !== false && inside !== undefined ? { index: inside, inside: inside !== this.selected } : undefined;
  }
  middles(shape) {
    return this.most > 2 ? segments(shape.points, this.closed).map(([a, b]) => middle(a, b)) : [];
  }

  down(point, event) {
    this.start = { point, touch: event.pointerType === 'touch' };
    const hit = this.pen.length || event.shiftKey ? undefined : this.hit(point, event);
    if (!hit) return;
    // Inside another box a drag draws, as objects do lie in one another; a click selects.
    if (hit.inside) this.start.inside = hit.index;
    else this.grab(hit, point);
  }
  grab({ index, handle, insert }, point) {
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
  ordered(points, handle = 2) {
    const all = corners(points);
    return [all[(handle + 2) % 4], all[handle]].map(point => ({ ...point }));
  }
  move(point, event) {
    const { drag, start } = this;
    if (drag) {
      this.shift(this.shapes[drag.index].points, drag.moving, point.x - drag.last.x, point.y - drag.last.y);
      drag.moved ||= distance(point, start.point) > 2 * this.stage.pixel;
      drag.last = point;
    } else if (start && this.isBox && !this.pen.length && distance(point, start.point) > 4 * this.stage.pixel)
      start.ghost = point;
  }
  /** Moves all points, or one, without leaving the image. */
  shift(points, only, dx, dy) {
    const moved = only === undefined ? points : [points[only]];
    const { width, height } = this.stage.size;
    const bound = (by, values, most) => Math.min(Math.max(by, -Math.min(...values)), most - Math.max(...values));
    const x = bound(
      dx,
      moved.map(point => point.x),
      width,
    );
    const y = bound(
      dy,
      moved.map(point => point.y),
      height,
    );
    for (const point of moved) {
      point.x += x;
      point.y += y;
    }
  }
  up(point, event) {
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
  tidy(shape) {
    if (this.isBox) shape.points = this.ordered(shape.points);
  }

  /** Sets a point of a new shape, by a click or by the crosshair. */
  point(point, event = {}) {
    const near = other =>
      other && distance(other, point) <= (REACH[event.pointerType] ?? REACH.mouse) * this.stage.pixel;
    if (
      this.pen.length >= this.least &&
      ((this.closed && near(this.pen[0])) || (this.most > 2 && near(this.pen.at(-1))))
    ) {
      this.finish();
      return;
    }
    // The second click of a double click adds nothing.
    if (this.pen.length && distance(this.pen.at(-1), point) === 0) return;
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
  commit(points) {
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
    const at = (dx, dy) => this.stage.inside({ x: Math.round(x + dx * reach), y: Math.round(y + dy * reach) });
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
    if (this.vertex === undefined || this.most <= 2) return;
    const { points } = this.shapes[this.selected];
    const next = points[this.vertex + 1] ?? (this.closed ? points[0] : points[this.vertex - 1]);
    this.edit(shapes => shapes[this.selected].points.splice(this.vertex + 1, 0, middle(points[this.vertex], next)));
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
  handle(event) {
    const resize = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (resize && event.altKey && this.isBox && this.selected !== undefined && this.atImage(event)) {
      const by = event.shiftKey ? 10 : 1;
      this.nudge(resize[0] * by, resize[1] * by, 1);
      return true;
    }
    return super.handle(event);
  }
  arrow(dx, dy) {
    if (this.selected === undefined || this.pen.length) super.arrow(dx, dy);
    else this.nudge(dx, dy, this.vertex);
  }
  /** A row of key presses is one step to undo. */
  nudge(dx, dy, only) {
    const same =
      this.lastNudge?.selected === this.selected &&
      this.lastNudge.position === this.history.position &&
      Date.now() - this.lastNudge.time < 1000;
    if (!same) {
      this.checkpoint();
      this.shapes = copy(this.shapes);
    }
    const { points } = this.shapes[this.selected];
    const before = points.map(point => ({ ...point }));
    this.shift(points, only, dx, dy);
    if (this.isBox && !hasArea(points)) this.shapes[this.selected].points = before;
    this.lastNudge = { selected: this.selected, position: this.history.position, time: Date.now() };
    this.stage.reveal(this.shapes[this.selected].points[only ?? 0]);
    this.changed();
    this.stage.drawSoon();
  }

  draw() {
    drawShapes(this);
  }
}
