/** What people have typed and not sent yet, so that it is never lost in silence. */
import { useEffect, useState } from "preact/hooks";

const unsaved = new Set<object>();

/** Something of this component is typed and not sent. */
export function useUnsaved(isUnsaved: boolean): void {
  const [mark] = useState({});
  useEffect(() => {
    if (isUnsaved) unsaved.add(mark);
    return () => void unsaved.delete(mark);
  }, [isUnsaved]);
}

export function isAnythingUnsaved(): boolean {
  return unsaved.size > 0;
}
