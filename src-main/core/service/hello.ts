import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { parseJson, readLine } from './lines.ts';

/** Both ends must speak the same one: it counts changes that an older end would misunderstand. */
export const PROTOCOL = 1;

/** The longest line of a handshake, in bytes. */
const LONGEST_HELLO = 4_096;

/**
 * The first line each way. `stream`: the connection carries the bytes that this run writes, and no frames. `nonce` and
 * `proof` show that its sender has read the secret, where there is one.
 */
const Hello = z.object({
  snapkeep: z.string().max(100),
  protocol: z.int(),
  host: z.string().max(100),
  pid: z.int(),
  stream: z.uuid().optional(),
  nonce: z.string().max(200),
  proof: z.string().max(200).optional(),
});
export type Hello = z.infer<typeof Hello>;

/** The line with which a client shows that it has read the secret. */
const Proof = z.object({ proof: z.string().max(200) });

type Side = 'service' | 'client';

/** Shows, for one nonce of each side, that the secret is known. */
const proofOf = (secret: string, side: Side, client: Hello, service: Hello): string =>
  createHmac('sha256', secret).update(`${side}\n${client.nonce}\n${service.nonce}`).digest('hex');

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Makes the first line of this process. */
export function helloOf(host: string, stream?: string): Hello {
  return {
    snapkeep: packageJson.version,
    protocol: PROTOCOL,
    host,
    pid: process.pid,
    nonce: randomBytes(16).toString('hex'),
    ...(stream === undefined ? {} : { stream }),
  };
}

/**
 * Answers the first line of a client.
 * @param secret what the client must have read; `null`: the system has let it in
 * @returns what it has said; `undefined` for what is no client
 */
export async function welcome(socket: Socket, host: string, secret: string | null): Promise<Hello | undefined> {
  const client = await readHello(socket);
  if (client === undefined) return undefined;
  const own = helloOf(host);
  const proof = secret === null ? {} : { proof: proofOf(secret, 'service', client, own) };
  writeLine(socket, { ...own, ...proof });
  if (secret !== null) {
    const shown = Proof.safeParse(parseJson((await readLine(socket, LONGEST_HELLO)) ?? ''));
    if (!shown.success || !isSame(shown.data.proof, proofOf(secret, 'client', client, own))) return undefined;
  }
  return client.protocol === PROTOCOL ? client : undefined;
}

/**
 * Introduces this process to the service behind a socket.
 * @returns what the service has said; `undefined` when it closes, or is another program
 * @throws SnapkeepError `TOO_NEW` or `BUSY` when it speaks another protocol
 */
export async function introduce(socket: Socket, own: Hello, secret: string | null): Promise<Hello | undefined> {
  writeLine(socket, own);
  const service = await readHello(socket);
  if (service === undefined) return undefined;
  if (secret !== null) {
    if (service.proof === undefined || !isSame(service.proof, proofOf(secret, 'service', own, service)))
      return undefined;
    writeLine(socket, { proof: proofOf(secret, 'client', own, service) } satisfies z.infer<typeof Proof>);
  }
  requireSameProtocol(service);
  return service;
}

/** @throws SnapkeepError `TOO_NEW`, or `BUSY` where the service is the older one */
function requireSameProtocol({ snapkeep, protocol, host, pid }: Hello): void {
  if (protocol === PROTOCOL) return;
  const newer = protocol > PROTOCOL;
  throw new SnapkeepError(
    newer ? 'TOO_NEW' : 'BUSY',
    `The data folder is in use by Snapkeep ${snapkeep} (${host}, process ${pid}), which speaks protocol ${protocol}; this is Snapkeep ${packageJson.version} with protocol ${PROTOCOL}.`,
    { hint: newer ? 'Update this Snapkeep.' : 'Restart the other one after its update.' },
  );
}

async function readHello(socket: Socket): Promise<Hello | undefined> {
  return Hello.safeParse(parseJson((await readLine(socket, LONGEST_HELLO)) ?? '')).data;
}

/** Sends one JSON as a line. */
export function writeLine(socket: Socket, value: unknown): void {
  socket.write(`${JSON.stringify(value)}\n`);
}
