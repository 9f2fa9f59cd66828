const SVG = 'http://www.w3.org/2000/svg';

/** Makes an HTML element; `on…` become listeners, false, null and undefined are left out. */
export function h(tag, properties = {}, ...children) {
  return assemble(document.createElement(tag), properties, children);
}

/** Makes an SVG element in the same way. */
export function s(tag, properties = {}, ...children) {
  return assemble(document.createElementNS(SVG, tag), properties, children);
}

function assemble(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== undefined && child !== null && child !== false));
  return element;
}

/** Sets the attributes that differ: with 200 boxes, writing all of them in each frame would be felt. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
  return element;
}

/** Makes `parent` have exactly `count` children, made by `make` where missing. */
export function sized(parent, count, make) {
  while (parent.childElementCount > count) parent.lastElementChild.remove();
  while (parent.childElementCount < count) parent.append(make(parent.childElementCount));
  return parent.children;
}

/** Attaches a shadow root with style sheets (adopted, so that no Content-Security-Policy stands in the way). */
export function shadow(host, sheets, children, delegatesFocus = false) {
  const root = host.attachShadow({ mode: 'open', delegatesFocus });
  root.adoptedStyleSheets = sheets;
  root.append(...children.filter(Boolean));
  return root;
}

/** Makes a modal dialog with a heading and a button that closes it. */
export function dialog(heading, closeText, ...children) {
  const close = h('button', { type: 'button', class: 'primary', onclick: () => box.close() }, closeText);
  const box = h(
    'dialog',
    { 'aria-label': heading },
    h('h2', {}, heading),
    h('div', { class: 'body', tabindex: 0 }, ...children),
    close,
  );
  box.addEventListener('click', event => event.target === box && box.close());
  return box;
}

/** Tells whether a key press belongs to a text field, a slider or an open dialog rather than to a drawing tool. */
export function isTyping(event) {
  return event
    .composedPath()
    .some(
      element =>
        element instanceof Element &&
        element.matches('input:not([type=checkbox],[type=radio]),textarea,select,dialog[open],[contenteditable]'),
    );
}
