/* Compares two databases that nobody writes to, as a view does, and prints its peak memory. node measure-compare.ts A B */
import { compareImages } from '../../src-main/core/engine/compare/compare-images.ts';
import { describeImage } from '../../src-main/core/engine/compare/compared-image.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';

const [one = '', other = ''] = process.argv.slice(2);
using before = openDatabase(one, { readonly: true, mustExist: true });
using after = openDatabase(other, { readonly: true, mustExist: true });
using a = describeImage(before, one);
using b = describeImage(after, other);
const { tables } = compareImages(a, b);
const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]));
process.stdout.write(JSON.stringify({ rows, peakMemoryMb: process.resourceUsage().maxRSS / 1000 }));
