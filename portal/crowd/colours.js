import { contextOf, s } from './dom.js';

/** Okabe and Ito's colours, which people with any colour blindness can tell apart, with a dark red for their black. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#f0e442', '#882255'];
/** Beyond the colours, lines differ in dashes, points in form, areas in hatching, each with its own cycle. */
const DASHES = ['none', '12 5', '3 4', '14 4 3 4', '7 7', '18 4 3 4 3 4', '2 7'];
const MARKS = [
  'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0',
  'M-6-6H6V6H-6Z',
  'M0-8L8 0L0 8L-8 0Z',
  'M0-8L8 6H-8Z',
  'M-2-7H2V-2H7V2H2V7H-2V2H-7V-2H-2Z',
  'M0 8L8-6H-8Z',
];
/** @type {((x: number, y: number) => boolean)[]} */
const HATCHES = [
  () => true,
  (x, y) => (x + y) % 8 < 3,
  (x, y) => x % 4 < 2 && y % 4 < 2,
  (x, y) => ((x - y) & 4) !== 0,
  (_, y) => y % 8 < 3,
  x => x % 8 < 3,
  (x, y) => (x + y) % 8 < 2 || (x - y) % 8 === 0,
];

/** @type {<T>(list: T[], index: number) => T} */
const cycle = (list, index) => list[index % list.length];
/** How the label at an index is drawn: the dashes of its line. @param {number} index */
export const dash = index => cycle(DASHES, index);
/** The form of its points. @param {number} index */
export const mark = index => cycle(MARKS, index);
/** Which pixels of its areas are darker. @param {number} index */
export const hatch = index => cycle(HATCHES, index);

/** The colour of the label at an index, as #rrggbb; all indices below 256 differ. @param {number} index */
export function colour(index) {
  if (index < COLOURS.length) return COLOURS[index];
  // The golden angle keeps neighbours apart however many follow.
  const hue = (index * 137.508) % 360;
  const light = [0.38, 0.62, 0.5][index % 3];
  const channel = (/** @type {number} */ offset) => {
    const at = (offset + hue / 30) % 12;
    return Math.round(255 * (light - 0.8 * Math.min(light, 1 - light) * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return `#${[0, 8, 4].map(offset => channel(offset).toString(16).padStart(2, '0')).join('')}`;
}

/** A colour as pixels in memory have it, blue first. @param {string} colour as #rrggbb */
export const bgrOf = colour => parseInt(colour.slice(5, 7) + colour.slice(3, 5) + colour.slice(1, 3), 16);

/** Any CSS colour as #rrggbb; undefined if it is none. @param {string} [css] */
export function hex(css) {
  if (css === undefined || !CSS.supports('color', css)) return undefined;
  const context = contextOf(new OffscreenCanvas(1, 1));
  context.fillStyle = css;
  return context.fillStyle.slice(0, 7);
}

/**
 * A small picture of how a label looks in the image.
 * @param {Look} look @param {number} index @param {string} [shade]
 */
export function swatch(look, index, shade) {
  const icon = s('svg', { viewBox: '-10 -10 20 20', 'aria-hidden': 'true' });
  if (look === 'point') icon.append(s('path', { d: mark(index), fill: shade }));
  else if (look === 'area') {
    icon.append(s('rect', { x: -10, y: -10, width: 20, height: 20, fill: shade, opacity: 0.45 }));
    let dots = '';
    for (let y = 0; y < 20; y++)
      for (let x = 0; x < 20; x++) if (hatch(index)(x, y)) dots += `M${x - 10} ${y - 10}h1v1h-1Z`;
    icon.append(s('path', { d: dots, fill: shade }));
  } else
    icon.append(
      s('rect', {
        x: -8,
        y: -8,
        width: 16,
        height: 16,
        fill: shade,
        'fill-opacity': 0.2,
        stroke: shade,
        'stroke-width': 3,
        'stroke-dasharray': dash(index).replace(/\d+/g, length => String(Number(length) / 2)),
      }),
    );
  return icon;
}
