const BLOCK_BYTES = 512;

/** Where the fields of an old header are, and how long. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
} as const;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;

/**
 * The extended header of the next entry of an archive, whose values are bytes. tar-stream writes text alone.
 * @param records by their keywords, as pax has them
 */
export function paxHeader(records: Readonly<Record<string, string | Buffer>>): Buffer {
  const data = Buffer.concat(Object.entries(records).map(([keyword, value]) => recordOf(keyword, Buffer.from(value))));
  const head = Buffer.alloc(BLOCK_BYTES);
  const write = (field: keyof typeof FIELDS, text: string): void => {
    const [at, length] = FIELDS[field];
    head.write(text.padStart(length - 1, '0'), at);
  };
  head.write('PaxHeader', FIELDS.name[0]);
  write('mode', '644');
  write('uid', '');
  write('gid', '');
  write('size', data.length.toString(8));
  write('mtime', '');
  head.write('x', TYPE_AT);
  head.write('ustar\u000000', MAGIC_AT);
  // The sum is made with blanks in its own place.
  head.fill(' ', CHECKSUM_AT, CHECKSUM_AT + 8);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, CHECKSUM_AT);
  return Buffer.concat([head, data, Buffer.alloc((BLOCK_BYTES - (data.length % BLOCK_BYTES)) % BLOCK_BYTES)]);
}

/** `length keyword=value`, where the length counts itself. */
function recordOf(keyword: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
