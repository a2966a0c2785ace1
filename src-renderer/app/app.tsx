import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import { pauseInWords } from '../../src-shared/words/pause-words.ts';
import { useLoggedIn } from '../api/use-logged-in.ts';
import { ErrorBoundary } from '../components/messages/error-boundary.tsx';
import { DropOverlay } from '../features/drop/drop-overlay.tsx';
import { HomePage } from '../features/home/home-page.tsx';
import { LoginPage } from '../features/login/login-page.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { Shortcuts } from '../features/palette/shortcuts.tsx';
import { PutBackDialog } from '../features/put-back/put-back-dialog.tsx';
import { RestoreDialog } from '../features/restore/restore-dialog.tsx';
import { PauseMenu } from '../features/schedule/pause-menu.tsx';
import { useAddress } from '../hooks/address.ts';
import { useNow } from '../hooks/use-now.ts';
import { useConnected, usePaused, useSettings } from '../stores/core.ts';
import {
  ActivityPage,
  BrowsePage,
  DatabasesPage,
  DestinationsPage,
  FindDatabasesPage,
  loadPagesWhenIdle,
  NewPlanPage,
  PlanPage,
  RecoverPage,
  RecoveryKitPage,
  ReplicaPage,
  SettingsPage,
} from './pages.ts';
import { Sidebar } from './sidebar.tsx';
import { theme } from './theme.ts';

/** The window. */
export function App({ nonce, loginError }: { nonce: string; loginError: ErrorBody | null }) {
  const setting = useSettings()?.theme ?? 'system';
  const loggedIn = useLoggedIn();
  const [isOpen, setOpen] = useState(loggedIn);
  if (loggedIn && !isOpen) setOpen(true);
  const scheme = setting === 'system' ? {} : { forceColorScheme: setting };
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce} {...scheme}>
      <Notifications position="bottom-right" />
      {/* It stays when its session ends, with all that is typed in it. */}
      {isOpen && (
        <Router hook={useAddress}>
          <Shell />
        </Router>
      )}
      {!loggedIn && <LoginPage error={loginError} over={isOpen} />}
    </MantineProvider>
  );
}

function Shell() {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(loadPagesWhenIdle, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page begins at its top, or at a section that its address names
  useEffect(() => {
    // Not returned: newer browsers answer a promise, which React would take for a clean-up.
    if (!globalThis.location.hash.includes('section=')) void main.current?.scrollTo(0, 0);
  }, [location]);
  return (
    <div className="shell">
      <Sidebar />
      <main className="main" ref={main}>
        <ConnectionBanner />
        <PauseBanner />
        <ErrorBoundary key={pageOf(location)}>
          <Suspense>
            <Switch>
              <Route path="/" component={HomePage} />
              <Route path="/databases" component={DatabasesPage} />
              <Route path="/databases/find" component={FindDatabasesPage} />
              <Route path="/plans/new/:step?">{({ step }) => <NewPlanPage step={step ?? 'source'} />}</Route>
              <Route path="/plans/recover" component={RecoverPage} />
              <Route path="/databases/:planId/:tab?">
                {({ planId, tab }) => <PlanPage planId={planId} tab={tab ?? ''} key={planId} />}
              </Route>
              <Route path="/storage/:selected?">
                {({ selected }) => <DestinationsPage selected={selected ?? null} />}
              </Route>
              <Route path="/activity/:runId?">{({ runId }) => <ActivityPage runId={runId ?? null} />}</Route>
              <Route path="/browse" component={BrowsePage} />
              <Route path="/replica" component={ReplicaPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route path="/recovery-kit" component={RecoveryKitPage} />
              <Route>
                <Redirect to="/" />
              </Route>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <RestoreDialog />
      <PutBackDialog />
      <Palette />
      <Shortcuts />
      <DropOverlay />
    </div>
  );
}

/** The steps of a new plan are one page, which keeps what was typed. */
const pageOf = (location: string): string => location.replace(/^\/plans\/new\/.*/, '/plans/new');

function PauseBanner() {
  const paused = usePaused();
  const now = useNow();
  if (paused === null || (paused.until !== null && Date.parse(paused.until) <= now)) return null;
  return (
    <div className="banner tone-idle" role="status">
      <IconPlayerPause size={18} aria-hidden />
      <span className="nav-name">All schedules are {pauseInWords(paused, now).toLowerCase()}.</span>
      <PauseMenu paused={paused} />
    </div>
  );
}

function ConnectionBanner() {
  const connected = useConnected();
  if (connected !== false) return null;
  return (
    <div className="banner tone-warn" role="status">
      <IconPlugConnectedX size={18} aria-hidden />
      Connection lost. Showing the last known data; reconnecting…
    </div>
  );
}
