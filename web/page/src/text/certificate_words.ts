import type { Table } from "./text";

/** Why a certificate is refused, by the codes of certificate_check.cpp and identity_desk.cpp. */
export const certificateFaults = {
  no_certificate: { en: "The file has no certificate in PEM.", ja: "証明書のファイルに PEM 形式の証明書がありません。" },
  no_key: { en: "There is no key in PEM without a password.", ja: "PEM 形式でパスワードのない鍵がありません。" },
  key_differs: { en: "The key is not that of the certificate; the certificate of the device itself must come first.", ja: "鍵が証明書と対応していません。ファイルの先頭は装置自身の証明書にしてください。" },
  key_kind: {
    en: "The key is none that all browsers take: RSA with 2048 to 4096 bits, or ECDSA with P-256 or P-384, its curve said by its name.",
    ja: "鍵の種類が対象外です。RSA (2048～4096 ビット) か、曲線を名前で示した ECDSA (P-256、P-384) を使ってください。",
  },
  signature_weak: {
    en: "The certificate is signed with a method that is weak, or that not all browsers know, such as SHA-1 or Ed25519.",
    ja: "証明書の署名方式が弱いか、一部のブラウザーで使えません (SHA-1、Ed25519 など)。",
  },
  of_authority: {
    en: "This is the certificate of an authority (CA:TRUE), not that of a device; browsers take none such from a server.",
    ja: "認証局の証明書 (CA:TRUE) です。装置用 (CA:FALSE) の証明書を使ってください。",
  },
  unknown_demand: {
    en: "The certificate demands something that browsers do not know (a critical extension).",
    ja: "証明書に、ブラウザーが解釈できない必須 (critical) の拡張があります。",
  },
  not_for_servers: { en: "The certificate is not for servers that sign (serverAuth, digitalSignature).", ja: "サーバー用 (serverAuth、digitalSignature) の証明書ではありません。" },
  no_names: { en: "The certificate names no host or address (subjectAltName).", ja: "証明書にホスト名やアドレス (subjectAltName) がありません。" },
  expired: { en: "The certificate, or that of its authority in the same file, has expired.", ja: "証明書、または同じファイルにある発行元の証明書の有効期限が切れています。" },
  not_yet_valid: { en: "The certificate, or that of its authority in the same file, is not valid yet.", ja: "証明書、または同じファイルにある発行元の証明書の有効期間がまだ始まっていません。" },
  too_long: { en: "Certificates and key are longer than 48 KiB.", ja: "証明書と鍵が合わせて 48 KiB を超えています。" },
  no_use: { en: "Nobody could connect with it: the key or one of the certificates is damaged or weak.", ja: "TLS で接続できません。鍵かいずれかの証明書が壊れているか、弱すぎます。" },
} as const satisfies Table;
