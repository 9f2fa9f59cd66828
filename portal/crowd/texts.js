/** Every English text that workers can meet in the elements: the one place to translate. */
export const texts = {
  labels: 'Labels',
  categories: 'Choose one',
  categoriesMany: 'Choose all that apply',
  annotations: 'Annotations',
  none: 'None yet',
  instances: 'Objects',
  instructions: 'Instructions',
  fullInstructions: 'View full instructions',
  close: 'Close',
  dismiss: 'Dismiss',
  submit: 'Submit',
  tools: 'Tools',
  findLabel: 'Find a label',
  noLabelFound: 'No label has this text.',
  chooseLabel: 'Choose a label first.',
  chooseCategory: 'Choose a category.',
  /** @type {(label: string) => string} */
  chosen: label => `Label: ${label}`,
  comment: 'Comment',
  addComment: 'Add a comment',
  required: 'Fill in this field.',
  requiredCheck: 'This has to be checked.',
  /** @type {(used: number, most: string | null) => string} */
  characters: (used, most) => (most ? `${used} of ${most} characters` : `${used} characters`),
  value: 'Value',
  goodExample: 'Good example',
  badExample: 'Bad example',
  loading: 'Loading the image …',
  notLoaded:
    'The image could not be loaded. Check your connection and try again, or decline the task. ' +
    '(For the owner of the job: the bucket must allow this page by CORS.)',
  stillLoading: 'The image is not loaded yet.',
  retry: 'Try again',
  /** @type {(reason: string) => string} */
  maskNotLoaded: reason => `The given mask could not be used: ${reason}`,
  maskColour: 'the colour of a label cannot be read.',
  /** @type {(mask: string, image: string) => string} */
  maskSize: (mask, image) => `it has ${mask} pixels, the image has ${image}.`,
  image: 'Image to label. Arrow keys move the crosshair, Space sets a point, question mark lists all keys.',
  imageToSee: 'Image to judge. Plus and minus zoom.',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Fit to window',
  undo: 'Undo',
  redo: 'Redo',
  delete: 'Delete',
  keys: 'Keys',
  keysEverywhere: 'Single keys work on the whole page, not only in the image',
  hide: 'Hide or show annotations',
  brush: 'Brush',
  polygon: 'Polygon',
  eraser: 'Eraser',
  size: 'Size',
  brushSize: 'Brush size in pixels of the image',
  addInstance: 'New object',
  tooManyInstances: 'No more than 255 objects fit into one mask.',
  penDown: 'Painting. Arrow keys draw; Space lifts the brush.',
  penUp: 'Brush lifted.',
  corner: 'Click the opposite corner. Escape cancels.',
  nextPoint: 'Click the next point. Enter finishes, Escape cancels.',
  nextPointClosed: 'Click the next point. Enter or a click on the first point finishes, Escape cancels.',
  /** @type {(label: string, count: number) => string} */
  added: (label, count) => `Added: ${label}. ${count} in all.`,
  /** @type {(label: string, number: number, count: number) => string} */
  selected: (label, number, count) => `Selected: ${label}, ${number} of ${count}.`,
  /** @type {(number: number, count: number) => string} */
  pointSelected: (number, count) => `Point ${number} of ${count}.`,
  /** @type {(label: string) => string} */
  deleted: label => `Deleted: ${label}.`,
  /** @type {(tag: string) => string} */
  unsupported: tag => `This page uses <${tag}>, which is not supported here. The answer will lack this part.`,
  /** @type {(tag: string, name: string, reason: string) => string} */
  badAttribute: (tag, name, reason) => `<${tag}>: the attribute “${name}” cannot be read: ${reason}`,
  shortcuts: {
    common: [
      ['1 – 9', 'choose a label; also for the annotation you selected'],
      ['Ctrl+Z, Ctrl+Shift+Z', 'undo, redo'],
      ['+  −  0', 'zoom in, out, fit; the wheel and two fingers zoom too'],
      ['Alt+arrows', 'move the view; or drag with Space or the middle button held'],
      ['Arrows', 'move the crosshair; Shift 10 pixels, Ctrl a tenth of the view'],
      ['H', 'hide or show annotations'],
      ['Ctrl+Enter', 'submit'],
    ],
    shapes: [
      ['Space', 'set a point at the crosshair; Enter finishes, Escape cancels'],
      ['N', 'add an annotation in the middle of the view'],
      ['[  ]', 'select the previous, the next annotation'],
      ['Arrows', 'move what is selected; Shift 10 pixels'],
      ['Delete', 'delete what is selected'],
      ['Shift+click', 'draw on top of another annotation'],
    ],
    rect: [['Alt+arrows', 'make the selected box larger or smaller']],
    points: [
      [',  .', 'select the previous, the next point of the selected annotation'],
      ['I', 'insert a point after the selected one; the small dots do the same'],
    ],
    mask: [
      ['B  P  E', 'brush, polygon, eraser'],
      [',  .', 'smaller, larger brush'],
      ['Space', 'lower or lift the brush; in a polygon set a point, Enter fills it'],
    ],
    instances: [
      ['N', 'new object'],
      ['[  ]', 'previous, next object'],
    ],
    choice: [
      ['1 – 9', 'choose'],
      ['+  −  0', 'zoom in, out, fit'],
      ['Ctrl+Enter', 'submit'],
    ],
  },
};
