import { createStore } from 'zustand';
import type { Client } from '../../src-shared/contract/client.ts';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import { errorBody } from '../api/error-body.ts';

/** What the core has answered to a question so far. */
export interface Answer<T> {
  /** `null` until it is there. It stays while the core is asked again. */
  value: T | null;
  /** Why the last attempt failed. */
  error: ErrorBody | null;
  /** The core is being asked, or will be once there is a connection. */
  pending: boolean;
}

interface AnswersState {
  /** `null` until the first connection attempt has ended. */
  connected: boolean | null;
  byQuestion: Readonly<Record<string, Answer<unknown>>>;
}

/** What an event says of a value, so that it need not be asked for again. */
interface Patch {
  revision: number;
  apply(value: unknown): unknown;
}

interface Question {
  method: MethodName;
  params: unknown;
  watchers: number;
  onError: ((error: unknown) => void) | undefined;
  /** The request that is under way, and what events have said since it was sent. */
  flight: { abort: AbortController; patches: Patch[] } | null;
  /** An answer below this revision lacks what an event has announced. */
  wanted: number;
}

/** Returns the key of a question. */
export const questionOf = (method: MethodName, params: unknown): string => `${method} ${JSON.stringify(params)}`;

/**
 * The answers of one core, for as long as somebody watches them. They are asked for on each connection, after events and on
 * request, one request per question at a time. What events have said after the core began to answer goes before its answer,
 * so an old answer never replaces something newer. Nothing polls.
 */
export class Answers {
  readonly store = createStore<AnswersState>(() => ({ connected: null, byQuestion: {} }));
  readonly #client: Client;
  readonly #questions = new Map<string, Question>();

  constructor(client: Client) {
    this.#client = client;
    client.onConnection((connected) => this.store.setState({ connected }));
    client.onResync(() => {
      for (const key of this.#questions.keys()) this.reload(key);
    });
  }

  /**
   * Asks a question, and keeps its answer up to date until the returned function is called.
   * @param onError told each failure; a lost connection is none
   */
  watch<M extends MethodName>(method: M, params: Params<M>, onError?: (error: unknown) => void): () => void {
    const key = questionOf(method, params);
    const question = this.#questions.get(key) ?? { method, params, watchers: 0, onError, flight: null, wanted: 0 };
    question.watchers += 1;
    this.#questions.set(key, question);
    if (question.watchers === 1) this.reload(key);
    return () => {
      question.watchers -= 1;
      if (question.watchers > 0) return;
      question.flight?.abort.abort();
      question.flight = null;
      this.#questions.delete(key);
      this.store.setState(({ byQuestion: { [key]: _gone, ...byQuestion } }) => ({ byQuestion }));
    };
  }

  /** Asks again, whatever is under way. */
  reload(key: string): void {
    const question = this.#questions.get(key);
    if (question === undefined) return;
    question.flight?.abort.abort();
    this.#ask(key, question);
  }

  /** An event has made answers out of date: they are asked for again, at most once while a request is under way. */
  invalidate<M extends MethodName>(
    method: M,
    revision: number,
    concerns: (params: Params<M>) => boolean = () => true,
  ): void {
    for (const [key, question] of this.#questions) {
      if (question.method !== method || !concerns(question.params as Params<M>)) continue;
      question.wanted = revision;
      if (question.flight === null) this.#ask(key, question);
    }
  }

  /** An event has said what has become of a value. */
  patch<M extends MethodName>(
    method: M,
    params: Params<M>,
    revision: number,
    apply: (value: Result<M> | null) => Result<M>,
  ): void {
    const key = questionOf(method, params);
    const question = this.#questions.get(key);
    if (question === undefined) return;
    const patch: Patch = { revision, apply: (value) => apply(value as Result<M> | null) };
    question.flight?.patches.push(patch);
    this.#set(key, { value: patch.apply(this.store.getState().byQuestion[key]?.value ?? null) });
  }

  #ask(key: string, question: Question): void {
    question.flight = null;
    this.#set(key, { error: null, pending: true });
    if (this.store.getState().connected !== true) return;
    const flight = { abort: new AbortController(), patches: [] as Patch[] };
    question.flight = flight;
    this.#client.ask(question.method, question.params as never, { signal: flight.abort.signal }).then(
      ({ result, revision }) => {
        if (question.flight !== flight) return;
        question.flight = null;
        const later = flight.patches.filter((patch) => patch.revision > revision);
        this.#set(key, { value: later.reduce<unknown>((value, { apply }) => apply(value), result), pending: false });
        if (revision < question.wanted) this.#ask(key, question);
      },
      (error: unknown) => {
        if (question.flight !== flight) return;
        question.flight = null;
        // Without a connection it is asked again after reconnecting.
        if (this.store.getState().connected !== true) return;
        this.#set(key, { error: errorBody(error), pending: false });
        question.onError?.(error);
      },
    );
  }

  #set(key: string, change: Partial<Answer<unknown>>): void {
    this.store.setState(({ byQuestion }) => ({
      byQuestion: { ...byQuestion, [key]: { ...(byQuestion[key] ?? UNASKED), ...change } },
    }));
  }
}

/** A question that is about to be asked. */
export const UNASKED: Answer<never> = { value: null, error: null, pending: true };
