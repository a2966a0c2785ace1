import { join } from 'node:path';

/**
 * A template whose locations lie below a folder, as somebody with another layout would write it.
 * @param other what it is called instead, so that its plans stand beside those of the first
 */
export function templateBelow(text: string, folder: string, other?: string): string {
  const template = { ...JSON.parse(text), ...(other === undefined ? {} : { id: other, name: other }) };
  const moved = (key: string, value: unknown): unknown =>
    key === 'linux' && Array.isArray(value) ? value.map((location) => join(folder, String(location))) : value;
  return JSON.stringify(template, moved, 2);
}
