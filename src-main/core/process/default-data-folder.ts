import { resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where Snapkeep keeps its own things: `SNAPKEEP_HOME`, or the platform's folder for application data. */
export function defaultDataFolder(): string {
  const own = process.env.SNAPKEEP_HOME;
  return own ? resolve(own) : envPaths('Snapkeep', { suffix: '' }).data;
}
