import { once } from 'node:events';
import { type Server } from 'node:net';

/** Has a server listen on this machine alone, at a port that is free; gives the port. */
export async function localPort(server: Server): Promise<number> {
  const listening = once(server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens at no port');
  return address.port;
}
