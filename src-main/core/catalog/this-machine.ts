import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Catalog } from './catalog.ts';

/** Where Linux keeps the id that it gives each installation. */
const ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** What tells this machine from others. */
export function thisMachine(): string {
  for (const path of ID_FILES) {
    try {
      const id = readFileSync(path, 'utf8').trim();
      if (id !== '') return id;
    } catch {
      // Other systems, and some containers, have no such file: the name has to do.
    }
  }
  return hostname();
}

/**
 * A catalog that has come to another machine says nothing of what can be reached there: until that is checked, no plan
 * is OK.
 */
export function noteMachine(catalog: Catalog, machine: string): void {
  const before = catalog.settings.machine();
  if (before === machine) return;
  if (before !== undefined) {
    catalog.checks.forget();
    catalog.destinations.forgetChecks();
  }
  catalog.settings.saveMachine(machine);
}
