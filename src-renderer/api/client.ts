import { createClient } from '../../src-shared/contract/client.ts';
import { withLastingViews } from './lasting-views.ts';
import { browserSession } from './session.ts';
import { bridgeTransport, webSocketTransport, webSocketUrl } from './transports.ts';

/** The one way from the window to the core, whatever the host. */
export const client = withLastingViews(
  createClient(
    window.snapkeepBridge === undefined
      ? webSocketTransport(webSocketUrl(document.baseURI), browserSession)
      : bridgeTransport(window.snapkeepBridge),
  ),
);
