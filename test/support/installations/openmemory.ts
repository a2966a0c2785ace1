import { join } from 'node:path';
import { type Installation, makeLive, numbers } from './installation.ts';

/** OpenMemory: memories with their vectors and an index of their words, in the backend's folder. */
export function installOpenMemory(folder: string): Installation {
  const database = join(folder, 'data', 'openmemory.db');
  makeLive(
    { database },
    `CREATE TABLE memories (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT, content TEXT NOT NULL, sector TEXT NOT NULL, salience REAL NOT NULL DEFAULT 0.5,
      tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)), created_at INTEGER NOT NULL,
      length INTEGER GENERATED ALWAYS AS (length(content)) VIRTUAL
    );
    CREATE INDEX memories_by_user ON memories(user_id, created_at) WHERE user_id IS NOT NULL;
    CREATE TABLE vectors (id TEXT NOT NULL REFERENCES memories(id) ON DELETE CASCADE, sector TEXT NOT NULL, v BLOB NOT NULL, dim INTEGER NOT NULL, PRIMARY KEY (id, sector));
    CREATE TABLE waypoints (src_id TEXT NOT NULL REFERENCES memories(id), dst_id TEXT NOT NULL REFERENCES memories(id), weight REAL NOT NULL, PRIMARY KEY (src_id, dst_id)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE memories_words USING fts5(content, content = 'memories', content_rowid = 'seq', tokenize = 'porter unicode61');
    CREATE TRIGGER memories_are_indexed AFTER INSERT ON memories BEGIN
      INSERT INTO memories_words (rowid, content) VALUES (new.seq, new.content);
    END;
    CREATE TRIGGER memories_are_forgotten AFTER DELETE ON memories BEGIN
      INSERT INTO memories_words (memories_words, rowid, content) VALUES ('delete', old.seq, old.content);
    END;
    ${numbers(600)} INSERT INTO memories (id, user_id, content, sector, salience, tags, created_at)
      SELECT printf('%08x', i), CASE i % 3 WHEN 0 THEN NULL ELSE 'user ' || i % 7 END,
        'Remembered no. ' || i || ': it''s raining über ' || hex(randomblob(30)), 'episodic', 1.0 / i,
        json_array('tag' || i % 5, i), 1704100000000 + i FROM n;
    ${numbers(600)} INSERT INTO vectors SELECT printf('%08x', i), 'episodic', randomblob(1024), 256 FROM n;
    ${numbers(599)} INSERT INTO waypoints SELECT printf('%08x', i), printf('%08x', i + 1), 1.0 / (i + 1) FROM n;`,
  );
  return {
    folder,
    database,
    grows: 'memories',
    commit: `INSERT INTO memories (id, content, sector, created_at) VALUES (hex(randomblob(8)), 'a new memory of running', 'semantic', 1704200000000);`,
    mishap: `DELETE FROM waypoints; DELETE FROM memories WHERE salience < 0.01; UPDATE vectors SET v = zeroblob(4);
      DROP INDEX memories_by_user;`,
  };
}
