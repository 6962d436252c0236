import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, post, remove } from "../api";
import { isNamed } from "../certificate_names";
import { useAsked } from "../parts/asked";
import { type Fact, Facts } from "../parts/facts";
import { Failure } from "../parts/failure";
import { FileField } from "../parts/file_field";
import { Form } from "../parts/form";
import { Instant } from "../parts/instant";
import { Panel } from "../parts/panel";
import { alarmWords } from "../text/alarm_words";
import { certificateFaults } from "../text/certificate_words";
import { inWords, say, wordFor } from "../text/language";

interface Identity {
  sha256: string;
  /** Hosts and addresses. */
  names: readonly string[];
  uploaded: boolean;
  /** Unix seconds. */
  expires: number | null;
  /** null: the time is not known. */
  expired: boolean | null;
  /** One was uploaded that could not be used at the start. */
  spoilt: boolean;
}

function namesOf(names: readonly string[]): JSX.Element {
  return <>{names.join(", ")}{!isNamed(names, location.hostname) && <strong> {say("certificateOtherName", { host: location.hostname })}</strong>}</>;
}

function factsOf({ uploaded, expires, expired, sha256, names, spoilt }: Identity): Fact[] {
  return [
    [say("state"), <>{say(uploaded ? "certificateUploaded" : "certificateOwn")}{spoilt && <strong> {inWords(alarmWords.certificate_spoilt.what)}</strong>}</>],
    [say("certificateNames"), namesOf(names)],
    [say("certificateExpires"), <>{expires === null ? "–" : <Instant seconds={expires} />}{expired === true && <strong> {say("certificateExpired")}</strong>}</>],
    [say("fingerprint"), <code class="fingerprint">{sha256}</code>],
  ];
}

/** The certificate that browsers see, and another one in its place; for administrators. */
export function Certificate(): JSX.Element {
  const { value, error, ask } = useAsked<Identity>("certificate");
  const [certificate, setCertificate] = useState<string | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const upload = async (): Promise<void> => {
    setFault("");
    await post("certificate", { certificate: certificate ?? "", key: key ?? "" }).catch((failure: unknown) => {
      if (failure instanceof ApiError) setFault((failure.body as { why?: { code?: string } } | null)?.why?.code ?? "");
      throw failure;
    });
    ask();
  };
  const forget = async (): Promise<void> => {
    if (!confirm(say("confirmCertificateForget"))) return;
    await remove("certificate", {});
    ask();
  };
  return (
    <Panel title={say("certificate")}>
      <Failure error={error} />
      {value !== null && <Facts long facts={factsOf(value)} />}
      <p>{say("certificateHelp")}</p>
      <Form submit={say("certificateUse")} send={upload}>
        <FileField label={say("certificateFile")} accept=".pem,.crt,.cer" read={setCertificate} />
        <FileField label={say("certificateKey")} accept=".pem,.key" read={setKey} />
      </Form>
      {fault !== "" && <p class="hint">{wordFor(certificateFaults, fault)}</p>}
      {(value?.uploaded === true || value?.spoilt === true) && <Form submit={say("certificateForget")} send={forget}>{null}</Form>}
    </Panel>
  );
}
