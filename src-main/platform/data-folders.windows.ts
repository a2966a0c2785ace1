import { win32 } from 'node:path';
import type { DataFolders, UserFacts } from './data-folders.ts';

/** Roaming, local and common data of programs, and the user’s profile. */
export function dataFolders({ home, environment }: UserFacts): DataFolders {
  // The case of a variable’s name means nothing here.
  const variables = new Map(Object.entries(environment).map(([name, value]) => [name.toUpperCase(), value]));
  const own = (name: string, usual: string): string => {
    const given = variables.get(name);
    return given !== undefined && win32.isAbsolute(given) ? given : usual;
  };
  const clouds = ['ONEDRIVE', 'ONEDRIVECONSUMER', 'ONEDRIVECOMMERCIAL'].map((name) => variables.get(name));
  return {
    folders: [
      own('APPDATA', win32.join(home, 'AppData', 'Roaming')),
      own('LOCALAPPDATA', win32.join(home, 'AppData', 'Local')),
      own('PROGRAMDATA', 'C:\\ProgramData'),
      home,
    ],
    temporary: [],
    remote: clouds.filter((path): path is string => path !== undefined && path !== ''),
  };
}
