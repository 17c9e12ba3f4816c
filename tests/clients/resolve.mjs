// tests/clients/resolve.mjs - Lookups with Node: resolve.mjs lookup|A|AAAA|MX|TXT|SRV|CNAME|PTR NAME... prints JSON, one line a name.
// `lookup` is getaddrinfo, the others are c-ares.
import dns from 'node:dns/promises';

const [kind, ...names] = process.argv.slice(2);
for (const name of names) {
  try {
    const found = kind === 'lookup' ? (await dns.lookup(name, {all: true})).map((one) => one.address).sort()
        : kind === 'PTR'            ? await dns.reverse(name)
                                    : await dns.resolve(name, kind);
    console.log(JSON.stringify(found));
  } catch (error) {
    console.log(error.code);
  }
}
