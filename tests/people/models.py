"""The user models, as the source of the app `people` of a host."""

from __future__ import annotations

_PLAIN = """
import uuid
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AbstractUser, PermissionsMixin
from django.db import models


class People(BaseUserManager):
    def create_user(self, name, password, **fields):
        made = self.model(**{self.model.USERNAME_FIELD: name}, **fields)
        made.set_password(password)
        made.save()
        return made

"""

BY_UUID = f"""{_PLAIN}
class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
"""

BY_TEXT = f"""{_PLAIN}
class User(AbstractBaseUser, PermissionsMixin):
    code = models.CharField(primary_key=True, max_length=120)
    email = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False)
    objects = People()
    USERNAME_FIELD = "email"

    def save(self, **kwargs):
        self.code = self.code or f"emp/{{'x' * 80}}/{{self.email.partition('@')[0]}}_2F"
        super().save(**kwargs)
"""

WITHOUT_EMAIL = f"""{_PLAIN}
class User(AbstractBaseUser, PermissionsMixin):
    badge = models.CharField(max_length=40, unique=True)
    is_staff = models.BooleanField(default=False)
    objects = People()
    USERNAME_FIELD = "badge"
"""

BY_NUMBER = f"""{_PLAIN}
class User(AbstractBaseUser, PermissionsMixin):
    number = models.PositiveIntegerField(unique=True)
    address = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)
    objects = People()
    USERNAME_FIELD = "number"
    EMAIL_FIELD = "address"

    def __str__(self):
        return f"no. {{self.number}}"
"""

MODELS = {
    "as Django has it": "",
    "UUID as key": BY_UUID,
    "text with slashes as key, e-mail as login": BY_TEXT,
    "no e-mail and no username": WITHOUT_EMAIL,
    "a number as login": BY_NUMBER,
}
"""The source of each model; none for `auth.User`."""
