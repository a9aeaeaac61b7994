import { describe, expect, it } from 'vitest';
import { streamInput } from '../../src/media/stream-input.ts';

describe('streamInput', () => {
  it.each([
    'rtmp://host/app/key',
    'rtmps://host/app',
    'rtsp://user:word@host:554/1',
    'RTSP://host/1',
    'udp://@239.0.0.1:1234',
    'srt://host:9000?mode=caller',
    'https://host/live/index.m3u8',
    'http://host/stream?file=a.mp4',
  ])('takes %s for live', (source) => {
    const args = /^rtsp/iu.test(source) ? ['-rtsp_transport', 'tcp'] : [];
    expect(streamInput(source)).toEqual({ args, source: { address: source }, isLive: true });
  });

  it.each(['http://host/a.mp4', 'https://host/a/b.WebM?x=1#t'])('takes %s for a recording', (source) => {
    expect(streamInput(source)).toEqual({ args: [], source: { address: source }, isLive: false });
  });

  it.each(['clip.mp4', './pictures', '/dev/null', 'C:\\clips\\a.mp4', 'a:b.mp4'])('takes %s for a file', (source) => {
    expect(streamInput(source)).toEqual({ args: [], source: { input: source }, isLive: false });
  });

  it.each([
    { source: 'webcam:', platform: 'linux', args: ['-f', 'v4l2'], address: '/dev/video0' },
    { source: 'webcam:2', platform: 'linux', args: ['-f', 'v4l2'], address: '/dev/video2' },
    { source: 'webcam:/dev/v4l/by-id/x', platform: 'linux', args: ['-f', 'v4l2'], address: '/dev/v4l/by-id/x' },
    { source: '/dev/video1', platform: 'linux', args: ['-f', 'v4l2'], address: '/dev/video1' },
    { source: 'webcam:', platform: 'darwin', args: ['-f', 'avfoundation', '-framerate', '30'], address: '0' },
    { source: 'webcam:HD Cam', platform: 'win32', args: ['-f', 'dshow'], address: 'video=HD Cam' },
  ] as const)('takes $source on $platform for a webcam', ({ source, platform, args, address }) => {
    expect(streamInput(source, platform)).toEqual({ args, source: { address }, isLive: true });
  });

  it('refuses an empty text, and a webcam without a name where there is no first one', () => {
    expect(() => streamInput('')).toThrow(TypeError);
    expect(() => streamInput('webcam:', 'win32')).toThrow('webcam:NAME');
  });
});
