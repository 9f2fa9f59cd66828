import { swatch } from './colours.js';
import { Stage } from './stage.js';
import { texts } from './texts.js';
import { Tool } from './tool.js';

/** A tool with an image to draw on. */
export class ImageTool extends Tool {
  crosshair = true;

  content() {
    this.swatch = (/** @type {number} */ index) => swatch(this.look, index, this.colour(this.labels[index]));
    this.stage = new Stage(this, { label: texts.image });
    this.main.append(this.stage.element);
    this.button('↶', texts.undo, 'Ctrl+Z', () => this.undo());
    this.button('↷', texts.redo, 'Ctrl+Shift+Z', () => this.redo());
    this.zoomButtons();
    this.button('◐', texts.hide, 'H', () => this.toggleHidden());
    this.tools();
    this.stage.load(this.getAttribute('src'));
  }
  zoomButtons() {
    this.button('−', texts.zoomOut, '-', () => this.stage.zoom(0.8));
    this.button('+', texts.zoomIn, '+', () => this.stage.zoom(1.25));
    this.button('⤢', texts.fit, '0', () => this.stage.size && this.stage.fit());
  }
  toggleHidden() {
    this.stage.element.classList.toggle('hidden');
  }
  tools() {}
  /** @param {number} dx @param {number} dy */
  arrow(dx, dy) {
    this.move?.(this.stage.moveCursor(dx, dy));
  }

  /** What single keys do, by key. @returns {Record<string, () => void>} */
  get keys() {
    return { h: () => this.toggleHidden() };
  }
  /** @param {KeyboardEvent} event */
  handle(event) {
    if (super.handle(event) || this.stage?.handle(event)) return true;
    if (event.ctrlKey || event.metaKey || event.altKey || !this.stage?.size) return false;
    if (event.key === 'Enter' && !this.atImage(event)) return false;
    const action = this.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    action?.();
    return Boolean(action);
  }

  get inputImageProperties() {
    const { width, height } = this.stage.imageSize;
    return { height, width };
  }
  /** The value; absent while there is no image to which it could refer. @returns {AnnotationValue | undefined} */
  get value() {
    if (!this.stage?.size) return undefined;
    const modified = this.hasAttribute('initial-value') ? { initialValueModified: this.modified } : {};
    return { ...modified, inputImageProperties: this.inputImageProperties, ...this.annotations };
  }
  set value(value) {
    this.wasModified = value?.initialValueModified;
    this.whenLoaded(() => this.take(value ?? {}));
  }
  get modified() {
    return this.wasModified || this.history.position !== 0;
  }
  /** @param {() => void} action */
  whenLoaded(action) {
    if (this.stage?.size) action();
    else this.addEventListener('load', action, { once: true });
  }
  formResetCallback() {
    this.wasModified = false;
    this.history.past = [];
    this.history.future = [];
    this.history.position = 0;
    this.whenLoaded(() => this.loaded());
  }
}
