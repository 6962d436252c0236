/** Which part is shown: the word behind # in the address. */
import { useEffect, useState } from "preact/hooks";

export function currentRoute(): string {
  return location.hash.replace(/^#\/?/, "") || "overview";
}

export function go(route: string): void {
  location.hash = `#/${route}`;
}

export function useRoute(): string {
  const [route, setRoute] = useState(currentRoute());
  useEffect(() => {
    const changed = (): void => setRoute(currentRoute());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}
