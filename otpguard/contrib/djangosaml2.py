"""djangosaml2 behind a guard: assertions are verified here too, a weaker context than asked is
refused, and nobody is found by an attribute.

    path("saml2/acs/", GuardedAcsView.as_view(), name="saml2_acs"),  # before djangosaml2's own
    AUTHENTICATION_BACKENDS = [..., "otpguard.contrib.djangosaml2.GuardedSamlBackend"]

Needs `pip install otpguard[oidc,saml,djangosaml2]` and the program xmlsec1. Each entity id needs an
identity provider, with its metadata, in our admin.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from djangosaml2.backends import Saml2Backend
from djangosaml2.views import AssertionConsumerServiceView

from otpguard.core.federation.evidence import SignInEvidence
from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import SamlPlaces
from otpguard.web.federation.by_library import (
    SignInRefusedError,
    by_response,
    note_sign_in,
    refused,
    vouch,
)
from otpguard.web.federation.words import SsoProblem

_TAKEN, _PERSON, _WHY = "_otpguard_taken", "_otpguard_person", "_otpguard_refused"


class GuardedSamlBackend(Saml2Backend):  # type: ignore[misc]  # untyped
    """Opens the account that GuardedAcsView has found; makes and changes none."""

    def authenticate(self, request: Any, session_info: Any = None, **_kwargs: Any) -> Any:  # noqa: ANN401 (the library's signature)
        """Nobody, unless the view has verified whose sign-in this is."""
        person = getattr(request, _PERSON, None)
        return person if session_info is not None and self.user_can_authenticate(person) else None


@method_decorator(csrf_exempt, name="dispatch")
class GuardedAcsView(AssertionConsumerServiceView):  # type: ignore[misc]  # untyped
    """Where assertions are posted, from another site: the state is in djangosaml2's own cookie."""

    def custom_validation(self, response: Any) -> None:  # noqa: ANN401 (of pysaml2)
        """Verify once more what pysaml2 has verified, and whom it is about."""
        config = self.get_sp_config(self.request)
        try:
            sign_in = by_response(
                PythonSaml(),
                self.request.POST["SAMLResponse"],
                issuer=str(response.issuer()),
                request_id=str(response.in_response_to or ""),
                places=SamlPlaces(
                    acs=self.request.build_absolute_uri(self.request.path), entity=config.entityid
                ),
            )
            _check_asked(config.getattr("requested_authn_context", "sp"), sign_in.evidence)
            person = vouch(self.request, sign_in)
        except SignInRefusedError as error:
            setattr(self.request, _WHY, error.problem)
            raise PermissionDenied(str(error)) from error
        setattr(self.request, _TAKEN, sign_in)
        setattr(self.request, _PERSON, person)

    def post_login_hook(self, request: HttpRequest, user: Any, session_info: Any) -> None:  # noqa: ANN401, ARG002 (the library's signature)
        """The session is open: note what the sign-in proves."""
        note_sign_in(request, getattr(request, _TAKEN))

    def handle_acs_failure(
        self,
        request: HttpRequest,
        exception: object = None,  # noqa: ARG002 (the library's signature)
        status: int = 403,  # noqa: ARG002 (the library's signature)
        **kwargs: Any,  # noqa: ANN401, ARG002 (the library's signature)
    ) -> Any:  # noqa: ANN401 (a response)
        """A page that says why; the log has the library's own words."""
        return refused(request, getattr(request, _WHY, SsoProblem.UNREACHABLE))


def _check_asked(asked: Any, evidence: SignInEvidence) -> None:  # noqa: ANN401 (pysaml2's setting)
    """pysaml2 asks for a context and takes any. Raises SignInRefusedError where one of a list was
    asked for and another came."""
    if not asked or asked.get("comparison", "exact") != "exact":
        return
    wanted = asked.get("authn_context_class_ref", ())
    listed = {wanted} if isinstance(wanted, str) else set(wanted)
    if listed and not listed.intersection(evidence.contexts):
        raise SignInRefusedError(SsoProblem.UNMET)
