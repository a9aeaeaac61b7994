import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type StreamInput } from './stream-input.ts';

const parts =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<user>(?:[^/?#]*@)?)(?<host>\[[^\]]*\]|[^/?#:]*)(?<port>(?::\d+)?)(?<rest>.*)$/iu;

/**
 * Puts an IP address in the place of the host name of a URL, for an ffmpeg that cannot look it up; IPv4 where there is a choice. The name still goes to
 * the server, as HTTP's `Host` and as RTMP's `tcUrl`. What has no host name comes back as it is, and so does a URL of TLS, whose certificate is asked
 * for by name, one of another protocol, and one of HTTP where `http_proxy` names a proxy.
 *
 * @throws Error of the lookup (`ENOTFOUND`, `EAI_AGAIN`).
 */
export async function withNumericHost(input: StreamInput): Promise<StreamInput> {
  const url = 'address' in input.source ? parts.exec(input.source.address)?.groups : undefined;
  const { scheme = '', user = '', host = '', port = '', rest = '' } = url ?? {};
  if (host === '' || host.startsWith('[') || isIP(host) > 0 || !hasPlainHost.test(scheme)) return input;
  const protocol = scheme.toLowerCase();
  if (protocol === 'http' && process.env['http_proxy'] !== undefined) return input; // The proxy looks it up.
  const { address, family } = await lookup(host, { order: 'ipv4first' });
  const name = `${host}${port}`;
  const args = protocol.startsWith('rtmp')
    ? ['-rtmp_tcurl', `${scheme}://${name}/${rtmpApplication(rest)}`]
    : protocol === 'http'
      ? ['-headers', `Host: ${name}\r\n`]
      : [];
  const numeric = family === 6 ? `[${address}]` : address;
  return {
    ...input,
    args: [...input.args, ...args],
    source: { address: `${scheme}://${user}${numeric}${port}${rest}` },
  };
}

/** Protocols whose address has a host that ffmpeg looks up, and no certificate. */
const hasPlainHost = /^(?:http|rtmp|rtmpt|rtsp|tcp|udp|rtp|srt)$/iu;

/** The part of an RTMP path that ffmpeg takes for the application: all but the name of the stream, two steps at most. */
function rtmpApplication(path: string): string {
  const steps = path.split(/[?#]/u, 1).join('').split('/').slice(1);
  return steps.slice(0, Math.min(2, Math.max(1, steps.length - 1))).join('/');
}
