"""The pages of a scratch host, and its people."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from otpguard import require, requires_checkpoint
from otpguard.core.facts import RequestFacts
from otpguard.models import Membership
from otpguard.provisioning import create_tenant, set_member
from otpguard.tenants.directory import SESSION_KEY

PASSWORD = "a long password"
PAGE = "<form method=post action='{{ request.path }}'>{% csrf_token %}{{ form }}</form>"


class KeyForm(forms.Form):
    """What the guarded form asks for."""

    name = forms.CharField()


class Login(LoginView):
    """Log in, and work in the person's tenant."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Enter it."""
        response = super().form_valid(form)
        own = Membership.objects.filter(user=self.request.user.pk).first()
        if own is not None:
            self.request.session[SESSION_KEY] = str(own.tenant_id)
        return response

    def render_to_response(self, context: dict[str, object], **_: object) -> HttpResponse:
        """The form alone."""
        return page(self.request, context["form"])


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """A form that is guarded once it is valid."""
    form = KeyForm(request.POST or None)
    if not form.is_valid():
        return page(request, form)
    name = form.cleaned_data["name"]
    require(request, "billing_change", target=f"key {name}")
    return HttpResponse(f"made {name}")


@login_required
@requires_checkpoint("data_export", target="all contacts")
def export(_request: HttpRequest) -> HttpResponse:
    """A page that is guarded before it runs."""
    return HttpResponse("all contacts")


def page(request: HttpRequest, form: object) -> HttpResponse:
    """A form and nothing around it."""
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}, request))


def people() -> None:
    """An administrator of a tenant, and an operator of the site."""
    users = get_user_model()
    alice = users.objects.create_user("alice", "alice@example.com", PASSWORD)
    users.objects.create_superuser("root", "root@example.com", PASSWORD)
    facts = RequestFacts(now=timezone.now())
    tenant = create_tenant(facts=facts, slug="acme", name="Acme", annual_contract_value=1_000)
    set_member(facts=facts, tenant=tenant, user_id=str(alice.pk), roles=["admin"], active=True)


def urls(site: admin.AdminSite) -> list[object]:
    """Where everything is; the admin is the host's own `site`."""
    return [
        path("login/", Login.as_view(), name="login"),
        path("keys/", keys, name="keys"),
        path("export/", export),
        path("admin/", site.urls),
        path("security/", include("otpguard.urls")),
    ]


urlpatterns = urls(admin.site)
