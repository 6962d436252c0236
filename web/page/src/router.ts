/** Which part is shown: the first word behind # in the address; and where in it, the second. */
import { useEffect, useState } from "preact/hooks";

function words(): string[] {
  return location.hash.replace(/^#\/?/, "").split("/");
}

export function currentRoute(): string {
  return words()[0] || "overview";
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

/** Where in the part somebody is; it stays so when the page is loaded anew, or after another login. */
export function usePlace(first: string): [place: string, setPlace: (place: string) => void] {
  const [place, setPlace] = useState(words()[1] || first);
  const move = (next: string): void => {
    history.replaceState(null, "", `#/${currentRoute()}/${next}`);
    setPlace(next);
  };
  return [place, move];
}
