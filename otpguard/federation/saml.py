"""SAML by python3-saml, held strictly: signed assertions, of one provider, for one request of ours.

Only what the signature covers is read. Needs `otpguard[saml]`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.dateparse import parse_datetime
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from otpguard.core.federation.evidence import (
    LONGEST_VALUE,
    Protocol,
    SignInEvidence,
    email_said,
    values_of,
)
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.speakers import SamlPlaces, SamlRefusedError, SamlSignIn
from otpguard.models import IdentityProvider

LONGEST_METADATA = 262_144
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
AMR_ATTRIBUTES = ("http://schemas.microsoft.com/claims/authnmethodsreferences", "amr")
"""Attributes that list methods: Entra's, and the plain word."""
EMAIL_ATTRIBUTES = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "email",
)
"""Attributes that are an e-mail address: Entra's, that of LDAP, and the plain word. Without one the
subject may be one."""
_NAMES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}
_SECURITY = {
    "authnRequestsSigned": False,
    "wantAssertionsSigned": True,
    "wantMessagesSigned": False,
    "wantNameId": True,
    "rejectDeprecatedAlgorithm": True,
    "allowRepeatAttributeName": True,
    "failOnAuthnContextMismatch": True,
    "allowSingleLabelDomains": True,
    "wantAttributeStatement": False,
}


class PythonSaml:
    """The speaker that `otpguard.contrib.saml` installs."""

    def request_url(
        self, provider: IdentityProvider, *, state: str, places: SamlPlaces, steps_up: bool
    ) -> tuple[str, str]:
        """See SamlSpeaker. A step-up asks for a new proof and for the tenant's contexts."""
        known = _settings(provider, places, steps_up=steps_up)
        auth = OneLogin_Saml2_Auth(_request(places, ""), old_settings=known)
        url = auth.login(return_to=state, force_authn=steps_up, set_nameid_policy=False)
        return str(url), str(auth.get_last_request_id())

    def redeem(
        self,
        provider: IdentityProvider,
        *,
        response: str,
        request_id: str,
        places: SamlPlaces,
        now: datetime,
    ) -> SamlSignIn:
        """See SamlSpeaker. What came back is graded elsewhere; which context was asked for does not
        matter here, unless it is said to be another one."""
        known = _settings(provider, places, steps_up=False)
        try:
            found = OneLogin_Saml2_Response(known, response)
            found.is_valid(_request(places, response), request_id, raise_exceptions=True)
            return SamlSignIn(
                evidence=_evidence(provider, found, now), assertion=str(found.get_assertion_id())
            )
        except SamlRefusedError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise SamlRefusedError(why[:200], unmet="NoAuthnContext" in why) from error


def sp_metadata(places: SamlPlaces) -> bytes:
    """Our own metadata, for the provider's set-up."""
    known = OneLogin_Saml2_Settings(
        {"strict": True, "sp": _ours(places), "security": _SECURITY}, sp_validation_only=True
    )
    found = known.get_sp_metadata()
    return found if isinstance(found, bytes) else str(found).encode()


def _evidence(
    provider: IdentityProvider, found: OneLogin_Saml2_Response, now: datetime
) -> SignInEvidence:
    """What the one assertion says: the library has counted that there is no other one."""
    subject = str(found.get_nameid() or "")
    if not 0 < len(subject) <= LONGEST_VALUE:
        raise SamlRefusedError("the subject is empty or too long")
    attributes = found.get_attributes()
    amr = [value for name in AMR_ATTRIBUTES for value in attributes.get(name, [])]
    emails = [attributes[name] for name in EMAIL_ATTRIBUTES if name in attributes]
    return SignInEvidence(
        issuer=provider.issuer,
        subject=subject,
        protocol=Protocol.SAML,
        received_at=now,
        amr=values_of(amr),
        contexts=values_of(found.get_authn_contexts()),
        authenticated_at=_authenticated_at(found),
        email=email_said(emails[0] if emails else subject),
    )


def _authenticated_at(found: OneLogin_Saml2_Response) -> datetime | None:
    """AuthnInstant of the verified assertion: the oldest of several; None unless all are times."""
    document = found.document if found.decrypted_document is None else found.decrypted_document
    said = document.xpath("//saml:Assertion/saml:AuthnStatement/@AuthnInstant", namespaces=_NAMES)
    times = [parse_datetime(str(each)) for each in said]
    known = [each for each in times if each is not None and each.tzinfo is not None]
    return min(known) if known and len(known) == len(times) else None


def _settings(
    provider: IdentityProvider, places: SamlPlaces, *, steps_up: bool
) -> OneLogin_Saml2_Settings:
    if not 0 < len(provider.metadata) <= LONGEST_METADATA:
        raise ProviderUnusableError("there are no metadata")
    asked: Any = list(provider.asks_for) if steps_up and provider.asks_for else False
    try:
        parsed = OneLogin_Saml2_IdPMetadataParser.parse(
            provider.metadata, entity_id=provider.issuer
        )
        idp = parsed["idp"]
        known = OneLogin_Saml2_Settings(
            {
                "strict": True,
                "debug": False,
                "sp": _ours(places),
                "idp": idp,
                "security": {**_SECURITY, "requestedAuthnContext": asked},
            }
        )
    except Exception as error:
        raise ProviderUnusableError("the metadata cannot be used") from error
    if idp.get("entityId") != provider.issuer:
        raise ProviderUnusableError("the metadata are another provider's")
    return known


def _ours(places: SamlPlaces) -> dict[str, Any]:
    return {
        "entityId": places.entity,
        "assertionConsumerService": {"url": places.acs, "binding": POST},
        "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    }


def _request(places: SamlPlaces, response: str) -> dict[str, Any]:
    """What the library takes for a request: our own address, and nothing that a browser says."""
    parts = urlsplit(places.acs)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {"SAMLResponse": response},
    }
