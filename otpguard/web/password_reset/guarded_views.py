"""Django's own reset views, guarded: two mixins, and ready views with our templates.

What Django does stays Django's: the form of the e-mail address, the redirect that takes the token
out of the URL, the form of the new password. Ours is who gets a link, what it takes beside it, and
what ends afterwards.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import get_language

from otpguard.core.password_reset import ResetNeed, opens_link
from otpguard.exceptions import StartRefused
from otpguard.flows.password_reset.finish import finish_reset, save_form
from otpguard.flows.password_reset.need import state_of_reset
from otpguard.flows.password_reset.request_link import request_reset_link
from otpguard.forms.email import EmailForm
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.refusal import SeeOther
from otpguard.web import messages
from otpguard.web.password_reset.place import ResetPlace, enter_reset, is_live, leave_reset
from otpguard.web.stepup.choose import problem_page

TOO_MANY = 429
_ASK: dict[str, Any] | None = {"ask_url": reverse_lazy("password_reset")}


class ResetTokens(PasswordResetTokenGenerator):
    """Reads our tokens for Django's view. Those that it makes itself open nothing here."""

    def check_token(self, user: Any, token: str | None) -> bool:  # noqa: ANN401 (the host's own user model)
        """Whether it is a link of `user` that counts now. Raises StoreUnavailable."""
        return bool(user and token) and is_live(user, str(token))


class PasswordResetMixin:
    """For a subclass of Django's PasswordResetView: the same answer for every e-mail address.

    Sending is a worker's job, so the view's e-mail templates are not used: the text is
    `otpguard/messages/notice.password_reset.email.txt`. `confirm_url_name` is the URL name of the
    view that sets the new password.
    """

    confirm_url_name = "password_reset_confirm"

    def form_valid(self, form: Form) -> HttpResponse:
        """Order the link, and go on to the page that says so."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]  # Django's view has it
        facts = facts_from(request)
        try:
            request_reset_link(
                facts=facts,
                email=form.cleaned_data["email"],
                page=self.confirm_url_name,
                language=get_language() or "",
            )
        except StartRefused as refused:
            form.add_error(None, messages.start_refused(refused.reason))
            response: HttpResponse = self.form_invalid(form)  # type: ignore[attr-defined]  # the same
            response.status_code = TOO_MANY
            if refused.retry_after:
                response["Retry-After"] = str(refused.retry_after)
            return response
        return SeeOther(self.get_success_url())  # type: ignore[attr-defined]  # the same


class PasswordResetConfirmMixin:
    """For a subclass of Django's PasswordResetConfirmView: ask for a factor before the form, and
    end every login and proof after it.

    Nobody is logged in by it, whatever `post_reset_login` says: a reset is no fresh login (A2).
    """

    token_generator = ResetTokens()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (Django's)
        """Django's check of the link. Once it has put the token into the web session, that session
        gets a new key: a key that somebody else had planted in this browser opens nothing."""
        before = request.session.get(INTERNAL_RESET_SESSION_TOKEN)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # Django's
        after = request.session.get(INTERNAL_RESET_SESSION_TOKEN)
        if after and after != before:
            request.session.cycle_key()
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (Django's)
        """The form, or the page that asks for what it takes. Django has checked the link."""
        missing = self._missing(request)
        return missing or super().get(request, *args, **kwargs)  # type: ignore[misc]  # Django's

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (Django's)
        """Set the new password, if nothing is missing."""
        missing = self._missing(request)
        return missing or super().post(request, *args, **kwargs)  # type: ignore[misc]  # Django's

    def form_valid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        """Save it by our flow, which asks everything once more under its locks."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]  # Django's view has it
        place = self._place(request)
        need = finish_reset(
            facts=place.facts, token=place.token, set_password=partial(save_form, form)
        )
        if need is None:
            return problem_page(request, messages.PageProblem.RESET_LINK_GONE, status=410)
        if not opens_link(need):
            return _ask_for(request, need)
        request.session.pop(INTERNAL_RESET_SESSION_TOKEN, None)
        leave_reset(request)
        return SeeOther(self.get_success_url())  # type: ignore[attr-defined]  # the same

    def _missing(self, request: HttpRequest) -> HttpResponse | None:
        place = self._place(request)
        state = state_of_reset(place.facts, place.user)
        return None if opens_link(state.need) else _ask_for(request, state.need)

    def _place(self, request: HttpRequest) -> ResetPlace:
        token = request.session[INTERNAL_RESET_SESSION_TOKEN]
        return enter_reset(request, self.user, token)  # type: ignore[attr-defined]  # the same


def _ask_for(request: HttpRequest, need: ResetNeed) -> HttpResponse:
    if need is ResetNeed.PROOF:
        return pages.hardened(request, redirect(reverse("otpguard:reset")))
    return problem_page(request, messages.PageProblem.RESET_ADMINISTRATOR, status=403)


class _Page:
    """Our headers around a page of Django's."""

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:  # noqa: ANN401 (Django's)
        response: TemplateResponse = super().render_to_response(context, **more)  # type: ignore[misc]  # Django's
        response.render()
        return pages.hardened(self.request, response)  # type: ignore[attr-defined]  # Django's


class AskForReset(PasswordResetMixin, _Page, PasswordResetView):
    """The page that asks for the e-mail address."""

    form_class = EmailForm  # type: ignore[assignment]  # of Django's form we need the field alone
    template_name = "otpguard/password_reset/ask.html"


class ResetAsked(_Page, PasswordResetDoneView):
    """The page after it: the same for everybody."""

    extra_context = _ASK
    template_name = "otpguard/password_reset/asked.html"


class SetNewPassword(PasswordResetConfirmMixin, _Page, PasswordResetConfirmView):
    """The page behind the link."""

    extra_context = _ASK
    template_name = "otpguard/password_reset/new.html"


class PasswordWasSet(_Page, PasswordResetCompleteView):
    """The page at the end."""

    template_name = "otpguard/password_reset/done.html"
