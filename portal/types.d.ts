/** What the modules say to each other and to others. Only the type checker reads this file: it is not served. */

import type { Radio } from './crowd/fields.js';
import type { CrowdForm } from './crowd/form.js';
import type { ImageTool as AnyImageTool } from './crowd/image-tool.js';
import type { LabelPicker } from './crowd/labels.js';
import type { MaskView } from './crowd/mask-view.js';
import type { Overlay } from './crowd/overlay.js';
import type { Raster as AnyRaster } from './crowd/raster.js';
import type { ShapeTool as AnyShapeTool } from './crowd/shape-tool.js';
import type { Stage as AnyStage } from './crowd/stage.js';
import type { Api as AnyApi, Refused } from './page/api.js';
import type { Drafts as AnyDrafts } from './page/drafts.js';
import type { Notices } from './page/notices.js';
import type { Outbox } from './page/outbox.js';
import type { Session as AnySession } from './page/session.js';
import type { HostedSignIn as AnyHostedSignIn } from './page/sign-in.js';
import type { TaskFrame } from './page/task-frame.js';
import type { Deadline, TimeSpent } from './page/times.js';
import type { WorkerStorage as AnyStorage } from './page/worker-storage.js';

declare global {
  // ---- The elements ----

  /** In pixels of the image as stored. */
  interface Point {
    x: number;
    y: number;
  }
  interface Size {
    width: number;
    height: number;
  }
  /** An annotation made of points; of a box, two opposite corners. */
  interface Shape {
    label: string;
    points: Point[];
  }
  /** A shape as it stands in an answer or an initial value: each element has its own fields, all optional here. */
  interface ShapeItem extends Partial<Point>, Partial<Size> {
    label: string;
    vertices?: Point[];
    left?: number;
    top?: number;
  }
  /** What lies under the pointer: a shape, and of it a handle, the place for a new point, or only the inside. */
  interface Hit {
    index: number;
    handle?: number;
    insert?: number;
    inside?: boolean;
  }
  /** The points of a new shape in the middle of the view; `at` takes a place in it, from -1 to 1. */
  type InMiddle = (at: (x: number, y: number) => Point) => Point[];
  /** Where a pointer went down, and what came of it so far: a box that is drawn, the inside of another shape. */
  interface PointerStart {
    point: Point;
    ghost?: Point;
    inside?: number;
  }
  /** A shape, or one of its points, that is being moved. */
  interface Drag {
    before: Shape[];
    index: number;
    moving?: number;
    last: Point;
    moved: boolean;
  }
  /** A label with its colour, as #rrggbb. */
  interface ColouredLabel {
    label: string;
    color: string;
  }
  /** The colour of a label in an answer; templates write it in either way. */
  interface Mapping {
    color?: string;
    'hex-color'?: string;
  }
  type Mappings = Record<string, Mapping>;
  /** A mask in an answer, an initial value or an overlay. */
  type MaskValue = {
    src?: string;
    labeledImage?: { pngImageData: string };
    labelMappings?: Mappings;
    instances?: (Mapping & { label: string })[];
  };
  /** What a verification job shows over the image. */
  interface OverlayValue {
    boundingBox?: { value?: (ShapeItem & Required<Size> & { left: number; top: number })[] };
    semanticSegmentation?: MaskValue;
    instanceSegmentation?: MaskValue;
  }
  /** The answer of a classifier. */
  type Classification = {
    label?: string;
    labels?: string[];
    workerComment?: string;
  };
  /** What annotators add to the size of the image. */
  type Annotations = Record<string, unknown>;
  type AnnotationValue = Annotations & { initialValueModified?: boolean; inputImageProperties?: Size };
  /** A label as a template may write it. */
  type WrittenLabel = string | number | { label: string } | null | undefined;
  /** An element of a form, native or ours. */
  interface FormField extends HTMLElement {
    name: string;
    type: string;
    // biome-ignore lint/suspicious/noExplicitAny: the template's author chose the element, and with it the kind of value
    value: any;
    checked: boolean;
    /** Ours that share a name: what they give is merged. */
    merges?: boolean;
    options: HTMLOptionsCollection;
    selectedOptions: HTMLCollectionOf<HTMLOptionElement>;
  }
  /** The answer of a form: values by the names of its elements. */
  type Answer = Record<string, unknown>;
  /** A step of the history, which exchanges what is now with what was. */
  interface Step {
    swap: () => void;
    bytes: number;
  }
  type Raster = AnyRaster;
  type Stage = AnyStage;
  type ImageTool = AnyImageTool;
  type ShapeTool = AnyShapeTool;
  /** How a label looks in the list: a line, an area or a point. */
  type Look = 'line' | 'area' | 'point';
  /** The groups of keys that the dialog explains. */
  type ShortcutGroup = 'common' | 'shapes' | 'rect' | 'points' | 'mask' | 'instances' | 'choice';

  /** The attributes and listeners of a new element. */
  interface Properties {
    [name: string]: unknown;
    onclick?: (event: PointerEvent & { currentTarget: HTMLButtonElement }) => unknown;
    onchange?: (event: Event) => unknown;
    oninput?: (event: Event) => unknown;
    onsubmit?: (event: SubmitEvent) => unknown;
  }
  type Child = Node | string | number | false | null | undefined;
  /** The list of labels: what a label looks like by its index, and who hears of the choice. */
  interface LabelPickerOptions {
    heading: string;
    multiple?: boolean;
    swatch: (index: number) => Element | undefined;
    onpick: (label: string) => void;
  }
  type Listen = <T extends keyof HTMLElementEventMap>(
    type: T,
    handler: (event: HTMLElementEventMap[T]) => void,
    options?: AddEventListenerOptions,
  ) => void;
  /** A button that holds what it stands for. */
  interface LabelButton extends HTMLButtonElement {
    label: string;
    index: number;
  }
  /** A button of a list, which remembers how it looks to be drawn again only where that changed. */
  interface ListButton extends HTMLButtonElement {
    look?: string;
  }

  // ---- The page ----

  type Api = AnyApi;
  type Drafts = AnyDrafts;
  type HostedSignIn = AnyHostedSignIn;
  type Session = AnySession;
  type WorkerStorage = AnyStorage;

  /** A job in the list. */
  interface JobSummary {
    job: string;
    title: string;
    description: string;
    /** In seconds, for one task. */
    timeLimit: number;
    done: number;
    left: number;
  }
  /** A task as the API gives it out; times in seconds, by the clock of the server. */
  interface Task {
    taskId: string;
    html: string;
    acceptedAt: number;
    expiresAt: number;
    now: number;
    draft?: Draft | null;
    job: string;
    title: string;
    description: string;
    done: number;
    left: number;
  }
  /** What is entered so far, the seconds it took, and when it was saved. */
  interface Draft {
    value: Answer;
    seconds: number;
    saved: number;
  }
  /** Hears why a draft is not on the server; null when it is. */
  type DraftSent = (refused: Refused | null) => void;
  /** An answer on its way. */
  interface OutboxEntry {
    taskId: string;
    title: string;
    answer: Answer;
    seconds: number;
    /** Where a long answer lies, as soon as it does. */
    answerUri?: string;
  }
  /** A task in its frame, from when it is claimed until it is answered or given back. */
  interface Lease {
    task: Task;
    frame: TaskFrame;
    draft?: Draft;
    deadline: Deadline;
    /** Resolves when the worker could begin. */
    filled?: Promise<void>;
    /** The time in the worker's hands, and the timer that shows what is left, as soon as they have it. */
    spent?: TimeSpent;
    timer?: number;
  }
  /** An answer that was refused for good. */
  interface OutboxRefusal {
    entry: OutboxEntry;
    refused: Refused;
  }
  /** What the views work with. */
  interface Parts {
    api: Api;
    notices: Notices;
    storage: WorkerStorage;
    drafts: Drafts;
    outbox: Outbox;
    signedOut: () => void;
  }
  interface View {
    element: HTMLElement;
    title: string;
    /** The text of the link to the jobs, where it is one. */
    back?: string;
    leave(): void;
  }
  /** What can be done about a notice, by the text of the button. */
  type Actions = Record<string, () => unknown>;

  /** config.json: `portal/README.md` describes it. */
  interface PageConfig {
    apiUrl: string;
    signIn:
      | { domainUrl: string; clientId: string; password?: false }
      | { cognitoUrl: string; clientId: string; password: true };
  }
  /** What Cognito gives; a renewal has no new token for renewals. */
  interface Tokens {
    id: string;
    refresh?: string;
  }
  interface SessionTokens extends Tokens {
    /** In milliseconds, by the clock of this computer. */
    until: number;
  }
  /** The tokens, or what takes the new password that has to be chosen. */
  type SignInStep = Tokens | { again: (password: string) => Promise<SignInStep> };
  /** Renews and ends what a sign-in gave. */
  interface Provider {
    renew(refresh: string): Promise<Tokens>;
    end(refresh?: string): Promise<void>;
  }

  // ---- Between the page and the frame of a template ----

  /** What the page says to the frame. */
  type PageMessage =
    | { type: 'frame-task'; html: string; draft?: Answer }
    | { type: 'frame-save' }
    | { type: 'frame-instructions' };
  /** What the frame says to the page. Whatever a template puts there is `unknown` until it was read as JSON. */
  type FrameMessage =
    | { type: 'frame-open' }
    | { type: 'frame-filled' }
    | { type: 'frame-failed' }
    | { type: 'frame-draft'; value: unknown }
    | { type: 'crowd-submit'; answer: unknown };
  /** What a frame calls. */
  interface FrameListeners {
    /** For what was entered. */
    draft(value: Answer): void;
    /** For the answer; undefined where it cannot be read. */
    submit(answer: Answer | undefined): void;
    /** For a page without its elements. */
    failed(): void;
    /** For one that is loaded again since it did not come. */
    slow(): void;
    /** For when it came. */
    filled(): void;
  }

  // ---- The preview ----

  /** What `ground-truth preview` tells its page. */
  interface PreviewState {
    version: number;
    template: string;
    picture: string | null;
    answers: { workerId: string; timeSpentInSeconds: number }[];
    merged: Record<string, unknown> | null;
  }
  /** Merged boxes, as in an output manifest. */
  interface MergedBoxes {
    annotations: { class_id: number; left: number; top: number; width: number; height: number }[];
    image_size: Size[];
  }
  /** The fields of a merged label's metadata that the page reads. */
  interface MergedMetadata {
    'class-map'?: Record<string, string>;
    'class-name'?: string;
    'failure-reason'?: string;
    'internal-color-map'?: Record<string, { 'class-name': string }>;
    objects?: { confidence: number }[];
  }

  // ---- The browser ----

  interface HTMLElementTagNameMap {
    'crowd-button': HTMLElement;
    'crowd-form': CrowdForm;
    'crowd-radio-button': Radio;
  }
  interface Element {
    /** The browser makes a text of any value. */
    setAttribute(name: string, value: string | number | boolean): void;
  }
}

// ---- What elements get after they are made, and what their subclasses add ----

declare module './crowd/element.js' {
  interface CrowdElement {
    /** Makes the content, when the element is first on the page. */
    build(): void;
    get value(): unknown;
    set value(value: unknown);
  }
}
declare module './crowd/fields.js' {
  interface Input {
    control: HTMLInputElement | HTMLTextAreaElement;
    error: HTMLElement;
    caption: HTMLElement;
    below: HTMLElement;
  }
  interface TextArea {
    /** How many characters there are, where the template asks for it. */
    counter?: HTMLElement;
  }
  interface Slider {
    number: (HTMLInputElement | HTMLOutputElement) & { disabled?: boolean };
  }
  interface Checkbox {
    control: HTMLInputElement;
    controlRole?: string;
  }
}
declare module './crowd/tool.js' {
  interface Tool {
    picker: LabelPicker;
    bar: HTMLElement;
    status: HTMLElement;
    heading: HTMLElement;
    main: HTMLElement;
    frame: HTMLElement;
    keysDialog: HTMLDialogElement;
    /** The full instructions, if the template has any. */
    instructions?: HTMLDialogElement;
    /** What stands below the labels. */
    column?: HTMLElement;
    labelTexts?: string[];
    ownColours?: (string | undefined)[];
    /** The label to draw with. */
    label?: string;
    multiple?: boolean;
    stage?: Stage;
    content(): void;
    swatch?(index: number): Element;
    get shortcuts(): ShortcutGroup[];
  }
}
declare module './crowd/image-tool.js' {
  interface ImageTool {
    stage: Stage;
    /** Whether a drag moves the view, as there is nothing to draw. */
    judging?: boolean;
    wasModified?: boolean;
    get annotations(): Annotations;
    take(value: AnnotationValue): void;
    loaded(): void;
    draw(): void;
    viewed?(): void;
    down(point: Point, event: PointerEvent): void;
    move?(point: Point, event?: PointerEvent): void;
    up?(point: Point, event: PointerEvent): void;
    point?(point: Point): void;
    cancel?(): void;
  }
}
declare module './crowd/shape-tool.js' {
  interface ShapeTool {
    /** The list of shapes, and what stands there while there are none. */
    items: HTMLElement;
    empty: HTMLElement;
    /** The index of a shape, and of one of its points. */
    selected?: number;
    vertex?: number;
    /** Whether the shape was drawn just now, not selected on purpose. */
    fresh?: boolean;
    start?: PointerStart;
    drag?: Drag;
    /** The last move by keys. */
    lastNudge?: { selected: number; position: number; time: number };
  }
}
declare module './crowd/masks.js' {
  interface MaskTool {
    modeButtons: Map<string, HTMLElement>;
    slider: HTMLInputElement;
    view: MaskView;
    raster: Raster;
    outline: Element;
    /** Whether the view has to be drawn again. */
    stale?: boolean;
    /** Where a click of a polygon began, and where the brush is. */
    start?: Point;
    last?: Point;
    /** The mask as in the answer, until something is painted. */
    png?: string;
  }
  interface InstanceTool {
    /** The list of objects. */
    items: HTMLElement;
    /** Whether the object in hand was begun just now, not selected on purpose. */
    fresh?: boolean;
  }
}
declare module './crowd/choice.js' {
  interface Classifier {
    ofImage?: boolean;
    /** The category that excludes all others. */
    exclusion?: string;
    /** The comment, where the template asks for one. */
    note?: HTMLTextAreaElement;
    overlay?: Overlay;
  }
}
