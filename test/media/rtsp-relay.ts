import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { type Ffmpeg } from '../../src/media/find-ffmpeg.ts';
import { localPort } from '../helpers/local-port.ts';

type Sender = ChildProcessByStdio<null, Readable, null>;

/** A server of one RTSP stream. */
export interface RtspRelay {
  readonly port: number;
  /** Ends it and the ffmpeg that feeds it. */
  readonly close: () => Promise<void>;
}

/**
 * Serves a clip as RTSP over TCP, as fast as it plays: the RTP packets are those of a real ffmpeg, each handed on in a frame of the connection
 * (RFC 2326, 10.12). It answers the four requests that a player makes, to one player.
 */
export async function serveRtsp(ffmpeg: Ffmpeg, clip: string): Promise<RtspRelay> {
  const packets = createSocket('udp4');
  packets.bind(0, '127.0.0.1');
  await once(packets, 'listening');
  const target = `rtp://127.0.0.1:${packets.address().port}`;
  const start = (): Sender =>
    spawn(ffmpeg.path, ['-v', 'error', '-re', '-i', clip, '-c', 'copy', '-f', 'rtp', target], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  // ffmpeg prints the description of what it is about to send.
  const first = start();
  const said = await new Promise<Buffer>((resolve) => first.stdout.once('data', resolve));
  await stopped(first);
  const description = `${said.toString().slice(said.indexOf('v=0')).trim()}\r\na=control:video\r\n`
    .replace(/\r?\n/gu, '\r\n')
    .replace(/m=video \d+/u, 'm=video 0');

  let sender: Sender | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    packets.removeAllListeners('message').on('message', (packet) => {
      const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
      if (socket.writable) socket.write(Buffer.concat([head, packet]));
    });
    socket.on('data', (data) => {
      const [, method, address, sequence] = /^(\w+) (\S+) [\s\S]*CSeq: (\d+)/iu.exec(data.toString('latin1')) ?? [];
      const replies: Record<string, readonly [string, string]> = {
        OPTIONS: ['Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n', ''],
        DESCRIBE: [`Content-Base: ${address}/\r\nContent-Type: application/sdp\r\n`, description],
        SETUP: ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n', ''],
      };
      const [headers, body] = replies[method ?? ''] ?? ['', ''];
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
      if (sequence === undefined) return; // Reports of what the player has received.
      socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\nSession: 1\r\n${headers}${length}\r\n${body}`);
      if (method === 'PLAY') sender = start();
    });
  });
  return {
    port: await localPort(server),
    close: async () => {
      if (sender) await stopped(sender);
      for (const socket of sockets) socket.destroy();
      packets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function stopped(child: Sender): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
