// Asks npm's registry for known vulnerabilities of what a tarball of the command line lists as bundled:
// `node tools/audit-packages.mjs dist/snapkeep-0.1.0.tgz`. Ends with 1 when there are any.
import { execFileSync } from 'node:child_process';

const [tarball] = process.argv.slice(2);
if (tarball === undefined) {
  process.stderr.write('Usage: node tools/audit-packages.mjs TARBALL\n');
  process.exit(2);
}
/** @type {{ components: { name: string, version: string }[] }} */
const { components } = JSON.parse(
  execFileSync('tar', ['-xzOf', tarball, 'package/bom.json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
);
/** @type {Record<string, string[]>} */
const versions = {};
for (const { name, version } of components) versions[name] = [...(versions[name] ?? []), version];
const registry = process.env.npm_config_registry ?? 'https://registry.npmjs.org/';
const answer = await fetch(new URL('-/npm/v1/security/advisories/bulk', registry), {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(versions),
});
if (!answer.ok) throw new Error(`${registry} answered ${answer.status}.`);
/** @type {Record<string, { severity: string, title: string, url: string, vulnerable_versions: string }[]>} */
const advisories = await answer.json();
const found = Object.entries(advisories).flatMap(([name, each]) => each.map((advisory) => ({ name, ...advisory })));
for (const { name, severity, title, url, vulnerable_versions } of found)
  process.stderr.write(`${name} ${vulnerable_versions}: ${severity}, ${title} (${url})\n`);
process.stdout.write(`${components.length} packages, ${found.length} advisories\n`);
process.exitCode = found.length === 0 ? 0 : 1;
