"""What is deleted along with a person or a tenant in the admin: the one way past read-only.

Django asks every model whose rows would be deleted for permission. Ours give it on the pages that
delete users or tenants, and nowhere else; the flow `erase` does the rest.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from otpguard.flows.erase import is_kept
from otpguard.models import Hold, Membership, Tenant

PAGES = ("delete", "changelist")
"""Django's page for one row, and its action for many."""


def falls_along(request: HttpRequest, obj: Any) -> bool:  # noqa: ANN401 (any row)
    """True for a row that may go because its person or tenant is being deleted.

    Not for a hold that runs, nor for a member whom a legal hold keeps: the page then says that
    these rows stand in the way.
    """
    if obj is None or not is_deletion(request):
        return False
    if isinstance(obj, Hold):
        return obj.lifted_at is not None or obj.until <= timezone.now()
    return not (isinstance(obj, Membership) and is_kept(user_id=obj.user_id))


def is_deletion(request: HttpRequest) -> bool:
    """True on a page of any admin site that can delete users or tenants."""
    match = request.resolver_match
    if match is None or match.app_name != "admin":
        return False
    people = get_user_model()._meta.concrete_model  # noqa: SLF001 (Django's documented Meta API)
    stem, _, page = (match.url_name or "").rpartition("_")
    return page in PAGES and stem in {_stem(Tenant), *map(_stem, _with_proxies(people))}


def _with_proxies(model: Any) -> list[Any]:  # noqa: ANN401 (a model)
    every = model._meta.apps.get_models()  # noqa: SLF001 (as above)
    return [each for each in every if each._meta.concrete_model is model]  # noqa: SLF001 (as above)


def _stem(model: Any) -> str:  # noqa: ANN401 (a model)
    return f"{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001 (as above)
