import { z } from 'zod';

// Before any schema is used: zod would probe for eval, which the Content-Security-Policy forbids.
z.config({ jitless: true });

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/theme.css';
import './app/shell.css';
import './components/components.css';
import { createRoot } from 'react-dom/client';
import type { ErrorBody } from '../src-shared/contract/errors.ts';
import { errorBody } from './api/error-body.ts';
import { browserSession } from './api/session.ts';
import { App } from './app/app.tsx';
import { followHostRequests } from './app/host-requests.ts';
import { startSync } from './stores/sync.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
// The library that locks scrolling behind dialogs reads its nonce from here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const loginError = await logInFromAddress();
startSync();
followHostRequests();
createRoot(root).render(<App nonce={nonce} loginError={loginError} />);

async function logInFromAddress(): Promise<ErrorBody | null> {
  if (window.snapkeepBridge !== undefined) return null;
  try {
    await browserSession.logInFromAddress();
    return null;
  } catch (error) {
    return errorBody(error);
  }
}
