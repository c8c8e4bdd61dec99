"""Views of a small host, guarded in every way there is; `ROOT_URLCONF = "tests.guarded"`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views.generic import FormView, View
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from otpguard import (
    CheckpointRequiredMixin,
    change_email,
    claim_verified_phone,
    require,
    require_before_form,
    require_first_action,
    requires_checkpoint,
    requires_phone_claim,
    use_phone_claim,
)
from otpguard.api.permissions import RequiresCheckpoint

ran: list[str] = []
"""What the views have done; a refused request adds nothing."""


def done(what: str) -> HttpResponse:
    """A view's answer, noted."""
    ran.append(what)
    return HttpResponse(f"done: {what}")


def unguarded(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


@requires_checkpoint("billing_change", target="card ending 4242")
def billing(request: HttpRequest) -> HttpResponse:
    return done(f"billing by {request.method}")


@requires_checkpoint("data_export")
async def export(request: HttpRequest) -> HttpResponse:
    return done("export")


@requires_checkpoint(
    "role_grant", target=lambda request, name: f"admin role for {name}", reads_safely=False
)
def grant_role(request: HttpRequest, name: str) -> HttpResponse:
    return done(f"{name} is {request.POST.get('role', 'admin')}")


@requires_checkpoint("role_grant", reads_safely=False)
def failing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sorry", status=503)


def create_key(request: HttpRequest, odd: str = "") -> HttpResponse:
    """Guards after validation, as forms do."""
    name = request.POST.get("name", "")
    if not name:
        return HttpResponse("a name is needed", status=400)
    Group.objects.get_or_create(name=f"tried {name}")
    require(request, "api_key", target=f"key '{name}'")
    return done(f"key {name}")


def forgetful(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A decorator without functools.wraps: what it covers has lost its mark."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return inner


@forgetful
@requires_checkpoint("api_key")
def lost_mark(request: HttpRequest) -> HttpResponse:
    return done("lost mark")


class OnGet(View):
    @method_decorator(requires_checkpoint("api_key"))
    def get(self, request: HttpRequest) -> HttpResponse:
        return done("method decorator")


class Billing(CheckpointRequiredMixin):
    checkpoint = "billing_change"
    checkpoint_target = "the plan"

    def get(self, request: HttpRequest) -> HttpResponse:
        return done("mixin")

    def post(self, request: HttpRequest) -> HttpResponse:
        return done("mixin post")


class AsyncBilling(CheckpointRequiredMixin):
    checkpoint = "billing_change"

    async def get(self, request: HttpRequest) -> HttpResponse:
        return done("async mixin")


class CardForm(forms.Form):
    holder = forms.CharField(label="Name on the card")
    card_number = forms.CharField(label="Number of the card")


class Card(FormView):
    """Asks before its form is shown, and guards the sending."""

    form_class = CardForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require_before_form(request, "billing_change", target="your card")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return done("card form")

    def form_valid(self, form: CardForm) -> HttpResponse:
        return done(f"card of {form.cleaned_data['holder']}")


class CardLater(FormView):
    """Guards once its form is valid, as most hosts do."""

    form_class = CardForm

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        shown = engines["django"].from_string(
            "<!doctype html><title>Card</title>"
            '<form method="post">{% csrf_token %}{{ form }}<button>Save</button></form>'
        )
        return HttpResponse(shown.render({"form": self.get_form()}, request))

    def form_valid(self, form: CardForm) -> HttpResponse:
        require(self.request, "billing_change", target="your card")
        return done(f"card of {form.cleaned_data['holder']}")


def script(request: HttpRequest) -> HttpResponse:
    """A page that calls the API by script."""
    shown = engines["django"].from_string(
        '<!doctype html><title>Keys</title>{% include "otpguard/stepup.html" %}'
        '<meta name="csrf" content="{{ csrf_token }}"><button>Create</button>'
        '<p role="status"></p><script src="/script.js" defer></script>'
    )
    return HttpResponse(shown.render({}, request))


def script_file(_request: HttpRequest) -> HttpResponse:
    """What that page runs."""
    return HttpResponse(SCRIPT, content_type="text/javascript")


SCRIPT = """
document.querySelector("button").addEventListener("click", async () => {
  const token = document.querySelector("meta[name=csrf]").content;
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  const said = document.querySelector("[role=status]");
  try {
    await window.otpguard.fetch("/api/keys/", { method: "POST", headers, body: "{}" });
    said.textContent = "Created.";
  } catch (problem) {
    said.textContent = problem.message;
  }
});
"""


def card(request: HttpRequest) -> HttpResponse:
    """The same as a function."""
    require_before_form(request, "billing_change", target="your card")
    return done(f"card by {request.method}")


@requires_checkpoint("data_export", target="all contacts")
def download(_request: HttpRequest) -> HttpResponse:
    """A file, by any method."""
    response = done("download")
    response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
    return response


def contacts(request: HttpRequest) -> HttpResponse:
    """An ordinary page with a link to the file, and a form that asks for it."""
    shown = engines["django"].from_string(
        '<!doctype html><title>Contacts</title><a href="/download/">Download</a><form method="post"'
        ' action="/download/">{% csrf_token %}<button>Export</button></form>'
    )
    return HttpResponse(shown.render({}, request))


class CardApi(APIView):
    """A form of the framework's."""

    def get(self, request: Request) -> Response:
        require_before_form(request, "billing_change")
        return Response({})

    def post(self, request: Request) -> Response:
        require_before_form(request, "billing_change")
        done("card api")
        return Response({})


CHATS: dict[str, Any] = {"preferred_methods": ["whatsapp", "sms"], "fallback_timeout": 20}
"""How some views want their codes sent: otherwise than the site does."""


@requires_checkpoint("billing_change", **CHATS)
def chats(request: HttpRequest) -> HttpResponse:
    return done(f"chats by {request.method}")


def chats_later(request: HttpRequest) -> HttpResponse:
    """Guards inside, as forms do."""
    require(request, "billing_change", target="the plan", **CHATS)
    return done(f"chats later by {request.method}")


class Chats(CheckpointRequiredMixin):
    checkpoint = "billing_change"
    checkpoint_preferred_methods = ["whatsapp", "sms"]
    checkpoint_fallback_timeout = 20

    def get(self, request: HttpRequest) -> HttpResponse:
        return done("chats mixin")


class ChatsApi(APIView):
    permission_classes = [IsAuthenticated, RequiresCheckpoint("billing_change", **CHATS)]

    def get(self, request: Request) -> Response:
        done("chats api")
        return Response({})


def mapped(_request: HttpRequest) -> HttpResponse:
    """Not ours to decorate: guarded by its name in the settings."""
    return done("mapped")


class Keys(APIView):
    authentication_classes = [SessionAuthentication, TokenAuthentication]
    permission_classes = [IsAuthenticated, RequiresCheckpoint("api_key", target="a key")]

    def get(self, request: Request) -> Response:
        done("api get")
        return Response({"keys": []})

    def post(self, request: Request) -> Response:
        done("api post")
        return Response({"created": request.data.get("name")}, status=201)


class Rows(APIView):
    """Writes a row in a permission-guarded view under ATOMIC_REQUESTS."""

    permission_classes = [IsAuthenticated, RequiresCheckpoint("role_grant")]

    def post(self, request: Request) -> Response:
        done(f"api role {request.data.get('name')}")
        return Response({})


class Members(ViewSet):
    permission_classes = [IsAuthenticated]

    @action(detail=False, methods=["post"])
    @method_decorator(requires_checkpoint("role_grant"))
    def promote(self, request: HttpRequest) -> Response:
        done("viewset action")
        return Response({})


@requires_phone_claim("signup", email_first=False)
def join(request: HttpRequest) -> HttpResponse:
    """Signs up: shows the number, and by POST stores it with the account."""
    if request.method != "POST":
        return HttpResponse(f"joining with {request.phone_claim.number}")
    Group.objects.create(name=f"account {request.POST['name']}")
    number = use_phone_claim(request)
    return done(f"{request.POST['name']} joined with {number.e164}")


@requires_phone_claim("signup")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Asks strangers for an e-mail first, as is the default."""
    return done(f"signing up with {request.phone_claim.number}")


@requires_phone_claim(
    "signup", preferred_methods=["whatsapp", "sms"], fallback_timeout=20, email_first=False
)
async def join_async(request: HttpRequest) -> HttpResponse:
    return done(f"async join with {request.phone_claim.number}")


@requires_phone_claim("signup", email_first=False, deferrable=True)
def register(request: HttpRequest) -> HttpResponse:
    """Makes an account; the number is its first way of confirming, if there is one yet."""
    if request.method != "POST":
        return HttpResponse("the form")
    with transaction.atomic():
        made = User.objects.create_user(username=request.POST["name"])
        phone = claim_verified_phone(request, made)
    return done(f"{made} registered {'with' if phone else 'without'} a number")


def new_email(request: HttpRequest) -> HttpResponse:
    """Changes the e-mail address of the account."""
    change_email(request, request.POST["email"])
    return done("new e-mail address")


def first_project(request: HttpRequest) -> HttpResponse:
    """Asks once who somebody is."""
    require_first_action(request, target="your first project")
    return done("first project")


def without_claim(request: HttpRequest) -> HttpResponse:
    """Forgot the decorator."""
    return done(str(use_phone_claim(request)))


def whoami(request: HttpRequest) -> JsonResponse:
    """Reads the session, writes when told to."""
    if "note" in request.GET:
        request.session["note"] = request.GET["note"]
    user = str(request.user) if request.user.is_authenticated else ""
    return JsonResponse({"user": user, "note": request.session.get("note", "")})


def change_password(request: HttpRequest) -> HttpResponse:
    """As Django's own view does it: the browser stays logged in, under a new session key."""
    request.user.set_password(request.POST["password"])
    request.user.save()
    update_session_auth_hash(request, request.user)
    return HttpResponse("changed")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("security/", include("otpguard.urls")),
    path("accounts/", include("otpguard.contrib.password_reset")),
    path("open/", unguarded),
    path("whoami/", whoami),
    path("password/", change_password),
    path("billing/", billing),
    path("export/", export),
    path("roles/failing/", failing),
    path("roles/<str:name>/", grant_role),
    path("keys/", create_key),
    path("keys/<path:odd>/", create_key),
    path("cards/", Card.as_view()),
    path("card/", card),
    path("card-form/", CardLater.as_view()),
    path("script/", script),
    path("script.js", script_file),
    path("api/card/", CardApi.as_view()),
    path("contacts/", contacts),
    path("download/", download),
    path("lost/", lost_mark),
    path("on-get/", OnGet.as_view()),
    path("mixin/", Billing.as_view()),
    path("mixin/stricter/", Billing.as_view(checkpoint="role_grant")),
    path("mixin/async/", AsyncBilling.as_view()),
    path("chats/", chats),
    path("chats/later/", chats_later),
    path("chats/mixin/", Chats.as_view()),
    path(
        "chats/given/",
        Billing.as_view(
            checkpoint_preferred_methods=["whatsapp", "sms"], checkpoint_fallback_timeout=20
        ),
    ),
    path("chats/api/", ChatsApi.as_view()),
    path("mapped/", mapped, name="mapped"),
    path("join/", join),
    path("sign-up/", sign_up),
    path("join/async/", join_async),
    path("register/", register),
    path("projects/", first_project),
    path("email/", new_email),
    path("join/unguarded/", without_claim),
    path("api/keys/", Keys.as_view()),
    path("api/rows/", Rows.as_view()),
    path("api/members/promote/", Members.as_view({"post": "promote"})),
]
