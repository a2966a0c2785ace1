import { join } from 'node:path';
import { type Installation, makeLive, numbers } from './installation.ts';

/** Hone: the money of a household, encrypted with SQLCipher by a passphrase. */
export function installHone(folder: string, key: string): Installation {
  const database = join(folder, 'hone.db');
  makeLive(
    { database, key },
    `CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bank TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE transactions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
      date TEXT NOT NULL, description TEXT NOT NULL, amount REAL NOT NULL, category TEXT,
      import_hash TEXT NOT NULL UNIQUE
    );
    CREATE INDEX transactions_by_date ON transactions(account_id, date);
    CREATE TABLE subscriptions (id INTEGER PRIMARY KEY, merchant TEXT NOT NULL, amount REAL, frequency TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'active');
    CREATE TABLE account_totals (account_id INTEGER PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE, total REAL NOT NULL DEFAULT 0);
    CREATE TRIGGER transactions_are_added AFTER INSERT ON transactions BEGIN
      UPDATE account_totals SET total = round(total + new.amount, 2) WHERE account_id = new.account_id;
    END;
    ${numbers(5)} INSERT INTO accounts SELECT i, 'Account ' || i, 'Bank ' || (i % 3), '2024-01-0' || i FROM n;
    INSERT INTO account_totals SELECT id, 0 FROM accounts;
    ${numbers(1234)} INSERT INTO transactions (account_id, date, description, amount, category, import_hash)
      SELECT 1 + i % 5, date('2024-01-15', '-' || i || ' days'), 'Größe & Söhne no. ' || i, round(i * 0.37 - 200, 2),
        CASE i % 4 WHEN 0 THEN NULL ELSE 'category ' || i % 4 END, hex(randomblob(16)) FROM n;
    ${numbers(12)} INSERT INTO subscriptions (merchant, amount, frequency) SELECT 'Stream ' || i, 9.99 + i, 'monthly' FROM n;
    PRAGMA user_version = 9;`,
  );
  return {
    folder,
    database,
    key,
    grows: 'transactions',
    commit: `INSERT INTO transactions (account_id, date, description, amount, import_hash)
      VALUES (2, '2024-01-16', 'imported', -4.2, hex(randomblob(16)));`,
    mishap: `DELETE FROM transactions WHERE date < '2023-06-01'; UPDATE accounts SET name = name || '?';
      DROP TABLE subscriptions; INSERT INTO accounts VALUES (99, 'Nobody''s', 'none', 'never');`,
  };
}
