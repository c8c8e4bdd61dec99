"""Input about a domain of e-mail of an organization, on its own page."""

from __future__ import annotations

from typing import Any

from otpguard.forms.federation.domain import DomainForm


class TeamDomainForm(DomainForm):
    """The domain, in the look of the organization's pages."""

    def __init__(self, data: Any = None, **options: Any) -> None:  # noqa: ANN401 (what was sent)
        super().__init__(data, **{"auto_id": "otpguard-%s", **options})
        # A domain is no prose: neither corrected nor begun with a capital.
        self.fields["domain"].widget.attrs |= {
            "class": "og-input",
            "dir": "ltr",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
