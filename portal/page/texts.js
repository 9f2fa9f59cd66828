/** Every English text of the worker's page: the one place to translate, with those of the elements in ../crowd. */
const two = (/** @type {number} */ number) => String(number).padStart(2, '0');

export const texts = {
  name: 'Labeling',
  task: 'The task',
  loading: 'Loading …',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signInWhy: 'Sign in to see the jobs you can work on.',
  signedOut: 'You have been signed out. What you entered is kept: sign in again to go on.',
  /** @type {(reason: string) => string} */
  signInFailed: reason => `Signing in did not work: ${reason}`,
  signInStale: 'This sign-in was begun in another place or too long ago. Please sign in once more.',
  userName: 'User name',
  password: 'Password',
  newPassword: 'New password',
  newPasswordWhy: 'Your first password was for one use. Choose a new one.',
  /** @type {(name: string) => string} */
  challenge: name => `the account asks for “${name}”, which this page does not offer`,
  setUpWrong: 'This page is not set up yet: its config.json is missing or cannot be read.',

  jobs: 'Jobs',
  noJobs: 'There is no work at the moment.',
  noJobsMore: 'This list looks again by itself.',
  /** @type {(left: number, all: number) => string} */
  left: (left, all) => `${left.toLocaleString('en')} of ${all.toLocaleString('en')} left`,
  /** @type {(done: number, left: number) => string} */
  progress: (done, left) => `${done.toLocaleString('en')} done, ${left.toLocaleString('en')} left`,
  progressName: 'Progress of the job',
  /** @type {(limit: string) => string} */
  perTask: limit => `${limit} for each task`,
  start: 'Start',
  /** @type {(title: string) => string} */
  startJob: title => `Start: ${title}`,
  lookAgain: 'Look again',
  allJobs: '← All jobs',

  nextTask: 'Loading the next task …',
  nothing: 'Nothing more for you in this job right now.',
  nothingMore: 'Others may still work on some of it, so more can come. Thank you for what you did.',
  /** @type {(time: string) => string} */
  timeLeft: time => `${time} left`,
  timeIsUp: 'Time is up',
  release: 'Give back',
  decline: 'Decline',
  declineTitle: 'Decline this task',
  declineWhy: 'Why can it not be done? You will not get it again.',
  declineReasons: ['The picture does not load', 'The picture cannot be made out', 'It does not fit the instructions'],
  declineOther: 'Another reason',
  declineWords: 'In your words',
  cancel: 'Cancel',
  released: 'The task was given back. What you entered is kept in this browser.',
  submitted: 'Your answer was taken over. Here is the next task.',

  offline:
    'The connection is lost. What you enter is kept in this browser, and sent as soon as the connection is back.',
  /** @type {(count: number) => string} */
  waiting: count =>
    count === 1
      ? 'One answer is not sent yet. It is kept in this browser and sent again by itself.'
      : `${count} answers are not sent yet. They are kept in this browser and sent again by themselves.`,
  retryNow: 'Try now',
  /** @type {(title: string, reason: string) => string} */
  notTaken: (title, reason) =>
    `An answer to “${title}” was not taken: ${reason}. It is kept in this browser, and shown if you get the task again.`,
  soonUp: 'Less than two minutes are left for this task. What you entered is kept even if the time runs out.',
  expired:
    'The time for this task is over, and others may get it now. Nothing you entered is lost: you can still submit ' +
    'it, and it counts if the task is not finished yet. Or go on: to this task with new time if it is free, else to another.',
  goOn: 'Go on',
  gone: 'This task is no longer yours: it was given back, or finished by others. What you entered is kept in this browser.',
  elsewhere:
    'You work on this job in another tab or window. Go on there, or take the task over to this one; nothing is lost.',
  elsewhereTitle: 'The task is in another tab.',
  takeOver: 'Go on here',
  notKept: 'This browser cannot keep a copy of what you enter: it is full, or forbids it. Submit before you leave.',
  unreadable: 'The page of this task gave no answer that can be read. Tell whoever invited you, or decline the task.',
  notLoaded: 'The page of this task could not be loaded.',
  slow: 'The page of this task does not come. It is loaded again by itself; what you entered is kept.',
  retry: 'Try again',
  unreachable: 'The server cannot be reached.',
  /** @type {(status: number) => string} */
  failed: status => `The server answered with an error (${status}).`,

  /** @type {(seconds: number) => string} */
  clock: seconds => {
    const whole = Math.max(0, Math.floor(seconds));
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  },
  /** @type {(seconds: number) => string} */
  duration: seconds => {
    const [unit, size] = seconds >= 7200 ? ['hour', 3600] : seconds >= 120 ? ['minute', 60] : ['second', 1];
    return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / size));
  },
};
