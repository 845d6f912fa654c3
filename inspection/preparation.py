"""The service `prepare` of a compose file, and what it runs; pure."""

import shlex

from certs.serving.generation import PUBLIC
from inspection.laptop import PREPARE, Laptop
from inspection.section import Section, common, volume

CARRIER = "debian:trixie-slim"
DONE = "service_completed_successfully"


def script(laptop: Laptop) -> str:
    """What `prepare` does: pairs under `current`, owned by their party, and secrets, for it alone."""
    lines = [
        "# Copies certificates and secrets of the host into volumes, for the uid that reads them.",
        "set -eu",
        "pair() { # party uid",
        '  to="/to/certs-$1"; fresh=$(date +%Y%m%dT%H%M%S); mkdir -p "$to/$fresh"',
        '  cp "/from/certs/$1/cert.pem" "/from/certs/$1/key.pem" /from/ca.pem "$to/$fresh/"',
        '  [ ! -s /from/crl.pem ] || cp /from/crl.pem "$to/$fresh/"',
        '  cat "$to/$fresh/cert.pem" "$to/$fresh/key.pem" > "$to/$fresh/pair.pem"',
        '  cp "$to/$fresh/pair.pem" "$to/$fresh/public.pem" # what ACME would renew',
        f"  printf '%s\\n' {shlex.join(PUBLIC)} > \"$to/$fresh/public.list\"",
        '  chmod 0444 "$to/$fresh/cert.pem" "$to/$fresh/ca.pem" "$to/$fresh/public.list"',
        '  chmod 0400 "$to/$fresh/key.pem" "$to/$fresh/pair.pem" "$to/$fresh/public.pem"',
        '  chmod 0755 "$to/$fresh"; chown -R "$2:$2" "$to/$fresh"',
        '  ln -sfn "$fresh" "$to/.next"; mv -fT "$to/.next" "$to/current"',
        '  for each in "$to"/[0-9]*; do [ "${each##*/}" = "$fresh" ] || rm -rf "$each"; done',
        "}",
        "secret() { # file volume name uid",
        '  cp "/from/secrets/$1" "/to/$2/.$3"; chmod 0400 "/to/$2/.$3"; chown "$4:$4" "/to/$2/.$3"',
        '  mv -fT "/to/$2/.$3" "/to/$2/$3"',
        "}",
    ]
    lines += [f"pair {role} {uid}" for role, uid in laptop.parties.items()]
    lines += [" ".join(("secret", *map(str, each))) for each in laptop.carried]
    return "\n".join([*lines, ""])


def prepare(result: Laptop) -> Section:
    """The service that brings certificates and secrets into volumes before any other starts."""
    carried = sorted({each for _, each, _, _ in result.carried})
    pairs = [
        {"type": "bind", "source": f"./certs/{role}", "target": f"/from/certs/{role}", "read_only": True}
        for role in result.parties
    ]
    return {
        **common(result.stack, PREPARE, "0:0"),
        "image": CARRIER,
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
        "network_mode": "none",
        "entrypoint": ["/bin/sh", "/from/prepare.sh"],
        "volumes": [
            {"type": "bind", "source": f"./{each}", "target": f"/from/{each}", "read_only": True}
            for each in ("prepare.sh", "ca.pem", "crl.pem", "secrets")
        ]
        + pairs
        + [volume(f"certs-{role}", f"/to/certs-{role}") for role in result.parties]
        + [volume(each, f"/to/{each}") for each in carried],
    }
