"""Object actions: one change each, on a page of its own, by one flow call (C36).

A page has its own URL, a small form and a button. The form is checked first, then the guard is
asked for the action's checkpoint, `security_settings` for most, with a name for what is about to
happen, then the flow runs. A proof covers exactly this object and these fields, once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Protocol

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.forms.errors import add_input_error
from otpguard.forms.reason import ReasonForm
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.labels import Text

CHECKPOINT = "security_settings"
_CSRF = "csrfmiddlewaretoken"


class ActingAdmin(Protocol):
    """What an action needs of the model admin that offers it."""

    opts: Any
    admin_site: AdminSite

    @property
    def object_actions(self) -> tuple[type[ObjectAction], ...]:
        """The actions of this model."""

    def may_act(self, request: HttpRequest) -> bool:
        """Whether this person may use the object actions."""

    def page_of(self, obj: Model | None) -> str:
        """The URL of an object's page, or of the list."""

    def title_of(self, obj: Any) -> str:  # noqa: ANN401 (any row)
        """What a row is called in titles."""

    def get_object(self, request: HttpRequest, object_id: str) -> Any:  # noqa: ANN401 (any row)
        """The row of that id, or None."""


class ObjectAction:
    """One change of one object; a new one for each request.

    Subclasses set `slug`, `label` and `run`, and `checkpoint` if another one guards it. `on_list`
    puts the button on the list, where there is no object.
    """

    slug: ClassVar[str]
    label: ClassVar[Text]
    help: ClassVar[Text] = ""
    checkpoint: str = CHECKPOINT
    on_list: ClassVar[bool] = False
    keeps: ClassVar[tuple[str, ...]] = ()
    """The filters of the list that the page of the action begins with."""
    grave: ClassVar[bool] = False
    form_class: ClassVar[type[forms.Form]] = ReasonForm
    template: ClassVar[str] = "action.html"

    def __init__(self, model_admin: ActingAdmin, request: HttpRequest, obj: Any) -> None:  # noqa: ANN401 (any row)
        self.model_admin = model_admin
        self.request = request
        self.obj = obj

    def is_offered(self) -> bool:
        """Whether the button makes sense for this object now."""
        return True

    def initial(self) -> dict[str, Any]:
        """What the form starts with."""
        return {}

    def form(self, data: Any = None) -> forms.Form:  # noqa: ANN401 (a QueryDict or None)
        """The form, empty or with what was posted."""
        return self.form_class(data, initial=self.initial())

    def target(self, _form: Any) -> str:  # noqa: ANN401 (a form of form_class)
        """What the step-up page names."""
        about = self.subtitle()
        return f"{self.label}: {about}" if about else str(self.label)

    def context(self, _form: forms.Form) -> dict[str, Any]:
        """What the page shows besides the form."""
        return {}

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (a form of form_class)
        """Call the one flow; returns what to say. Raises InvalidInput and NotAllowed."""
        raise NotImplementedError

    def subtitle(self) -> str | None:
        """What the page says it is about; None on the list."""
        return self.model_admin.title_of(self.obj) if self.obj is not None else None

    def next_url(self) -> str:
        """Where to go afterwards: the object's page, or the list."""
        return self.back_url()

    def back_url(self) -> str:
        """Where Cancel goes."""
        return self.model_admin.page_of(self.obj)

    def respond(self) -> HttpResponse:
        """Show the form, or check, guard, act and go back. RequestRefused passes through."""
        if self.request.method != "POST":
            return self._page(self.form())
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        posted = {name: self.request.POST.getlist(name) for name in self.request.POST}
        posted.pop(_CSRF, None)
        about = {"object": str(self.obj.pk) if self.obj is not None else "", "fields": posted}
        require(self.request, self.checkpoint, target=self.target(form), body=about)
        try:
            said = self.run(facts_from(self.request), form)
        except InvalidInput as bad:
            add_input_error(form, bad)
            return self._page(form, status=400)
        except NotAllowed as refused:
            form.add_error(None, refused.message)
            return self._page(form, status=403)
        messages.success(self.request, str(said))
        return HttpResponseRedirect(self.next_url())

    def _page(self, form: forms.Form, *, status: int = 200) -> HttpResponse:
        admin = self.model_admin
        context = {
            **admin.admin_site.each_context(self.request),
            "title": self.label,
            "subtitle": self.subtitle(),
            "opts": admin.opts,
            "object": self.obj,
            "action": self,
            "form": form,
            "back_url": self.back_url(),
            **self.context(form),
        }
        self.request.current_app = admin.admin_site.name
        return TemplateResponse(
            self.request, f"admin/otpguard/{self.template}", context, status=status
        )


def url_name(opts: Any, slug: str) -> str:  # noqa: ANN401 (Django's model options)
    """The name of an action's URL inside the admin."""
    return f"{opts.app_label}_{opts.model_name}_do_{slug}"


def urls_of(model_admin: ActingAdmin) -> list[URLPattern]:
    """The URLs of a model's actions, which must come before the admin's own."""
    wrap = model_admin.admin_site.admin_view
    found = []
    for kind in model_admin.object_actions:
        view: Callable[..., HttpResponse] = partial(_view, model_admin, kind)
        route = f"do/{kind.slug}/" if kind.on_list else f"<path:object_id>/do/{kind.slug}/"
        found.append(path(route, wrap(view), name=url_name(model_admin.opts, kind.slug)))
    return found


def buttons(model_admin: ActingAdmin, request: HttpRequest, obj: Model | None) -> list[Any]:
    """The buttons for one object, or for the list when there is none."""
    if not model_admin.may_act(request):
        return []
    kinds = [kind for kind in model_admin.object_actions if kind.on_list == (obj is None)]
    made = [kind(model_admin, request, obj) for kind in kinds]
    return [
        {"label": action.label, "url": url_of(action), "grave": action.grave}
        for action in made
        if action.is_offered()
    ]


def url_of(action: ObjectAction) -> str:
    """Where an action's page is."""
    args = [] if action.on_list else [quote(action.obj.pk)]
    admin, given = action.model_admin, action.request.GET
    kept = {name: given[name] for name in action.keeps if name in given}
    return url_in(admin.admin_site.name, url_name(admin.opts, action.slug), *args, **kept)


def url_in(site: str, name: str, *args: object, **query: object) -> str:
    """The URL of a page of the admin site of that name. Raises NoReverseMatch."""
    return reverse(f"admin:{name}", args=args, query=query or None, current_app=site)


def _view(
    model_admin: ActingAdmin,
    kind: type[ObjectAction],
    request: HttpRequest,
    object_id: str | None = None,
) -> HttpResponse:
    if not model_admin.may_act(request):
        raise PermissionDenied
    obj = None
    if object_id is not None:
        obj = model_admin.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404(_("It no longer exists."))
    action = kind(model_admin, request, obj)
    if not action.is_offered():
        messages.warning(request, str(_("This can no longer be done: it has already ended.")))
        return HttpResponseRedirect(model_admin.page_of(obj))
    return action.respond()
