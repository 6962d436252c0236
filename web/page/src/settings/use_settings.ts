import { useEffect } from "preact/hooks";
import { useAsked, type Asked } from "../parts/asked";
import { noneIsPending, notePending, usePending } from "./pending";
import { member, type Settings } from "./table";

/** The settings as they are; asked again whenever this page changed them, and every so many ms if that is not 0, since others may. */
export function useSettings(every = 0): Asked<Settings> {
  const { version } = usePending();
  const asked = useAsked<unknown>("settings", every, version);
  const value = asked.value === null ? null : member<Settings>(asked.value, "settings");
  useEffect(() => {
    if (value === null) return;
    if (value.pending !== null) notePending(value.pending.id, value.pending.left_ns);
    else noneIsPending();
  }, [asked.value]);
  return { ...asked, value };
}
