import { defineClassifiers } from './choice.js';
import { defineFields } from './fields.js';
import { defineForm } from './form.js';
import { defineMasks } from './masks.js';
import { definePage } from './page.js';
import { defineShapes } from './shapes.js';

/** Defines all elements; the form first, as it moves its children into a real form. */
export function defineElements() {
  for (const defineSome of [defineForm, defineFields, definePage, defineShapes, defineMasks, defineClassifiers])
    defineSome();
}
