import Database from 'better-sqlite3';

/** Sets the memory of all schedules back by so many minutes, as if nothing had looked at them since. */
export function setBack(catalogFile: string, minutes: number): void {
  const catalog = new Database(catalogFile);
  for (const { plan_id, job, body } of catalog.prepare('SELECT * FROM schedule_states').all() as Array<
    Record<string, string>
  >) {
    const earlier = body?.replace(
      /"(anchor|lastTime)":(\d{13})/g,
      (_all, name: string, at: string) => `"${name}":${Number(at) - minutes * 60_000}`,
    );
    catalog.prepare('UPDATE schedule_states SET body = ? WHERE plan_id = ? AND job = ?').run(earlier, plan_id, job);
  }
  catalog.close();
}
