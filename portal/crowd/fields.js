import { h, shadow, stepOf } from './dom.js';
import { CrowdElement, define } from './element.js';
import { base, sheet } from './style.js';
import { texts } from './texts.js';

const fieldStyle = sheet(`
:host{display:block;margin:.6rem 0}
label{display:grid;gap:.25rem}
input,textarea{width:100%}
textarea{resize:vertical;display:block}
:host([invalid-shown]) :is(input,textarea){border-color:var(--error);border-width:2px}
.row{display:flex;gap:.6rem;align-items:center}
.row input[type=range]{flex:1;padding:0;accent-color:var(--accent)}
.row input[type=number]{width:6.5rem}
output{min-width:3ch;text-align:right;font-variant-numeric:tabular-nums}
.below{display:flex;gap:1rem;justify-content:space-between;font-size:.875rem;color:var(--muted)}`);

const INPUT_ATTRIBUTES = {
  placeholder: 'placeholder',
  required: 'required',
  min: 'min',
  max: 'max',
  step: 'step',
  'max-length': 'maxlength',
  'min-length': 'minlength',
  maxlength: 'maxlength',
  minlength: 'minlength',
};
const TYPES = new Set([
  'text',
  'date',
  'datetime-local',
  'email',
  'month',
  'number',
  'password',
  'search',
  'tel',
  'time',
  'url',
  'week',
]);

/** crowd-input; what the other fields with a value share. */
export class Input extends CrowdElement {
  static observedAttributes = ['disabled', 'required', 'label', 'placeholder', 'value', 'min', 'max'];

  build() {
    this.control = this.makeControl();
    for (const [own, native] of Object.entries(INPUT_ATTRIBUTES)) {
      const text = this.getAttribute(own);
      if (text !== null) this.control.setAttribute(native, text);
    }
    this.error = h('span', { class: 'error', id: 'error' });
    this.caption = h('span', {}, this.getAttribute('label') ?? '');
    this.below = h('div', { class: 'below' }, this.error);
    this.control.setAttribute('aria-describedby', 'error');
    shadow(this, [base, fieldStyle], [h('label', {}, this.caption, this.around()), this.below], true);
    this.nameFromOutside();
    this.control.disabled = this.disabled;
    this.control.value = this.initial;
    this.control.addEventListener('input', () => this.edited());
    this.control.addEventListener('change', () => this.changed());
    this.control.addEventListener('beforeinput', event => this.filter(/** @type {InputEvent} */ (event)));
    // The field says itself what is wrong, beside what the browser's bubble says.
    this.addEventListener('invalid', () => this.showError());
    this.validate();
    if (this.hasAttribute('auto-focus')) this.control.focus();
  }

  /** @returns {HTMLInputElement | HTMLTextAreaElement} */
  makeControl() {
    const type = this.getAttribute('type') ?? 'text';
    return h('input', { type: TYPES.has(type) ? type : 'text' });
  }
  /** What the label holds beside its text. @returns {Child | Child[]} */
  around() {
    return this.control;
  }
  get initial() {
    return this.getAttribute('value') ?? '';
  }

  /** Without a label, the text that stands around the field names it for screen readers. */
  nameFromOutside() {
    if (this.hasAttribute('label') || this.textContent.trim()) return;
    const text =
      this.getAttribute('aria-label') ??
      this.internals.labels[0]?.textContent?.trim() ??
      this.getAttribute('placeholder') ??
      this.previousElementSibling?.textContent.trim();
    this.control.setAttribute('aria-label', text || this.name || this.localName);
  }

  filter(/** @type {InputEvent} */ event) {
    if (!this.hasAttribute('auto-validate') || !this.hasAttribute('allowed-pattern') || !event.data) return;
    if ([...event.data].some(character => !this.allowed.test(character))) event.preventDefault();
  }
  get allowed() {
    try {
      return new RegExp(this.getAttribute('allowed-pattern') ?? '', 'u');
    } catch {
      return /(?:)/;
    }
  }

  edited() {
    this.validate();
    if (this.hasAttribute('auto-validate') || this.hasAttribute('invalid-shown')) this.showError();
  }
  validate() {
    const { validity, validationMessage } = this.control;
    this.internals.setValidity(validity, validationMessage, this.control);
  }
  showError() {
    const message = this.control.validationMessage;
    this.error.textContent = message && (this.getAttribute('error-message') ?? message);
    this.toggleAttribute('invalid-shown', Boolean(message));
    this.control.setAttribute('aria-invalid', Boolean(message));
  }

  /** @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    if (this.built !== 'done') return;
    if (name === 'label') this.caption.textContent = value ?? '';
    else if (name === 'value') this.value = value;
    else if (value === null) this.control.removeAttribute(name);
    else this.control.setAttribute(name, value);
    this.validate();
  }
  /** @param {boolean} disabled */
  formDisabledCallback(disabled) {
    if (this.control) this.control.disabled = disabled;
  }
  formResetCallback() {
    this.value = this.initial;
    this.error.textContent = '';
    this.removeAttribute('invalid-shown');
  }

  /** @returns {unknown} */
  get value() {
    return this.text;
  }
  set value(value) {
    this.enter(value);
  }
  get text() {
    return this.control ? this.control.value : this.initial;
  }
  /** @param {unknown} value */
  enter(value) {
    this.control.value = /** @type {string} */ (value ?? '');
    this.edited();
  }
}

/** crowd-text-area. */
export class TextArea extends Input {
  makeControl() {
    return h('textarea', { rows: this.getAttribute('rows') ?? 4 });
  }
  build() {
    super.build();
    if (this.hasAttribute('char-counter')) {
      this.counter = h('span', { role: 'status' });
      this.below.append(this.counter);
    }
    this.control.addEventListener('input', () => this.grow());
    this.grow();
  }
  edited() {
    super.edited();
    this.grow();
  }
  grow() {
    const control = /** @type {HTMLTextAreaElement} */ (this.control);
    const rows = control.value.split('\n').length;
    const least = Number(this.getAttribute('rows') ?? 4);
    control.rows = Math.max(least, Math.min(rows, Number(this.getAttribute('max-rows') ?? least)));
    if (this.counter)
      this.counter.textContent = texts.characters(control.value.length, this.getAttribute('max-length'));
  }
}

/** crowd-slider: gives a number. */
export class Slider extends Input {
  makeControl() {
    return h('input', { type: 'range' });
  }
  get initial() {
    return this.getAttribute('value') ?? this.getAttribute('min') ?? '0';
  }
  around() {
    const { control } = this;
    const bounds = { min: this.getAttribute('min'), max: this.getAttribute('max'), step: this.getAttribute('step') };
    this.number = this.hasAttribute('editable')
      ? h('input', { type: 'number', 'aria-label': texts.value, ...bounds })
      : h('output', { hidden: !this.hasAttribute('pin') });
    this.number.addEventListener('change', () => {
      this.value = this.number.value;
      this.changed();
    });
    return [h('slot'), h('span', { class: 'row' }, control, this.number)];
  }
  validate() {
    super.validate();
    this.number.value = this.control.value;
  }
  /** @param {boolean} disabled */
  formDisabledCallback(disabled) {
    super.formDisabledCallback(disabled);
    if (this.number) this.number.disabled = disabled;
  }
  /** @returns {unknown} */
  get value() {
    return Number(this.text);
  }
  set value(value) {
    this.enter(value);
  }
}

const toggleStyle = sheet(`
:host{display:inline-block;margin:.25rem .9rem .25rem 0}
label{display:flex;gap:.5rem;align-items:center;min-height:1.8rem;cursor:pointer}
input{width:1.15rem;height:1.15rem;margin:0;flex:none;accent-color:var(--accent)}
input[role=switch]{appearance:none;width:2.4rem;height:1.3rem;border-radius:1rem;padding:0;background:var(--raised);position:relative}
input[role=switch]::before{content:"";position:absolute;inset:.15rem auto .15rem .15rem;width:.9rem;border-radius:50%;background:var(--edge)}
input[role=switch]:checked{background:var(--accent);border-color:var(--accent)}
input[role=switch]:checked::before{left:1.25rem;background:var(--on-accent)}
:host([invalid]) input{outline:2px solid var(--error)}`);

/** crowd-checkbox and crowd-toggle-button: give `{value: bool}`, merged under one name. */
export class Checkbox extends CrowdElement {
  static observedAttributes = ['checked', 'disabled', 'required'];
  type = 'crowd-toggle';
  merges = true;
  kind = 'checkbox';

  build() {
    this.control = h('input', { type: this.kind, role: this.controlRole, disabled: this.disabled });
    this.control.checked = this.hasAttribute('checked');
    this.control.addEventListener('change', () => {
      this.validate();
      this.changed();
    });
    shadow(this, [base, toggleStyle], [h('label', {}, this.control, h('span', {}, h('slot')))], true);
    if (!this.textContent.trim()) {
      const outer = this.getAttribute('aria-label') ?? this.internals.labels[0]?.textContent?.trim();
      this.control.setAttribute('aria-label', outer || this.key);
    }
    this.validate();
  }
  validate() {
    const missing = this.required && !this.checked;
    this.internals.setValidity({ valueMissing: missing }, missing ? texts.requiredCheck : '', this.control);
  }
  /** @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    if (this.built !== 'done') return;
    if (name === 'checked') this.checked = value !== null;
    else this.validate();
  }
  /** @param {boolean} disabled */
  formDisabledCallback(disabled) {
    if (this.control) this.control.disabled = disabled;
  }
  formResetCallback() {
    this.checked = this.hasAttribute('checked');
  }

  /** The key in the answer: the attribute `value`, “on” where there is none. */
  get key() {
    return this.getAttribute('value') ?? 'on';
  }
  get checked() {
    return this.control ? this.control.checked : this.hasAttribute('checked');
  }
  set checked(checked) {
    this.check(checked);
  }
  check(/** @type {boolean} */ checked) {
    this.control.checked = Boolean(checked);
    this.validate();
  }
  /** @returns {Record<string, boolean> | boolean} */
  get value() {
    return { [this.key]: this.checked };
  }
  set value(value) {
    this.checked = typeof value === 'object' ? value[this.key] : value;
  }
}

class Toggle extends Checkbox {
  controlRole = 'switch';
}

/** crowd-radio-button: native radios in different shadow roots know nothing of each other, so this tells them. */
export class Radio extends Checkbox {
  kind = 'radio';

  build() {
    super.build();
    this.control.addEventListener('change', () => this.checked && this.clearOthers());
    this.addEventListener('keydown', event => this.arrow(event));
    queueMicrotask(() => this.rove());
  }
  get group() {
    const around = this.closest('crowd-radio-group');
    const all = (around ?? this.form ?? document).querySelectorAll('crowd-radio-button');
    return [...all].filter(radio => around || radio.name === this.name);
  }
  clearOthers() {
    for (const other of this.group) if (other !== this) other.control.checked = false;
    this.rove();
  }
  /** As in native groups, Tab reaches one button only. */
  rove() {
    const { group } = this;
    const stop = group.find(radio => radio.checked) ?? group.find(radio => !radio.disabled);
    for (const radio of group) if (radio.control) radio.control.tabIndex = radio === stop ? 0 : -1;
  }
  arrow(/** @type {KeyboardEvent} */ event) {
    const step = stepOf(event);
    if (!step) return;
    event.preventDefault();
    const usable = this.group.filter(radio => !radio.disabled);
    const next = usable[(usable.indexOf(this) + step + usable.length) % usable.length];
    next.checked = true;
    next.control.focus();
    next.changed();
  }
  check(/** @type {boolean} */ checked) {
    super.check(checked);
    if (checked) this.clearOthers();
    else this.rove();
  }
}

class RadioGroup extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'radiogroup');
    if (!this.hasAttribute('aria-label'))
      this.setAttribute('aria-label', this.getAttribute('name') ?? texts.categories);
  }
}

/** Defines the fields. */
export function defineFields() {
  define('crowd-input', Input);
  define('crowd-text-area', TextArea);
  define('crowd-slider', Slider);
  define('crowd-slider-label', class extends HTMLElement {});
  define('crowd-checkbox', Checkbox);
  define('crowd-toggle-button', Toggle);
  define('crowd-radio-group', RadioGroup);
  define('crowd-radio-button', Radio);
}
