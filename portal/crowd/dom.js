const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an HTML element; `on…` become listeners, false, null and undefined are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Properties} properties @param {(Child | Child[])[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, properties = {}, ...children) {
  return assemble(document.createElement(tag), properties, children);
}

/**
 * Makes an SVG element in the same way.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Properties} properties @param {(Child | Child[])[]} children
 */
export function s(tag, properties = {}, ...children) {
  return assemble(document.createElementNS(SVG, tag), properties, children);
}

/**
 * @template {Element} T
 * @param {T} element @param {Properties} properties @param {(Child | Child[])[]} children
 */
function assemble(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(name, value === true ? '' : /** @type {string} */ (value));
  }
  const parts = children.flat().filter(child => child !== undefined && child !== null && child !== false);
  element.append(.../** @type {(Node | string)[]} */ (parts));
  return element;
}

/**
 * Sets the attributes that differ: with 200 boxes, writing all of them in each frame would be felt.
 * @template {Element} T
 * @param {T} element @param {Properties} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
  return element;
}

/**
 * Makes `parent` have exactly `count` children, made by `make` where missing.
 * @template {Element} T
 * @param {Element} parent @param {number} count @param {(index: number) => T} make
 */
export function sized(parent, count, make) {
  while (parent.childElementCount > count) parent.lastElementChild?.remove();
  while (parent.childElementCount < count) parent.append(make(parent.childElementCount));
  return /** @type {HTMLCollectionOf<T>} */ (parent.children);
}

/**
 * Attaches a shadow root with style sheets (adopted, so that no Content-Security-Policy stands in the way).
 * @param {Element} host @param {CSSStyleSheet[]} sheets @param {Child[]} children
 */
export function shadow(host, sheets, children, delegatesFocus = false) {
  const root = host.attachShadow({ mode: 'open', delegatesFocus });
  root.adoptedStyleSheets = sheets;
  root.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return root;
}

/**
 * Makes a modal dialog with a heading and a button that closes it.
 * @param {string} heading @param {string} closeText @param {Child[]} children
 */
export function dialog(heading, closeText, ...children) {
  const close = h('button', { type: 'button', class: 'primary', onclick: () => box.close() }, closeText);
  /** @type {HTMLDialogElement} */
  const box = h(
    'dialog',
    { 'aria-label': heading },
    h('h2', {}, heading),
    h('div', { class: 'body', tabindex: 0 }, ...children),
    close,
  );
  box.addEventListener('click', event => {
    if (event.target === box) box.close();
  });
  return box;
}

/** The way in which an arrow key goes through a list: 1, -1, or 0 for other keys. @param {KeyboardEvent} event */
export function stepOf({ key }) {
  if (key === 'ArrowDown' || key === 'ArrowRight') return 1;
  return key === 'ArrowUp' || key === 'ArrowLeft' ? -1 : 0;
}

/** The way in which an arrow key points: [x, y]; undefined for other keys. @param {KeyboardEvent} event */
export function arrowOf({ key }) {
  if (key === 'ArrowLeft') return [-1, 0];
  if (key === 'ArrowRight') return [1, 0];
  if (key === 'ArrowUp') return [0, -1];
  return key === 'ArrowDown' ? [0, 1] : undefined;
}

/** What is said of an error. @param {unknown} error */
export const reasonOf = error => (error instanceof Error ? error.message : String(error));

/** What draws on a canvas. @param {OffscreenCanvas} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export const contextOf = (canvas, settings) =>
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', settings));

/**
 * Tells whether a key press belongs to a text field, a slider or an open dialog rather than to a drawing tool.
 * @param {Event} event
 */
export function isTyping(event) {
  return event
    .composedPath()
    .some(
      element =>
        element instanceof Element &&
        element.matches('input:not([type=checkbox],[type=radio]),textarea,select,dialog[open],[contenteditable]'),
    );
}
