"""What a person may have shown an identity provider, as methods beside those of our own factors.

They belong to no kind of factor: nobody enrolls one, and a policy says yes or no to all of them
(`idp_satisfies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from otpguard.core.assurance import Grade, Method
from otpguard.core.text import gettext_noop as _

IDP_KIND = "idp"

_SHOWN = _("Your sign-in at your organization")

BY_IDP_MFA = Method(
    slug=Grade.IDP_MFA.value,
    kind=IDP_KIND,
    grade=Grade.IDP_MFA.value,
    label=_("Identity provider, more than one factor"),
    shown=_SHOWN,
)
BY_IDP_PHR = Method(
    slug=Grade.IDP_PHR.value,
    kind=IDP_KIND,
    grade=Grade.IDP_PHR.value,
    label=_("Identity provider, resistant to phishing"),
    shown=_SHOWN,
)
BY_IDP_PHRH = Method(
    slug=Grade.IDP_PHRH.value,
    kind=IDP_KIND,
    grade=Grade.IDP_PHRH.value,
    label=_("Identity provider, resistant to phishing, key in hardware"),
    shown=_SHOWN,
)

IDP_METHODS: Mapping[str, Method] = MappingProxyType(
    {method.slug: method for method in (BY_IDP_MFA, BY_IDP_PHR, BY_IDP_PHRH)}
)
"""The methods of identity providers, by slug."""
