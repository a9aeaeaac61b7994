import type * as dns from 'node:dns/promises';

/** In place of a resolver, of which tests must not depend: `CODE.invalid` is not found, with that code, and all other names are looked up. */
export function withUnknownHosts({ lookup }: Pick<typeof dns, 'lookup'>): { readonly lookup: Lookup } {
  return {
    lookup: async (host, options) => {
      const code = /^(?<code>.*)\.invalid$/u.exec(host)?.groups?.['code'];
      if (code !== undefined) throw Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code });
      return lookup(host, options);
    },
  };
}

type Lookup = (host: string, options: { readonly order: 'ipv4first' }) => Promise<{ readonly address: string }>;
