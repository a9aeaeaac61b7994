import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { type Readable } from 'node:stream';

/**
 * A socket in place of a pipe of which nothing has been read yet, and which is at its end for everybody else. It reads nothing until it is resumed.
 *
 * What a socket reads into can only be said when it is made, and a pipe reads as soon as it is there; so this makes a second one of the handle of the first,
 * as Node makes the first. The handle is not part of Node's documented interface: undefined where there is none.
 *
 * @param onread what it reads into.
 */
export function unreadPipe(pipe: Readable, onread?: OnReadOpts): Socket | undefined {
  const handle: unknown = Reflect.get(pipe, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  Reflect.set(pipe, '_handle', null);
  pipe.destroy();
  const options: SocketConstructorOpts & Record<string, unknown> = {
    handle,
    pauseOnCreate: true,
    ...(onread && { onread }),
  };
  return new Socket(options);
}
