import { define } from './element.js';
import { corners } from './geometry.js';
import { rounded, ShapeTool } from './shape-tool.js';

class Box extends ShapeTool {
  plural = 'boundingBoxes';
  isBox = true;
  closed = true;
  least = 2;
  most = 2;
  inMiddle = at => [at(-1, -1), at(1, 1)];
  fromItem({ left, top, width, height }) {
    return [
      { x: Number(left), y: Number(top) },
      { x: Number(left) + Number(width), y: Number(top) + Number(height) },
    ];
  }
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
  inMiddle = at => [at(-1, 1), at(0, -1), at(1, 1)];
}
class Polyline extends ShapeTool {
  plural = 'polylines';
  least = 2;
  most = Infinity;
  inMiddle = at => [at(-1, 0), at(0, 0), at(1, 0)];
}
class Line extends ShapeTool {
  plural = 'lines';
  least = 2;
  most = 2;
  inMiddle = at => [at(-1, 0), at(1, 0)];
}
class Keypoint extends ShapeTool {
  plural = 'keypoints';
  look = 'point';
  least = 1;
  most = 1;
  inMiddle = at => [at(0, 0)];
  fromItem({ x, y }) {
    return [{ x: Number(x), y: Number(y) }];
  }
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
