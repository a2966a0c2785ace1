/* Makes a large catalog in a process of its own: node large-catalog-process.ts FOLDER SIZE, the size as JSON */
import { type CatalogSize, makeLargeCatalog } from './large-catalog.ts';

const [folder, size] = process.argv.slice(2);
if (folder === undefined || size === undefined) throw new Error('A folder and a size are needed.');
makeLargeCatalog(folder, JSON.parse(size) as CatalogSize);
