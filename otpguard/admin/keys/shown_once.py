"""An action that makes a secret shows it on a page of its own, once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse

from otpguard.admin.actions import ObjectAction
from otpguard.core.secrets import HiddenText
from otpguard.http.uncached import uncached


class ShownOnce(ObjectAction):
    """An action that makes a secret: its answer is the page that shows it, once."""

    shown_on: ClassVar[str] = "admin/otpguard/key_secret.html"
    _secret: HiddenText | None = None

    def keep(self, row: Any, secret: HiddenText) -> None:  # noqa: ANN401 (any row with a tenant)
        """Show the `secret` of this row when the flow is done."""
        self.obj, self._secret = row, secret

    def respond(self) -> HttpResponse:
        """As the base; the secret goes into no message, and so into no cookie or session."""
        answer = super().respond()
        if self._secret is None:
            return answer
        site = self.model_admin.admin_site
        self.request.current_app = site.name
        context = {
            **site.each_context(self.request),
            "title": self.label,
            "subtitle": self.subtitle(),
            "opts": self.model_admin.opts,
            "object": self.obj,
            "secret": str(self._secret),
            "tenant": self.obj.tenant,
            "back_url": self.model_admin.page_of(self.obj),
        }
        return uncached(TemplateResponse(self.request, self.shown_on, context))
