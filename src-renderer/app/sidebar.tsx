import { IconDatabase, IconHistory, IconHome, IconServer, IconSettings } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import { needsAttention } from '../../src-shared/rules/state/attention.ts';
import { isMuted } from '../../src-shared/rules/state/muted-plans.ts';
import { StateIcon } from '../components/status/pill.tsx';
import { byNaturalOrder, byTrouble } from '../features/databases/list-plans.ts';
import { useKept } from '../stores/core.ts';
import { useMuted, usePinned } from '../stores/plan-marks.ts';
import { useActiveRun } from '../stores/runs.ts';
import { Logo } from './logo.tsx';

/** The pages of the window, with the addresses that belong to each. */
const PAGES = [
  { to: '/', name: 'Home', Icon: IconHome, isAt: (address: string) => address === '/' },
  {
    to: '/databases',
    name: 'Databases',
    Icon: IconDatabase,
    isAt: (address: string) => /^\/(databases|plans)\b/.test(address),
  },
  { to: '/storage', name: 'Storage', Icon: IconServer, isAt: (address: string) => address.startsWith('/storage') },
  { to: '/activity', name: 'Activity', Icon: IconHistory, isAt: (address: string) => address.startsWith('/activity') },
  { to: '/settings', name: 'Settings', Icon: IconSettings, isAt: (address: string) => address.startsWith('/settings') },
] as const;

/** More plans in trouble than these are counted, not listed. */
const MOST_TROUBLED = 12;

/** The navigation of the window. */
export function Sidebar() {
  const [address] = useLocation();
  return (
    <nav className="sidebar" aria-label="Navigation">
      <div className="brand">
        <Logo />
        <span className="nav-name">Snapkeep</span>
      </div>
      {PAGES.map(({ to, name, Icon, isAt }) => (
        <NavLink key={to} to={to} name={name} icon={<Icon size={18} aria-hidden />} current={isAt(address)} />
      ))}
      <PlanLinks address={address} />
      <p className="sidebar-foot">To restore a backup file, drop it on this window.</p>
    </nav>
  );
}

/** The pinned plans, and those in trouble. */
function PlanLinks({ address }: { address: string }) {
  const plans = useKept('plans.list', (list) => list) ?? NONE;
  const pinnedIds = usePinned();
  const muted = useMuted();
  const pinned = plans
    .filter(({ plan }) => pinnedIds.has(plan.id))
    .sort((a, b) => byNaturalOrder(a.plan.name, b.plan.name));
  const troubled = plans
    .filter(needsAttention)
    .filter(({ plan, state }) => !pinnedIds.has(plan.id) && !isMuted(muted, plan.id, state))
    .sort(byTrouble);
  const more = troubled.length - MOST_TROUBLED;
  return (
    <div className="plan-links">
      {pinned.length > 0 && <PlanLinkList heading="Pinned" plans={pinned} address={address} />}
      {troubled.length > 0 && (
        <PlanLinkList heading="Needs attention" plans={troubled.slice(0, MOST_TROUBLED)} address={address} />
      )}
      {more > 0 && (
        <Link to="/databases?show=attention" className="nav-link nav-more">
          <span className="nav-name">{more.toLocaleString('en-US')} more</span>
        </Link>
      )}
    </div>
  );
}

const NONE: readonly PlanSummary[] = [];

function PlanLinkList({
  heading,
  plans,
  address,
}: {
  heading: string;
  plans: readonly PlanSummary[];
  address: string;
}) {
  return (
    <>
      <div className="nav-heading">{heading}</div>
      {plans.map((summary) => (
        <PlanLink
          key={summary.plan.id}
          summary={summary}
          current={address.startsWith(`/databases/${summary.plan.id}`)}
        />
      ))}
    </>
  );
}

const PlanLink = memo(function PlanLink({ summary, current }: { summary: PlanSummary; current: boolean }) {
  const { plan } = summary;
  const active = useActiveRun(plan.id);
  return (
    <NavLink
      to={`/databases/${plan.id}`}
      name={plan.name}
      icon={<StateIcon plan={summary} active={active} />}
      current={current}
    />
  );
});

function NavLink({ to, name, icon, current }: { to: string; name: string; icon: ReactNode; current: boolean }) {
  return (
    <Link to={to} className="nav-link" title={name} {...(current ? { 'aria-current': 'page' as const } : {})}>
      {icon}
      <span className="nav-name" dir="auto">
        {name}
      </span>
    </Link>
  );
}
