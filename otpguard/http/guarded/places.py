"""The list of a host's doors, each with its checkpoint and the sensitive models that it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.views.generic.edit import DeletionMixin, ModelFormMixin
from rest_framework.mixins import CreateModelMixin, DestroyModelMixin, UpdateModelMixin

from otpguard.conf import settings
from otpguard.core.facts import SAFE_METHODS
from otpguard.core.guard_list import GuardedPlace, How, PlaceKind
from otpguard.http.guarded.source import SourceFacts, models_of, read_source
from otpguard.http.guarded.url_views import UrlView, project_views
from otpguard.http.login_views import is_login_or_logout
from otpguard.http.marker import ATTRIBUTE, is_never_guarded, marker_of, methods_of

_HANDLERS = ("get", "post", "put", "patch", "delete")
_EDITING = (ModelFormMixin, DeletionMixin, CreateModelMixin, UpdateModelMixin, DestroyModelMixin)
_ADMIN_WRITES = ("_add", "_change", "_delete", "_changelist")
_OWN_ADMIN = "otpguard.admin"


def guarded_places() -> list[GuardedPlace]:
    """Every URL, API view and admin action of the project, in the order of its URLs.

    Imports the URLs and reads source; no database. Raises ImproperlyConfigured for wrong settings,
    LookupError for a sensitive model that there is not.
    """
    sensitive = sensitive_models()
    views = project_views()
    places = [_place(view, sensitive) for view in views]
    return [*places, *_admin_actions(views, sensitive)]


def sensitive_models() -> dict[type[Model], str]:
    """The models of SENSITIVE_MODELS with their labels. Raises LookupError for an unknown one."""
    found = {}
    for label in settings().sensitive_models:
        try:
            found[apps.get_model(label)] = label
        except ValueError:
            raise LookupError(f'"{label}" is not of the form "app.Model"') from None
    return found


def _place(view: UrlView, sensitive: dict[type[Model], str]) -> GuardedPlace:
    callback = view.callback
    kind = _class_of(callback)
    model_admin = getattr(callback, "model_admin", None)
    facts = read_source(_code_of(callback, kind, model_admin))
    written = {*facts.writes, *_declared_writes(view, kind, model_admin)}
    how, checkpoints = _guard(view, kind, model_admin, facts)
    return GuardedPlace(
        kind=_kind_of(callback, model_admin),
        path=view.route,
        name=view.name,
        how=how,
        checkpoints=checkpoints,
        writes=_labels(written, sensitive),
        only_reads=_only_reads(callback, kind),
    )


def _kind_of(callback: Any, model_admin: Any) -> PlaceKind:  # noqa: ANN401 (any view)
    if hasattr(callback, "cls"):
        return PlaceKind.API
    return PlaceKind.ADMIN if model_admin is not None else PlaceKind.URL


def _class_of(callback: Any) -> type[Any] | None:  # noqa: ANN401 (any view)
    found = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    return found if isinstance(found, type) else None


def _guard(
    view: UrlView,
    kind: type[Any] | None,
    model_admin: Any,  # noqa: ANN401 (a model admin, or None)
    facts: SourceFacts,
) -> tuple[How, tuple[str, ...]]:
    """How a view is guarded, and by which checkpoints. What is outside comes first."""
    if is_login_or_logout(view.callback, view.name):
        return How.LOGIN, ()
    if is_never_guarded(view.callback, view.name) or _is_own_admin(model_admin):
        return How.OWN, ()
    found: dict[str, How] = {}
    if marked := getattr(view.callback, ATTRIBUTE, None):
        found[marked.checkpoint] = How.MARK
    elif mapped := _mapped(view):
        found[mapped] = How.SETTINGS
    for slug in _permissions(view.callback, kind):
        found.setdefault(slug, How.PERMISSION)
    for slug in _on_methods(kind):
        found.setdefault(slug, How.METHOD)
    for slug in sorted(facts.checkpoints):
        found.setdefault(slug, How.CALL)
    return next(iter(found.values()), How.NONE), tuple(found)


def _mapped(view: UrlView) -> str:
    try:
        marker = marker_of(view.callback, view.name)
    except ImproperlyConfigured:
        return ""  # the check E041 says so
    return marker.checkpoint if marker else ""


def _permissions(callback: Any, kind: type[Any] | None) -> Iterator[str]:  # noqa: ANN401 (any view)
    given = getattr(callback, "initkwargs", {}).get("permission_classes")
    for each in given or getattr(kind, "permission_classes", None) or ():
        if hasattr(each, "checkpoint"):
            yield str(each.checkpoint)


def _on_methods(kind: type[Any] | None) -> Iterator[str]:
    for base in kind.__mro__ if kind else ():
        for method in vars(base).values():
            if marker := getattr(method, ATTRIBUTE, None):
                yield marker.checkpoint


def _code_of(callback: Any, kind: type[Any] | None, model_admin: Any) -> list[Any]:  # noqa: ANN401 (any view)
    """The functions that may run for a request: the view, and each method of its class."""
    owners = [each for each in (kind, type(model_admin) if model_admin else None) if each]
    methods = [
        method
        for owner in owners
        for base in owner.__mro__
        for method in vars(base).values()
        if callable(method)
    ]
    return [callback, *methods]


def _declared_writes(
    view: UrlView,
    kind: type[Any] | None,
    model_admin: Any,  # noqa: ANN401 (a model admin, or None)
) -> Iterator[type[Model]]:
    """The models that a generic view or an admin page writes by what it declares."""
    if isinstance(model_admin, ModelAdmin) and view.name.endswith(_ADMIN_WRITES):
        yield model_admin.model
        for inline in model_admin.inlines:
            yield inline.model
    if kind is None or not issubclass(kind, _EDITING):
        return
    declared = [getattr(kind, name, None) for name in ("model", "form_class", "serializer_class")]
    for value in [*declared, getattr(getattr(kind, "queryset", None), "model", None)]:
        yield from models_of(value)


def _only_reads(callback: Any, kind: type[Any] | None) -> bool:  # noqa: ANN401 (any view)
    methods = methods_of(callback)
    if methods is not None:
        return methods <= SAFE_METHODS
    actions = getattr(callback, "actions", None)
    if actions:
        return {each.upper() for each in actions} <= SAFE_METHODS
    if kind is None:
        return False
    return {name.upper() for name in _HANDLERS if hasattr(kind, name)} <= SAFE_METHODS


def _admin_actions(
    views: Iterable[UrlView], sensitive: dict[type[Model], str]
) -> Iterator[GuardedPlace]:
    """The actions of every list of a mounted admin site; the guard of the list is theirs too."""
    for view in views:
        model_admin = getattr(view.callback, "model_admin", None)
        if not isinstance(model_admin, ModelAdmin) or not view.name.endswith("_changelist"):
            continue
        if _is_own_admin(model_admin):
            continue
        mapped = _mapped(view)
        for name, function in _actions_of(model_admin):
            facts = read_source([function])
            inside = tuple(sorted(facts.checkpoints - {mapped}))
            written = facts.writes or {model_admin.model}
            yield GuardedPlace(
                kind=PlaceKind.ADMIN_ACTION,
                path=f"{view.route}#{name}",
                name=f"{model_admin.opts.label}.{name}",
                how=How.SETTINGS if mapped else How.CALL if inside else How.NONE,
                checkpoints=((mapped,) if mapped else ()) + inside,
                writes=_labels(written, sensitive),
            )


def _actions_of(model_admin: ModelAdmin[Any]) -> Iterator[tuple[str, Any]]:
    yield from model_admin.admin_site.actions
    for each in model_admin.actions or ():
        named: Any = each if callable(each) else getattr(model_admin, str(each), None)
        yield getattr(named, "__name__", str(each)), named


def _is_own_admin(model_admin: Any) -> bool:  # noqa: ANN401 (a model admin, or None)
    """Our own lists only read, and each of their actions asks for itself."""
    return model_admin is not None and type(model_admin).__module__.startswith(_OWN_ADMIN)


def _labels(written: Iterable[type[Model]], sensitive: dict[type[Model], str]) -> tuple[str, ...]:
    concrete = {model._meta.concrete_model for model in written}  # noqa: SLF001 (Django's documented Meta API)
    return tuple(sorted(label for model, label in sensitive.items() if model in concrete))
