// Told apart by colour-blind people too (Okabe and Ito).
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9'];
const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {{ size: Size, parts: Element[], text: string }} Drawing */

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function svg(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {MergedBoxes} label @param {MergedMetadata} metadata @returns {Drawing} */
function boxes({ annotations, image_size: [size] }, metadata) {
  const parts = annotations.flatMap((box, index) => {
    const { left: x, top: y, width, height } = box;
    const name = metadata['class-map']?.[box.class_id];
    const confidence = Math.round((metadata.objects?.[index].confidence ?? 0) * 100);
    const letters = size.height / 18;
    return [
      svg('rect', { class: 'box', x, y, width, height, stroke: COLOURS[box.class_id % COLOURS.length] }),
      svg(
        'text',
        { class: 'name', x: x + letters / 3, y: y + letters, 'font-size': letters },
        `${name} ${confidence} %`,
      ),
    ];
  });
  return { size, parts, text: `Boxes: ${annotations.length}` };
}

/** @param {string} address */
async function sizeOf(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return { width: picture.naturalWidth, height: picture.naturalHeight };
}

/** @param {string} address @param {MergedMetadata} metadata @returns {Promise<Drawing>} */
async function mask(address, metadata) {
  // Each consolidation writes another mask to the same address.
  const href = `${address}?${Date.now()}`;
  const size = await sizeOf(href);
  const names = Object.values(metadata['internal-color-map'] ?? {}).map(entry => entry['class-name']);
  return { size, parts: [svg('image', { href, ...size, opacity: 0.6 })], text: names.join(', ') };
}

/**
 * Draws the merged label on the picture, or says it in words where it has no place in it.
 * @param {PreviewState} state @param {{ figure: HTMLElement, drawing: Element, caption: HTMLElement }} places
 */
export async function drawMerged({ merged, picture }, { figure, drawing, caption }) {
  figure.hidden = !merged;
  if (!merged) return;
  const names = Object.keys(merged);
  const metadata = /** @type {MergedMetadata} */ (merged[String(names.find(name => name.endsWith('-metadata')))]);
  const label = merged[String(names.find(name => !name.endsWith('-metadata')))];
  /** @type {Drawing | undefined} */
  let drawn;
  if (label && typeof label === 'object' && 'annotations' in label)
    drawn = boxes(/** @type {MergedBoxes} */ (label), metadata);
  else if (metadata['internal-color-map']) drawn = await mask(String(label), metadata);
  caption.textContent =
    drawn?.text ??
    metadata['failure-reason'] ??
    metadata['class-name'] ??
    Object.values(metadata['class-map'] ?? {}).join(', ');
  drawing.toggleAttribute('hidden', !drawn || !picture);
  if (!drawn || !picture) return;
  const { width, height } = drawn.size;
  drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
  // With CORS alone the browser shows the picture as stored, which is what coordinates count in.
  const stored = svg('image', { href: picture, width, height, crossorigin: 'anonymous' });
  drawing.replaceChildren(stored, ...drawn.parts);
}
