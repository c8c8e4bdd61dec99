"""For which relying party the passkeys of another package were made: a browser uses them there
only, so those of another one are refused and not taken over dead."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from django.utils.translation import gettext as _

from otpguard.conf import settings
from otpguard.core.secrets import same
from otpguard.factors.foreign_passkey import ForeignPasskey
from otpguard.flows.factor.import_run import NotImportable


@dataclass(frozen=True, slots=True, kw_only=True)
class OldParty:
    """What is known of the relying party of a package: `stated` by its settings (empty where it
    takes the host of each request), `given` by the operator, and `ours` by RELYING_PARTY_ID."""

    stated: str
    given: str
    ours: str

    @classmethod
    def of(cls, *, stated: str, given: str) -> Self:
        """As the settings of both say."""
        ours = settings().relying_party_id
        return cls(stated=stated.lower(), given=given.lower(), ours=ours.lower())

    @property
    def about(self) -> str:
        """A line for the operator."""
        unknown = _("the host of each request")
        return _("relying party: %(old)s by its settings, %(ours)s here") % {
            "old": self.stated or unknown,
            "ours": self.ours or unknown,
        }

    def check(self, passkey: ForeignPasskey) -> None:
        """Raises NotImportable for a passkey that a browser would not use here.

        What its authenticator data says counts most, then the operator's word, then the settings.
        """
        wanted = self.given or self.ours
        if not wanted:
            raise NotImportable(
                _("its relying party is not known: set RELYING_PARTY_ID or give --rp-id")
            )
        if self.ours and self.given and self.ours != self.given:
            raise _elsewhere(self.given, self.ours)
        if passkey.rp_id_hash:
            if not same(passkey.rp_id_hash, sha256(wanted.encode()).digest()):
                raise _elsewhere(self.stated if self.stated != wanted else "", wanted)
        elif not self.given and not self.stated:
            raise NotImportable(_("its relying party is not known: give it as --rp-id"))
        elif not self.given and self.stated != wanted:
            raise _elsewhere(self.stated, wanted)


def _elsewhere(old: str, wanted: str) -> NotImportable:
    text = _("it was made for %(old)s, and no browser uses it for %(ours)s")
    return NotImportable(text % {"old": old or _("another relying party"), "ours": wanted})
