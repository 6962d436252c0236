import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { post, type User } from "./api";
import { isStale, staleness, useLive } from "./live";
import { Failure } from "./parts/failure";
import { Mark } from "./parts/mark";
import { age } from "./quantities";
import { useRoute } from "./router";
import { language, say } from "./text/language";
import type { phrases } from "./text/phrases";
import type { Language } from "./text/text";
import { Account } from "./views/account";
import { Clients } from "./views/clients";
import { Events } from "./views/events";
import { FirstSteps } from "./views/first_steps";
import { Graphs } from "./views/graphs";
import { LeapSecond } from "./views/leap";
import { Overview } from "./views/overview";
import { PendingBar } from "./views/pending_bar";
import { SettingsView } from "./views/settings";
import { Sources } from "./views/sources";
import { Users } from "./views/users";

interface Part {
  route: string;
  title: keyof typeof phrases;
  draw: (user: User) => JSX.Element;
  admin?: boolean;
}

const PARTS: readonly Part[] = [
  { route: "overview", title: "overview", draw: () => <Overview /> },
  { route: "sources", title: "sources", draw: () => <Sources /> },
  { route: "graphs", title: "graphs", draw: () => <Graphs /> },
  { route: "clients", title: "clients", draw: (user) => <Clients user={user} /> },
  { route: "leap", title: "leap", draw: (user) => <LeapSecond user={user} /> },
  { route: "settings", title: "settings", draw: (user) => <SettingsView user={user} /> },
  { route: "events", title: "events", draw: () => <Events /> },
  { route: "users", title: "users", draw: (user) => <Users self={user.name} />, admin: true },
  { route: "account", title: "account", draw: (user) => <Account user={user} /> },
  { route: "first-steps", title: "firstSteps", draw: (user) => <FirstSteps user={user} /> },
];

export function otherLanguage(): Language {
  return language() === "ja" ? "en" : "ja";
}

function Freshness(): JSX.Element {
  const { status, daemon, connected } = useLive();
  const isFresh = status !== null && connected && daemon && !isStale();
  return (
    <p class="freshness">
      <Mark tone={isFresh ? "good" : status === null ? "off" : "warn"} />
      {status === null ? say("loading") : isFresh ? say("live") : say("stale", { age: age(staleness()) })}
    </p>
  );
}

function Trouble(): JSX.Element | null {
  const { status, daemon, connected, refused } = useLive();
  if (refused !== null && daemon) return <Failure error={refused} />;
  if (daemon && (connected || status === null)) return null;
  return <p class="trouble" role="alert">{say(daemon ? "connectionLost" : "daemonAway")}</p>;
}

interface ShellProps {
  user: User;
  version: string;
  speak: (language: Language) => void;
  leave: () => void;
}

export function Shell({ user, version, speak, leave }: ShellProps): JSX.Element {
  const route = useRoute();
  const parts = PARTS.filter((part) => !part.admin || user.role === "admin");
  const part = parts.find((each) => each.route === route) ?? parts[0]!;
  useEffect(() => {
    document.title = `${say(part.title)} – ${say("product")}`;
  });
  const logOut = (): void => void post("logout").then(leave, leave);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), document.getElementById("content")?.focus())}>
        {say("skipToContent")}
      </a>
      <nav aria-label={say("menu")}>
        <p class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>{say("product")}</span>
        </p>
        <ul>
          {parts.map(({ route: to, title }) => (
            <li key={to}>
              <a href={`#/${to}`} aria-current={to === part.route ? "page" : undefined}>{say(title)}</a>
            </li>
          ))}
        </ul>
        <footer>
          <Freshness />
          <button type="button" class="quiet" lang={otherLanguage()} onClick={() => speak(otherLanguage())}>{say("otherLanguage")}</button>
          <button type="button" class="quiet" onClick={logOut}>{say("logOut")}</button>
          <p class="who">{user.name}<br />{version}</p>
        </footer>
      </nav>
      <main id="content" tabIndex={-1}>
        <Trouble />
        <PendingBar user={user} />
        <h1>{say(part.title)}</h1>
        {part.draw(user)}
      </main>
    </div>
  );
}
