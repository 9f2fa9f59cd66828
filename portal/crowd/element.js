import { h, reasonOf } from './dom.js';
import { parse } from './lenient.js';
import { texts } from './texts.js';

/**
 * Properties that a script set before the element was defined hide the accessors of the same name: moves them out.
 * @param {HTMLElement} element
 */
export function takeEarlyProperties(element) {
  /** @type {Record<string, unknown>} */
  const early = {};
  for (const name of Object.keys(element)) {
    if (!(name in Object.getPrototypeOf(element))) continue;
    early[name] = Reflect.get(element, name);
    Reflect.deleteProperty(element, name);
  }
  return early;
}

/** Base of all elements that give a part of the answer: form-associated, built once when first connected. */
export class CrowdElement extends HTMLElement {
  static formAssociated = true;
  internals = this.attachInternals();
  /** @type {boolean | 'done' | undefined} */
  built;

  connectedCallback() {
    if (this.built) return;
    this.built = true;
    const early = takeEarlyProperties(this);
    this.build();
    this.built = 'done';
    Object.assign(this, early);
  }

  get name() {
    return this.getAttribute('name') ?? '';
  }
  set name(value) {
    this.setAttribute('name', value);
  }
  get form() {
    return this.internals.form;
  }
  get disabled() {
    return this.matches(':disabled') || this.hasAttribute('disabled');
  }
  set disabled(value) {
    this.toggleAttribute('disabled', Boolean(value));
  }
  get required() {
    return this.hasAttribute('required');
  }
  set required(value) {
    this.toggleAttribute('required', Boolean(value));
  }
  /** What AWS's own elements call their value, and templates use. */
  get _submittableValue() {
    return this.value;
  }
  checkValidity() {
    return this.internals.checkValidity();
  }
  reportValidity() {
    return this.internals.reportValidity();
  }

  changed() {
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /**
   * Reads an attribute that holds a list or an object; what cannot be read is said on the page.
   * @param {string} attribute @param {unknown} [fallback]
   * @returns {any} what the template's author wrote there, in whatever form
   */
  read(attribute, fallback) {
    const text = this.getAttribute(attribute);
    if (!text?.trim()) return fallback;
    try {
      return parse(text);
    } catch (error) {
      this.complain(texts.badAttribute(this.localName, attribute, reasonOf(error)));
      return fallback;
    }
  }

  /** Shows a problem above the element, where the worker and the template's author see it. @param {string} message */
  complain(message) {
    console.error(message);
    notice(this, message);
  }
}

/** Puts a visible problem in front of an element. @param {Element} element @param {string} message */
export function notice(element, message) {
  const box = h('div', { role: 'alert' }, message);
  box.style.cssText =
    'padding:.6em 1em;margin:.5em 0;border:2px solid #b3261e;border-radius:6px;background:#fff;color:#7a1410;overflow-wrap:anywhere';
  element.before(box);
}

/**
 * Defines an element under its name, unless the page did before.
 * @param {string} name @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}
