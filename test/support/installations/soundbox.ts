import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOld } from '../trees.ts';
import { type Installation, makeLive, numbers } from './installation.ts';

/** How many audio files Sound Box has made. */
export const SOUNDS = 500;

export interface SoundBox extends Installation {
  /** The folder of the audio files. */
  readonly generated: string;
  /** Loses, changes and adds audio files. */
  spoilAudio(): void;
}

/** Sound Box: the list of its sounds, and an audio file for each. */
export function installSoundBox(folder: string): SoundBox {
  const database = join(folder, 'soundbox.db');
  const generated = join(folder, 'generated');
  makeLive(
    { database },
    `CREATE TABLE generations (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, prompt TEXT NOT NULL, model TEXT NOT NULL, filename TEXT UNIQUE, seconds REAL, created_at TEXT NOT NULL);
    CREATE INDEX generations_by_time ON generations(created_at DESC);
    CREATE TABLE votes (generation_id TEXT NOT NULL REFERENCES generations(id) ON DELETE CASCADE, voter TEXT NOT NULL, vote INTEGER NOT NULL CHECK (vote IN (-1, 1)), PRIMARY KEY (generation_id, voter));
    CREATE TABLE plays (id INTEGER PRIMARY KEY, generation_id TEXT REFERENCES generations(id), at TEXT NOT NULL);
    CREATE VIRTUAL TABLE prompts USING fts5(prompt, content = 'generations', content_rowid = 'seq');
    CREATE TRIGGER prompts_are_indexed AFTER INSERT ON generations BEGIN
      INSERT INTO prompts (rowid, prompt) VALUES (new.seq, new.prompt);
    END;
    ${numbers(SOUNDS)} INSERT INTO generations (id, prompt, model, filename, seconds, created_at) SELECT printf('%06x', i), 'rain on a tin roof, take ' || i, 'music', printf('%06x.wav', i), i / 50.0, datetime('2024-01-15', '-' || i || ' hours') FROM n;
    ${numbers(900)} INSERT OR IGNORE INTO votes SELECT printf('%06x', 1 + i % ${SOUNDS}), 'voter ' || i % 13, CASE i % 4 WHEN 0 THEN -1 ELSE 1 END FROM n;
    ${numbers(3000)} INSERT INTO plays (generation_id, at) SELECT printf('%06x', 1 + i % ${SOUNDS}), datetime('2024-01-15', '-' || i || ' minutes') FROM n;`,
  );
  mkdirSync(generated);
  for (let index = 1; index <= SOUNDS; index++) writeOld(audioFile(generated, index), wave(index));
  chmodSync(audioFile(generated, 1), 0o640);
  chmodSync(audioFile(generated, 2), 0o400);
  writeFileSync(join(folder, '.env'), 'BACKUP_TIME=03:00\n', { mode: 0o600 });
  return {
    folder,
    database,
    generated,
    grows: 'plays',
    commit: `INSERT INTO plays (generation_id, at) VALUES ('000001', datetime('now'));`,
    mishap: `DELETE FROM generations WHERE id > '000100' AND id NOT IN (SELECT generation_id FROM plays); DELETE FROM plays;
      UPDATE generations SET prompt = 'lost';`,
    spoilAudio: () => {
      for (let index = 101; index <= 200; index++) rmSync(audioFile(generated, index));
      for (let index = 201; index <= 210; index++) writeFileSync(audioFile(generated, index), wave(-index));
      truncateSync(audioFile(generated, 300), 44);
      chmodSync(audioFile(generated, 1), 0o644);
      writeFileSync(join(generated, 'not-of-soundbox.txt'), 'a stray file');
    },
  };
}

const audioFile = (generated: string, index: number): string =>
  join(generated, `${index.toString(16).padStart(6, '0')}.wav`);

const RATE = 8000;

/** A tenth of a second of sound, another one for each number: 16 bits, one channel. */
function wave(number: number): Buffer {
  const samples = RATE / 10;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++)
    file.writeInt16LE(Math.round(20_000 * Math.sin((at * (440 + number)) / RATE)), 44 + at * 2);
  return file;
}
