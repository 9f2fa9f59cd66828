import { define } from './element.js';
import { corners, rounded } from './geometry.js';
import { ShapeTool } from './shape-tool.js';

class Box extends ShapeTool {
  plural = 'boundingBoxes';
  isBox = true;
  closed = true;
  /** @type {InMiddle} */
  inMiddle = at => [at(-1, -1), at(1, 1)];
  /** @param {ShapeItem} item */
  fromItem({ left, top, width, height }) {
    return [
      { x: Number(left), y: Number(top) },
      { x: Number(left) + Number(width), y: Number(top) + Number(height) },
    ];
  }
  /** @param {Shape} shape @returns {ShapeItem} */
  toItem({ label, points }) {
    const [a, , b] = corners(points).map(rounded);
    return { height: b.y - a.y, label, left: a.x, top: a.y, width: b.x - a.x };
  }
}
class Polygon extends ShapeTool {
  plural = 'polygons';
  closed = true;
  least = 3;
  most = Infinity;
  /** @type {InMiddle} */
  inMiddle = at => [at(-1, 1), at(0, -1), at(1, 1)];
}
class Polyline extends ShapeTool {
  plural = 'polylines';
  most = Infinity;
  /** @type {InMiddle} */
  inMiddle = at => [at(-1, 0), at(0, 0), at(1, 0)];
}
class Line extends ShapeTool {
  plural = 'lines';
}
class Keypoint extends ShapeTool {
  plural = 'keypoints';
  /** @type {Look} */
  look = 'point';
  least = 1;
  most = 1;
  /** @type {InMiddle} */
  inMiddle = at => [at(0, 0)];
  /** @param {ShapeItem} item */
  fromItem({ x, y }) {
    return [{ x: Number(x), y: Number(y) }];
  }
  /** @param {Shape} shape @returns {ShapeItem} */
  toItem({ label, points }) {
    return { label, ...rounded(points[0]) };
  }
}

/** Defines the elements that draw shapes. */
export function defineShapes() {
  define('crowd-bounding-box', Box);
  define('crowd-polygon', Polygon);
  define('crowd-polyline', Polyline);
  define('crowd-line', Line);
  define('crowd-keypoint', Keypoint);
}
