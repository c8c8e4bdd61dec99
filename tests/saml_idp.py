"""A SAML identity provider: it signs what a test tells it to state, with a key of its own."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ENTITY = "https://saml-idp.example"
ENTITY_OF_HOST = "http://testserver/saml/metadata/"
ACS = "http://testserver/saml/acs/"
MFA = "https://refeds.org/profile/mfa"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

_RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{response}" Version="2.0"
 IssueInstant="{now}" Destination="{destination}" InResponseTo="{request}">
<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{status}"/>
</samlp:Status>{assertion}</samlp:Response>"""
_ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{id}"
 Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject>
<saml:NameID>{subject}</saml:NameID><saml:SubjectConfirmation
 Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 NotOnOrAfter="{until}" Recipient="{recipient}" InResponseTo="{request}"/>
</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{since}"
 NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{at}">
<saml:AuthnContext><saml:AuthnContextClassRef>{context}</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement></saml:Assertion>"""


@cache
def key_and_certificate() -> tuple[str, str]:
    """A key and its certificate, as PEM; made once for each run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


def metadata(entity: str = ENTITY) -> str:
    """What an operator pastes into the admin."""
    body = "".join(key_and_certificate()[1].splitlines()[1:-1])
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">'
        f"<X509Data><X509Certificate>{body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        "<SingleSignOnService Binding="
        '"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://saml-idp.example/'
        'sso"/></IDPSSODescriptor></EntityDescriptor>'
    )


@dataclass(frozen=True)
class AuthnRequest:
    """A request as it left: its id, the state beside it, and its XML."""

    id: str
    state: str
    xml: str

    @classmethod
    def of(cls, url: str) -> AuthnRequest:
        """Read the URL that the browser was sent to."""
        query = parse_qs(urlsplit(url).query)
        xml = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15).decode()
        return cls(etree.fromstring(xml.encode()).get("ID"), query["RelayState"][0], xml)


@dataclass
class Said:
    """What the provider states; a test changes one thing."""

    request: str
    subject: str = "alice"
    context: str = MFA
    issuer: str = ENTITY
    audience: str = ENTITY_OF_HOST
    recipient: str = ACS
    destination: str = ACS
    status: str = SUCCESS
    at: timedelta = timedelta(0)
    until: timedelta = timedelta(minutes=5)
    algorithm: str = SHA256
    signs: bool = True
    id: str = field(default_factory=lambda: uuid4().hex)

    def assertion(self) -> str:
        """The assertion, signed."""
        now = datetime.now(UTC)
        xml = _ASSERTION.format(
            id=self.id,
            now=_text(now),
            since=_text(now - timedelta(minutes=5)),
            until=_text(now + self.until),
            at=_text(now + self.at),
            issuer=self.issuer,
            subject=self.subject,
            recipient=self.recipient,
            request=self.request,
            audience=self.audience,
            context=self.context,
        )
        if not self.signs:
            return xml
        key, certificate = key_and_certificate()
        signed = Utils.add_sign(xml, key, certificate, sign_algorithm=self.algorithm)
        return signed.decode() if isinstance(signed, bytes) else signed

    def around(self, assertion: str) -> str:
        """The response around an assertion."""
        return _RESPONSE.format(
            response=uuid4().hex,
            now=_text(datetime.now(UTC)),
            destination=self.destination,
            request=self.request,
            issuer=self.issuer,
            status=self.status,
            assertion=assertion,
        )

    def response(self) -> str:
        """The response as a form posts it."""
        return encoded(self.around(self.assertion()))


def encoded(xml: str) -> str:
    """XML as a form posts it."""
    return base64.b64encode(xml.encode()).decode()


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
