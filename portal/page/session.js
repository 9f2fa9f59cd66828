import { Refused } from './api.js';
import { texts } from './texts.js';

const NAME = 'labeling/signed-in';
// Renewed so long before the end, so that no request is on its way when it comes.
const MARGIN_SECONDS = 60;

/**
 * The content of a token. It is the server that checks it; here it only tells who works.
 * @param {string} token @returns {{ sub: string, exp: number, iat: number }}
 */
function claimsOf(token) {
  const [, payload] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), byte => byte.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Who signed in, as long as this tab lives. `provider` gets, renews and ends the tokens. */
export class Session {
  /** @type {Promise<void> | undefined} */
  #renewing;

  /** @param {Provider} provider */
  constructor(provider) {
    this.provider = provider;
    /** @type {SessionTokens | null} */
    this.tokens = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
  }

  get isOpen() {
    return Boolean(this.tokens);
  }
  /** The worker's lasting name. */
  get worker() {
    if (!this.tokens) throw new Refused(401, texts.signedOut);
    return claimsOf(this.tokens.id).sub;
  }

  /** Begins with what a provider gave. @param {Tokens} tokens */
  open({ id, refresh }) {
    const { exp, iat } = claimsOf(id);
    // By the clock of this computer, however wrong it is.
    const until = Date.now() + 1000 * (exp - iat - MARGIN_SECONDS);
    this.tokens = { id, refresh: refresh ?? this.tokens?.refresh, until };
    sessionStorage.setItem(NAME, JSON.stringify(this.tokens));
  }
  /** The token for a request. */
  async token() {
    if (!this.tokens) throw new Refused(401, texts.signedOut);
    if (Date.now() > this.tokens.until) await this.renew();
    return this.tokens.id;
  }
  /** Gets a new token, once for all who wait for it. */
  renew() {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }
  async #renew() {
    try {
      if (!this.tokens?.refresh) throw new Refused(401, texts.signedOut);
      this.open(await this.provider.renew(this.tokens.refresh));
    } catch (error) {
      if (error instanceof Refused && error.passing) throw error;
      this.forget();
      throw new Refused(401, texts.signedOut);
    }
  }
  forget() {
    this.tokens = null;
    sessionStorage.removeItem(NAME);
  }
  async signOut() {
    const refresh = this.tokens?.refresh;
    this.forget();
    await this.provider.end(refresh);
  }
}
