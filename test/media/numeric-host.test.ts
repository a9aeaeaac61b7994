import { describe, expect, it, vi } from 'vitest';
import { withNumericHost } from '../../src/media/numeric-host.ts';
import { type StreamInput, streamInput } from '../../src/media/stream-input.ts';

vi.mock('node:dns/promises', async (original) => {
  const { withUnknownHosts } = await import('./unknown-hosts.ts');
  return withUnknownHosts(await original());
});

const numeric = (source: string): Promise<StreamInput> => withNumericHost(streamInput(source));

describe('withNumericHost', () => {
  it.each([
    ['rtmp://localhost/live/key', 'rtmp://127.0.0.1/live/key', ['-rtmp_tcurl', 'rtmp://localhost/live']],
    ['rtmp://localhost:1936/live', 'rtmp://127.0.0.1:1936/live', ['-rtmp_tcurl', 'rtmp://localhost:1936/live']],
    ['rtmp://localhost/a/b/c/d?k=/v', 'rtmp://127.0.0.1/a/b/c/d?k=/v', ['-rtmp_tcurl', 'rtmp://localhost/a/b']],
    ['rtsp://me:p@ss@localhost:554/1', 'rtsp://me:p@ss@127.0.0.1:554/1', ['-rtsp_transport', 'tcp']],
    ['http://localhost:80/a.m3u8?x=@y', 'http://127.0.0.1:80/a.m3u8?x=@y', ['-headers', 'Host: localhost:80\r\n']],
    ['HTTP://localhost/live', 'HTTP://127.0.0.1/live', ['-headers', 'Host: localhost\r\n']],
    ['RTMP://localhost/live/k', 'RTMP://127.0.0.1/live/k', ['-rtmp_tcurl', 'RTMP://localhost/live']],
    ['srt://localhost:9000?mode=caller', 'srt://127.0.0.1:9000?mode=caller', []],
    ['udp://localhost', 'udp://127.0.0.1', []],
  ])('%s becomes %s', async (source, address, args) => {
    expect(await numeric(source)).toEqual({ args, source: { address }, isLive: true });
  });

  it.each([
    'rtmp://10.0.0.1/live/key',
    'http://[::1]:8080/live',
    'udp://:1234',
    'udp://@239.0.0.1:1234',
    'https://localhost/live.m3u8',
    'rtmps://localhost/live/key',
    'ipfs://localhost/live',
    'webcam:0',
    'clip.mp4',
  ])('leaves %s as it is', async (source) => {
    expect(await numeric(source)).toEqual(streamInput(source));
  });

  it('says what the lookup says of a name that is not there', async () => {
    await expect(numeric('rtmp://ENOTFOUND.invalid/live')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('leaves the lookup to a proxy', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:3128');
    try {
      expect(await numeric('http://localhost/live')).toEqual(streamInput('http://localhost/live'));
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
