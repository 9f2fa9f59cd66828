import { colour, dash, hex, swatch } from './colours.js';
import { h, reasonOf, s, set, sized } from './dom.js';
import { MaskView } from './mask-view.js';
import { Raster, readMask } from './raster.js';
import { texts } from './texts.js';

/** What a verification job shows over the image: others' boxes or masks, and their labels. */
export class Overlay {
  /** @type {MaskView | undefined} */
  view;
  /** @type {Raster | undefined} */
  raster;

  /** @param {ImageTool} tool @param {OverlayValue} value */
  constructor(tool, { boundingBox, semanticSegmentation, instanceSegmentation }) {
    this.tool = tool;
    this.boxes = boundingBox?.value ?? [];
    const mask = semanticSegmentation ?? instanceSegmentation;
    this.source = mask?.src;
    const mapped = Object.entries(mask?.labelMappings ?? {}).map(([label, mapping]) => ({
      label,
      color: mapping.color ?? mapping['hex-color'],
    }));
    const names = [...new Set(this.boxes.map(box => box.label))];
    /** @type {Partial<ColouredLabel>[]} */
    this.legend = mask
      ? [...mapped, ...(mask.instances ?? [])].map(({ label, color }) => ({ label, color: hex(color) }))
      : names.map((label, index) => ({ label, color: colour(index) }));
    const rows = this.legend.map(({ label, color }, index) =>
      h('li', {}, swatch(mask ? 'area' : 'line', index, color), h('span', { title: label }, String(label))),
    );
    tool.aside(texts.annotations, h('ul', { class: 'items legend' }, rows));
    // What scrolls and holds nothing to focus has to be reachable itself.
    if (tool.column) tool.column.tabIndex = 0;
  }

  async load() {
    if (!this.source) return;
    const { width, height } = this.tool.stage.imageSize;
    const raster = new Raster(width, height);
    try {
      await readMask(
        this.source,
        raster,
        this.legend.map(({ color }, index) => [color, index + 1]),
      );
    } catch (error) {
      this.tool.complain(texts.maskNotLoaded(reasonOf(error)));
      return;
    }
    this.view ??= new MaskView(this.tool.stage);
    this.raster = raster;
    this.viewed();
    this.tool.stage.drawSoon();
  }
  viewed() {
    this.stale = true;
  }
  draw() {
    const { stage } = this.tool;
    if (this.raster && this.stale)
      this.view?.draw(
        this.raster,
        this.legend.map(({ color }) => String(color)),
      );
    this.stale = false;
    const groups = sized(stage.layer, this.boxes.length, () =>
      s(
        'g',
        { fill: 'none' },
        s('rect'),
        s('rect'),
        s('text', { 'paint-order': 'stroke', fill: '#fff', stroke: '#000' }),
      ),
    );
    this.boxes.forEach(({ left, top, width, height, label }, index) => {
      const [halo, line, text] = groups[index].children;
      const at = this.legend.findIndex(entry => entry.label === label);
      const place = { x: left, y: top, width, height, 'vector-effect': 'non-scaling-stroke' };
      set(halo, { ...place, stroke: '#fff', 'stroke-width': 5 });
      set(line, { ...place, stroke: colour(at), 'stroke-width': 2.5, 'stroke-dasharray': dash(at) });
      text.textContent = label;
      set(text, {
        x: left + 2 * stage.pixel,
        y: Math.max(top - 5 * stage.pixel, 14 * stage.pixel),
        'font-size': 14 * stage.pixel,
        'stroke-width': 3.5 * stage.pixel,
      });
    });
  }
}
