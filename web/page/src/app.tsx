import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, onSessionEnded, useCsrf, type Session } from "./api";
import { closeLive, openLive } from "./live";
import { Failure } from "./parts/failure";
import { isAnythingUnsaved } from "./parts/unsaved";
import { go } from "./router";
import { Shell } from "./shell";
import { language, say, setLanguage } from "./text/language";
import type { Language } from "./text/text";
import { setZone } from "./zone";
import { Login, type Ended } from "./views/login";
import { Setup } from "./views/setup";

const LANGUAGE_KEY = "language";

/** The page: nobody's, or somebody's who is logged in. */
export function App(): JSX.Element {
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [ended, setEnded] = useState<Ended>("no");
  const isInside = useRef(false);
  const [, draw] = useState<Language>(language());

  const speak = (next: Language): void => {
    setLanguage(next);
    localStorage.setItem(LANGUAGE_KEY, next);
    draw(next);
  };
  const begin = (next: Session): void => {
    useCsrf(next.csrf);
    if (next.user !== null) setEnded("no");
    else if (isInside.current) setEnded(isAnythingUnsaved() ? "typed" : "ended");
    isInside.current = next.user !== null;
    const chosen = localStorage.getItem(LANGUAGE_KEY);
    const wanted = chosen === "ja" || chosen === "en" ? chosen : next.user?.language;
    if (wanted !== undefined) setLanguage(wanted);
    if (next.user !== null) setZone(next.user.time_zone);
    setSession(next);
  };
  const ask = (): void => {
    get<Session>("session").then(begin, setError);
  };

  const leave = (): void => {
    isInside.current = false;
    ask();
  };

  useEffect(() => {
    onSessionEnded(ask);
    ask();
  }, []);
  const user = session?.user?.name;
  useEffect(() => {
    if (user !== undefined) openLive(ask);
    return closeLive;
  }, [user]);
  useEffect(() => {
    document.title = `${say("product")} – ${user === undefined ? say("logIn") : say("overview")}`;
  }, [user]);

  if (session === null) return <main class="alone">{error === null ? <p>{say("loading")}</p> : <Failure error={error} />}</main>;
  if (session.user === null) {
    if (session.setup_needed) return <Setup begin={(next) => (go("first-steps"), begin(next))} speak={speak} />;
    return <Login begin={begin} speak={speak} ended={ended} />;
  }
  return <Shell user={session.user} version={session.version} speak={speak} leave={leave} />;
}
