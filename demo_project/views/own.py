"""What somebody does for themselves: a first project, another e-mail address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project.more_forms import EmailForm, ProjectForm
from otpguard.exceptions import InvalidInput


@login_required
@require_http_methods(["GET", "POST"])
def first_project(request: HttpRequest) -> HttpResponse:
    """Begin a project, in words only: where an account is first of use, it shows who it is."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        otpguard.require_first_action(request, target=name)
        messages.success(request, f"{name} has begun. Nobody asks for this a second time.")
        return redirect("first-project")
    shown = {"title": "Your first project", "checkpoint": "first_action", "button": "Begin"}
    return _page(request, form, shown)


@login_required
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Change the e-mail address. A real site lets the new mailbox confirm itself first."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            otpguard.change_email(request, form.cleaned_data["email"])
        except InvalidInput as wrong:
            form.add_error("email", wrong.message)
        else:
            messages.success(
                request, "Your e-mail address is changed. The old mailbox can undo it."
            )
            return redirect("profile")
    shown = {"title": "Your e-mail address", "checkpoint": "factor_change", "button": "Change"}
    return _page(request, form, shown)


def _page(
    request: HttpRequest, form: ProjectForm | EmailForm, shown: dict[str, str]
) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "demo/guarded_form.html", {"form": form, **shown}, status=status)
