import type { Answered, CancelSignal, Client } from '../../src-shared/contract/client.ts';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';

/** A client whose questions about a view are answered also after the service has closed it. */
export interface LastingClient extends Client {
  /**
   * From now on, a view is opened again when a question finds it closed; its id stays the same for whoever asks.
   * @param reopen answers the id of the new view
   * @returns what ends that
   */
  keepView(viewId: string, reopen: () => Promise<string>): () => void;
}

interface KeptView {
  /** The id under which the service knows it now. */
  current: string;
  reopen: () => Promise<string>;
  reopening: Promise<void> | null;
}

/** Makes a client that opens views again: the service closes one that nobody uses for some minutes. */
export function withLastingViews(client: Client): LastingClient {
  const views = new Map<string, KeptView>();
  const isClosed = (viewId: string): Promise<boolean> =>
    client.ask('browse.describe', { viewId }).then(() => false, isNotFound);
  const open = (view: KeptView): Promise<void> => {
    view.reopening ??= view
      .reopen()
      .then((viewId) => {
        view.current = viewId;
      })
      .finally(() => {
        view.reopening = null;
      });
    return view.reopening;
  };
  const ask = async <M extends MethodName>(
    method: M,
    params: Params<M>,
    options?: { signal?: CancelSignal },
  ): Promise<Answered<M>> => {
    const view = views.get(viewIdOf(params));
    if (view === undefined) return client.ask(method, params, options);
    const askNow = (): Promise<Answered<M>> => client.ask(method, { ...params, viewId: view.current }, options);
    const asked = view.current;
    try {
      return await askNow();
    } catch (error) {
      // Another question may have opened it meanwhile.
      if (!isNotFound(error) || (view.current === asked && !(await isClosed(asked)))) throw error;
      if (view.current === asked) await open(view);
      return askNow();
    }
  };
  return {
    ...client,
    ask,
    call: async (method, params, options) => (await ask(method, params, options)).result,
    keepView: (viewId, reopen) => {
      views.set(viewId, { current: viewId, reopen, reopening: null });
      return () => void views.delete(viewId);
    },
  };
}

const isNotFound = (error: unknown): boolean => error instanceof SnapkeepError && error.code === 'NOT_FOUND';

const viewIdOf = (params: unknown): string =>
  typeof params === 'object' && params !== null && 'viewId' in params ? String(params.viewId) : '';
