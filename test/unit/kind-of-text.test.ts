import { describe, expect, test } from 'vitest';
import { kindOfText } from '../../src-main/core/engine/identify/kind-of-text.ts';
import type { FileContent } from '../../src-shared/model/restore/restore.ts';

const KINDS: Array<[kind: FileContent, texts: string[]]> = [
  [
    'sql',
    [
      'PRAGMA foreign_keys=OFF;\nBEGIN;\n',
      '.bail on\nBEGIN TRANSACTION;\n',
      'DROP TABLE IF EXISTS a;\nCREATE TABLE a(b);\n',
      'SAVEPOINT dump;\n',
      "INSERT OR REPLACE INTO a VALUES('[dbo].x');\n",
      "CREATE TABLE a(b character varying(20) DEFAULT 'x::y', c timestamp without time zone);\n",
      'CREATE TABLE a(id SERIAL PRIMARY KEY);\n',
      '-- GO\nCREATE TABLE [a](b);\n',
    ],
  ],
  [
    'mysql',
    [
      '/*!40101 SET NAMES utf8 */;\n',
      'SET NAMES utf8;\nSET FOREIGN_KEY_CHECKS = 0;\n',
      'SET AUTOCOMMIT=0;\nSTART TRANSACTION;\n',
      'SET time_zone = "+00:00";\n',
      'DELIMITER ;;\nCREATE TRIGGER a BEFORE INSERT ON b FOR EACH ROW BEGIN END;;\n',
      'CREATE TABLE `a` (`b` int unsigned NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8;\n',
    ],
  ],
  [
    'postgresql',
    [
      '--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;\n',
      'SET client_min_messages = warning;\nCREATE TABLE a(b);\n',
      'SET standard_conforming_strings = on;\n',
      'CREATE EXTENSION IF NOT EXISTS plpgsql;\n',
      'CREATE SEQUENCE a_seq START 1;\n',
      'ALTER TABLE public.a OWNER TO someone;\n',
      "CREATE TABLE public.a (id integer DEFAULT nextval('a_id_seq'::regclass) NOT NULL);\n",
      '\\restrict abc\n',
    ],
  ],
  [
    'mssql',
    [
      'USE [master]\nGO\nCREATE DATABASE [x]\nGO\n',
      'SET ANSI_NULLS ON\nGO\nSET QUOTED_IDENTIFIER ON\nGO\n',
      '/****** Object:  Table [dbo].[a]    Script Date: 1/1/2026 ******/\nSET ANSI_NULLS ON\nGO\n',
      'CREATE TABLE [dbo].[a]([id] [int] IDENTITY(1,1))\nGO\n',
      "IF OBJECT_ID('dbo.a', 'U') IS NOT NULL DROP TABLE dbo.a;\nGO\n",
    ],
  ],
  [
    'other-sql',
    [
      '/* export */\nSELECT 1;\n',
      'SET something = 1;\nCREATE TABLE a(b);\n',
      'CREATE SCHEMA app;\nCREATE TABLE app.a(b int);\n',
    ],
  ],
  [
    'csv',
    [
      'a,b\n1,2\n3,4\n',
      'id,name\n1,Anna\n2,Bob\n',
      '"id","name"\n"1","Anna, B"\n',
      'id, name, age\n1, Anna, 3\n2, Bob, 4\n',
      'id;name\n1;x\n',
      'id\tname\n1\tx\n',
      'id,text\n1,"two\nlines"\n2,x\n',
    ],
  ],
  [
    'text',
    [
      'Dear diary,\ntoday was nice, really\nI went out, then home\n',
      'Roses are red, violets are blue\nSugar is sweet, and so are you\n',
      'Set the table for two, please\nand bring wine, thanks\n',
      'With love; the semicolon is not the end\nof a line here; it is not\n',
      'id,name,mail\n',
      '{"a":1,\n"b":2}\n',
    ],
  ],
];

describe('a text is named by its beginning', () => {
  test.each(KINDS.flatMap(([kind, texts]) => texts.map((text): [string, FileContent] => [text, kind])))(
    '%j is %s',
    (text, kind) => {
      expect(kindOfText(Buffer.from(text), false)).toBe(kind);
      expect(kindOfText(Buffer.from(`\ufeff${text}`, 'utf16le'), false)).toBe(kind);
    },
  );
});
