/** A point in whole pixels. @param {Point} point */
export const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });

/** Shapes that can be changed without changing the first. @type {(shapes: Shape[]) => Shape[]} */
export const copy = shapes =>
  shapes.map(({ label, points }) => ({ label, points: points.map(point => ({ ...point })) }));

/** Whether there is something between the corners of a box. @type {(corners: Point[]) => boolean} */
export const hasArea = ([a, b]) => b.x - a.x >= 1 && b.y - a.y >= 1;

/** @type {(a: Point, b: Point) => number} */
export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/**
 * The distance of a point from the segment between two others.
 * @param {Point} point @param {Point} a @param {Point} b
 */
export function fromSegment(point, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy || 1);
  const at = Math.min(1, Math.max(0, along));
  return distance(point, { x: a.x + at * dx, y: a.y + at * dy });
}

/** Whether a point lies inside a closed outline (even-odd). @param {Point} point @param {Point[]} outline */
export function isInside(point, outline) {
  let inside = false;
  outline.forEach((a, index) => {
    const b = /** @type {Point} */ (outline.at(index - 1));
    if (a.y > point.y !== b.y > point.y && point.x < a.x + ((point.y - a.y) / (b.y - a.y)) * (b.x - a.x))
      inside = !inside;
  });
  return inside;
}

/**
 * The pairs of neighbouring points of an outline.
 * @param {Point[]} points @param {boolean} closed
 */
export function segments(points, closed) {
  return points
    .slice(closed ? 0 : 1)
    .map((point, index) => [closed ? /** @type {Point} */ (points.at(index - 1)) : points[index], point]);
}

/** @type {(a: Point, b: Point) => Point} */
export const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** The four corners of the box between two points, first corner top left. @param {Point[]} points */
export function corners([a, b]) {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

/** @type {(points: Point[], closed: boolean) => string} */
export const pathOf = (points, closed) => `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}${closed ? 'Z' : ''}`;
