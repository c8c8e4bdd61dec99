"""Whether an identity provider could be spoken to, for people who set it up."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from otpguard.core.federation.evidence import Protocol
from otpguard.federation.metadata import ProviderUnusableError, keys_of, metadata_of
from otpguard.federation.oidc import Secrets
from otpguard.flows.federation.request import SentOff
from otpguard.models import IdentityProvider
from otpguard.web.federation.start import exchange

logger = logging.getLogger("otpguard.login")


def is_usable(request: HttpRequest, provider: IdentityProvider) -> bool:
    """True if a sign-in could begin there now and its answer be verified: its metadata and its keys
    can be read. What is wrong goes to the site's own log alone, for it may tell of hosts inside.

    A provider that hangs costs a few seconds.
    """
    try:
        exchange(request, SentOff(provider=provider, nonce="", verifier=""), Secrets())
        if provider.protocol == Protocol.OIDC.value:
            found = metadata_of(provider.issuer, provider.metadata, outside=provider.outside)
            keys_of(found.jwks_uri, key_id="", outside=provider.outside)
    except ProviderUnusableError as error:
        logger.warning("the identity provider %s cannot be used: %s", provider.pk, error)
        return False
    return True
