"""What the host's user model says of a person: the one place where an account's e-mail is read.

Codes and notices go where `email_of` says, so nothing else reads that field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError


def find_user(user_id: Any) -> AbstractBaseUser | None:  # noqa: ANN401 (a key of the host's choice)
    """The user with that primary key; None when there is none. One query."""
    return get_user_model()._default_manager.filter(pk=user_id).first()  # noqa: SLF001 (documented)


def known_id(user_id: str) -> str | None:
    """The id, if it is that of an account; None for one that was deleted since, or never was one.
    One query."""
    try:
        return user_id if user_id and find_user(user_id) else None
    except (ValueError, ValidationError):  # no id of this user model
        return None


def email_of(user: AbstractBaseUser | None) -> str:
    """The e-mail address of an account, as the user in hand has it.

    Empty for no user, for a model without such an attribute, and for a value that is not text: a
    code must never go to the `str()` of something else.
    """
    name = user.get_email_field_name() if user else ""
    value = getattr(user, name, "") if name else ""
    return value if isinstance(value, str) else ""


def name_of(user: AbstractBaseUser | AnonymousUser | None) -> str:
    """What somebody logs in by, as text; empty for no user."""
    return str(user.get_username()) if user else ""


def names_of(user_ids: Iterable[str]) -> dict[str, str]:
    """What people log in by, by their ids; those who are not there are left out. One query."""
    people = get_user_model()._base_manager.filter(pk__in=list(user_ids))  # noqa: SLF001 (documented)
    return {str(user.pk): name_of(user) for user in people}


def search_columns(model: Any) -> tuple[str, ...]:  # noqa: ANN401 (the host's own user model)
    """The columns of `model` in which people are searched: what they log in by and their e-mail
    address, as far as the model keeps them in columns of its own."""
    login = model._meta.get_field(model.USERNAME_FIELD)  # noqa: SLF001 (documented)
    named = () if login.is_relation else (login.name,)
    return tuple(dict.fromkeys(filter(None, (*named, email_field(model)))))


def email_field(model: type[AbstractBaseUser]) -> str:
    """The column of `model` in which e-mail addresses can be searched; empty when it has none."""
    columns = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 (documented)
    name = model.get_email_field_name()
    return name if name in columns else ""


def save_email(user: AbstractBaseUser, email: str) -> None:
    """Give an account another e-mail address. Raises AttributeError for a model that keeps none."""
    name = user.get_email_field_name()
    setattr(user, name, email)
    user.save(update_fields=[name])
