import { dash, mark, swatch } from './colours.js';
import { h, s, set, sized } from './dom.js';
import { corners, pathOf } from './geometry.js';

const SHOWN_CHARACTERS = 40;

/** Draws all shapes, the one being drawn, and the list of them. @param {ShapeTool} tool */
export function drawShapes(tool) {
  const groups = sized(tool.stage.layer, tool.shapes.length + 1, () =>
    s('g', {}, s('path'), s('path'), s('text', { 'paint-order': 'stroke', fill: '#fff', stroke: '#000' }), s('g')),
  );
  for (const [index, shape] of tool.shapes.entries()) drawShape(tool, groups[index], shape, index);
  drawPen(tool, groups[tool.shapes.length]);
  drawList(tool);
}

/** @param {ShapeTool} tool @param {Element} group @param {Shape} shape @param {number} index */
function drawShape(tool, group, shape, index) {
  const unit = tool.stage.pixel;
  const chosen = index === tool.selected;
  const [halo, line, text, handles] = group.children;
  const at = tool.indexOf(shape.label);
  const shade = tool.colour(shape.label);
  const [first] = shape.points;
  const isPoint = tool.most === 1;
  const d = isPoint ? mark(at) : pathOf(tool.handles(shape), tool.closed);
  const transform = isPoint ? `translate(${first.x} ${first.y}) scale(${unit * (chosen ? 1.4 : 1)})` : '';
  set(halo, {
    d,
    transform,
    fill: 'none',
    stroke: '#fff',
    'stroke-width': chosen ? 6 : 4,
    'stroke-opacity': 0.75,
    'vector-effect': 'non-scaling-stroke',
  });
  set(line, {
    d,
    transform,
    fill: isPoint || tool.closed ? shade : 'none',
    'fill-opacity': isPoint ? 1 : chosen ? 0.3 : 0.12,
    stroke: isPoint ? '#000' : shade,
    'stroke-width': isPoint ? 1 : chosen ? 3.5 : 2.5,
    'stroke-dasharray': isPoint ? 'none' : dash(at),
    'vector-effect': 'non-scaling-stroke',
  });
  const shown = shape.label.length > SHOWN_CHARACTERS ? `${shape.label.slice(0, SHOWN_CHARACTERS)}…` : shape.label;
  if (text.textContent !== shown) text.textContent = shown;
  set(text, {
    x: first.x + (isPoint ? 9 : 2) * unit,
    y: first.y - 5 * unit < 12 * unit ? first.y + 15 * unit : first.y - 5 * unit,
    'font-size': 14 * unit,
    'stroke-width': 3.5 * unit,
  });
  const grips = chosen && !isPoint ? [...tool.handles(shape), ...tool.middles(shape)] : [];
  const knobs = sized(handles, grips.length, () =>
    s('circle', { stroke: '#000', 'vector-effect': 'non-scaling-stroke' }),
  );
  const real = tool.handles(shape).length;
  for (const [grip, { x, y }] of grips.entries())
    set(knobs[grip], {
      cx: x,
      cy: y,
      r: (grip < real ? 5.5 : 3.5) * unit,
      fill: grip === tool.vertex ? '#ffb000' : '#fff',
      opacity: grip < real ? 1 : 0.8,
    });
}

/** @param {ShapeTool} tool @param {Element} group */
function drawPen(tool, group) {
  const { start, pen, stage } = tool;
  const points = start?.ghost ? [start.point, start.ghost] : pen.length && stage.cursor ? [...pen, stage.cursor] : pen;
  const [halo, line, text, knobs] = group.children;
  text.textContent = '';
  const d = points.length > 1 ? pathOf(tool.isBox ? corners(points) : points, tool.isBox) : '';
  set(halo, {
    d,
    transform: '',
    fill: 'none',
    stroke: '#fff',
    'stroke-width': 4,
    'vector-effect': 'non-scaling-stroke',
  });
  set(line, {
    d,
    transform: '',
    fill: 'none',
    stroke: tool.colour(tool.label ?? ''),
    'stroke-width': 2.5,
    'stroke-dasharray': 'none',
    'vector-effect': 'non-scaling-stroke',
  });
  sized(knobs, pen.length, () => s('circle', { fill: '#fff', stroke: '#000', 'vector-effect': 'non-scaling-stroke' }));
  for (const [index, { x, y }] of pen.entries())
    set(knobs.children[index], { cx: x, cy: y, r: 5 * stage.pixel, fill: '#fff', opacity: 1 });
}

/** @param {ShapeTool} tool */
function drawList(tool) {
  tool.empty.hidden = tool.shapes.length > 0;
  const rows = sized(tool.items, tool.shapes.length, index =>
    h('li', {}, h('button', { type: 'button', onclick: () => tool.choose(index) })),
  );
  tool.shapes.forEach(({ label }, index) => {
    const button = /** @type {ListButton} */ (rows[index].firstElementChild);
    const look = `${label} ${tool.colour(label)}`;
    if (button.look !== look) {
      button.look = look;
      button.replaceChildren(
        swatch(tool.look, tool.indexOf(label), tool.colour(label)),
        h('span', { title: label }, `${index + 1}. ${label}`),
      );
    }
    set(button, { 'aria-pressed': index === tool.selected });
  });
}
