import { IconHistory, IconLayoutDashboard, IconMapPin, IconPlus, IconSettings } from '@tabler/icons-react';
import { Fragment, memo, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import { StateIcon } from '../components/status/pill.tsx';
import { groupPlans } from '../features/overview/group-plans.ts';
import { useKept } from '../stores/core.ts';
import { useActiveRun } from '../stores/runs.ts';
import { Logo } from './logo.tsx';

/** The navigation of the window. */
export function Sidebar() {
  const plans = useKept('plans.list', (list) => list);
  return (
    <nav className="sidebar" aria-label="Navigation">
      <div className="brand">
        <Logo />
        Snapkeep
      </div>
      <NavLink to="/" icon={<IconLayoutDashboard size={18} aria-hidden />}>
        Overview
      </NavLink>
      <NavLink to="/destinations" icon={<IconMapPin size={18} aria-hidden />}>
        Destinations
      </NavLink>
      <NavLink to="/activity" icon={<IconHistory size={18} aria-hidden />}>
        Activity
      </NavLink>
      <NavLink to="/settings" icon={<IconSettings size={18} aria-hidden />}>
        Settings
      </NavLink>
      <div className="nav-heading" id="plans-heading">
        Plans
      </div>
      {groupPlans(plans ?? []).map(({ group, plans: together }) => (
        <Fragment key={group ?? ''}>
          {group !== null && <div className="nav-group">{group}</div>}
          {together.map((summary) => (
            <PlanLink key={summary.plan.id} summary={summary} />
          ))}
        </Fragment>
      ))}
      <NavLink to="/new" icon={<IconPlus size={18} aria-hidden />}>
        New plan
      </NavLink>
      <p className="sidebar-foot">To restore a backup file, drop it on this window.</p>
    </nav>
  );
}

const PlanLink = memo(function PlanLink({ summary: { plan, state } }: { summary: PlanSummary }) {
  const active = useActiveRun(plan.id);
  return (
    <NavLink to={`/plans/${plan.id}`} icon={<StateIcon state={active?.kind === 'backup' ? 'running' : state} />}>
      {plan.name}
    </NavLink>
  );
});

function NavLink({ to, icon, children }: { to: string; icon: ReactNode; children: ReactNode }) {
  const [location] = useLocation();
  const current = to === '/' ? location === '/' : location.startsWith(to);
  return (
    <Link to={to} className="nav-link" {...(current ? { 'aria-current': 'page' as const } : {})}>
      {icon}
      <span className="nav-name">{children}</span>
    </Link>
  );
}
