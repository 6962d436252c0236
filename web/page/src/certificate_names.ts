/** Whether one of the names of a certificate is `host`, as it stands in the address of the page: RFC 6125, section 6.4. */
export function isNamed(names: readonly string[], host: string): boolean {
  const wanted = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const isAddress = /^[\d.]+$|:/.test(wanted);
  const parent = wanted.slice(wanted.indexOf(".") + 1);
  return names.some((name) => {
    const own = name.toLowerCase();
    return own === wanted || (!isAddress && own === `*.${parent}` && parent.includes("."));
  });
}
