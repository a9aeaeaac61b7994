/** How ffmpeg is told to read a source. */
export interface StreamInput {
  /** Options before `-i`. */
  readonly args: readonly string[];
  /** A file, or a URL or device. */
  readonly source: { readonly input: string } | { readonly address: string };
  /** Whether it goes on by itself, and is connected to again when it breaks off. */
  readonly isLive: boolean;
}

const url = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/[^?#]*/iu;
const recording = /\.(?:mp4|m4v|mov|mkv|webm|avi|mpe?g|y4m|gif)$/iu;
const webcam = /^webcam:(?<name>.*)$/u;

/**
 * Tells a webcam (`webcam:`, `webcam:1`, `webcam:NAME`, `/dev/video0`) and a URL from a file. Live is what comes by RTMP, RTSP, UDP, SRT and so on, and by
 * HTTP unless the address ends like a recording (`.mp4`).
 *
 * @throws TypeError for a webcam without a name where the system needs one, or an empty text.
 */
export function streamInput(source: string, platform: NodeJS.Platform = process.platform): StreamInput {
  if (source === '')
    throw new TypeError('Expected `source` to be a file, a folder, a URL or a webcam, got the empty text');
  const camera = webcam.exec(source)?.groups?.['name'];
  if (camera !== undefined) return { ...cameraInput(camera, platform), isLive: true };
  if (/^\/dev\/video\d+$/u.test(source)) return { ...cameraInput(source, 'linux'), isLive: true };

  const [address, scheme] = url.exec(source) ?? [];
  if (address === undefined || scheme === undefined) return { args: [], source: { input: source }, isLive: false };
  const isHttp = /^https?$/iu.test(scheme);
  // RTSP's packets are sent by UDP otherwise, and lost ones leave grey pictures.
  const args = /^rtsps?$/iu.test(scheme) ? ['-rtsp_transport', 'tcp'] : [];
  return { args, source: { address: source }, isLive: !(isHttp && recording.test(address)) };
}

function cameraInput(name: string, platform: NodeJS.Platform): Omit<StreamInput, 'isLive'> {
  if (platform === 'darwin')
    return { args: ['-f', 'avfoundation', '-framerate', '30'], source: { address: name === '' ? '0' : name } };
  if (platform === 'win32') {
    if (name === '')
      throw new TypeError(
        'Expected `source` to be webcam:NAME on Windows; ffmpeg -list_devices 1 -f dshow -i x lists them',
      );
    return { args: ['-f', 'dshow'], source: { address: `video=${name}` } };
  }
  const device = /^\d*$/u.test(name) ? `/dev/video${name === '' ? 0 : name}` : name;
  return { args: ['-f', 'v4l2'], source: { address: device } };
}
