"""What a certificate says about itself."""

from datetime import datetime

from cryptography import x509


def common_name(certificate: x509.Certificate) -> str:
    """The subject's common name, empty when it has none."""
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def issuer_of(certificate: x509.Certificate) -> str:
    """Who signed it: the issuer's common name, else its organization, else all that it says."""
    name = certificate.issuer
    for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(oid)
        if found:
            return str(found[0].value)
    return name.rfc4514_string()


def serial_of(certificate: x509.Certificate) -> str:
    """The serial number in hexadecimal, two digits an octet, as `openssl x509 -serial` prints it."""
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)


def life_left(certificate: x509.Certificate, at: datetime) -> float:
    """Part of its life that is left: 1 when new, 0 or less when expired."""
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return (certificate.not_valid_after_utc - at) / life


def purposes_of(certificate: x509.Certificate) -> list[x509.ObjectIdentifier]:
    """What it may be used for; empty when it does not say."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return []


def alternatives_of(certificate: x509.Certificate) -> list[x509.GeneralName]:
    """Its names and addresses; empty when it has none."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []
