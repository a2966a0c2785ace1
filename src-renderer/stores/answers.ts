import { createStore } from 'zustand';
import type { Client } from '../../src-shared/contract/client.ts';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import { errorBody } from '../api/error-body.ts';

/** The current answer of the core to a question. */
export interface Answer<T> {
  /** `null` until it arrives. It stays while the core is asked again. */
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

/** A change of a value by an event, so that the value need not be requested again. */
interface Patch {
  revision: number;
  apply(value: unknown): unknown;
}

interface Question {
  method: MethodName;
  params: unknown;
  watchers: number;
  onError: ((error: unknown) => void) | undefined;
  /** The pending request, and the changes by events since it was sent. */
  flight: { abort: AbortController; patches: Patch[] } | null;
  /** An answer below this revision is out of date: an event has announced a change. */
  wanted: number;
}

/** Returns the key of a question. */
export const questionOf = (method: MethodName, params: unknown): string => `${method} ${JSON.stringify(params)}`;

/**
 * The answers of one core, for as long as a component watches them. They are requested on each connection, after events and
 * on demand, one request per question at a time. Changes by events after the core began to answer take precedence over the
 * answer, so an old answer never replaces something newer. Nothing polls.
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
   * @param onError called on each failure except a lost connection
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

  /** Asks again, and drops a pending request. */
  reload(key: string): void {
    const question = this.#questions.get(key);
    if (question === undefined) return;
    question.flight?.abort.abort();
    this.#ask(key, question);
  }

  /** Marks answers as out of date after an event: they are requested again, at most once while a request is pending. */
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

  /** Applies the change of a value by an event. */
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
