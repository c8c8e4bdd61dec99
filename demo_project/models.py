"""What Acme CRM keeps for its customers. Every row belongs to one tenant."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from otpguard.models import Tenant


class ApiKey(models.Model):
    """A key that programs use. The secret is shown once; here is only its digest."""

    class Environment(models.TextChoices):
        """What the key opens. Production has a checkpoint of its own."""

        DEVELOPMENT = "development", "development"
        PRODUCTION = "production", "production"

    class Scope(models.TextChoices):
        """What may be done with it."""

        READ = "read", "read"
        WRITE = "read and write", "read and write"

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=40)
    environment = models.CharField(
        max_length=16, choices=Environment, default=Environment.DEVELOPMENT
    )
    scope = models.CharField(max_length=16, choices=Scope, default=Scope.READ)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    last_rotated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "name"], name="demo_apikey_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} key '{self.name}'"


class Contact(models.Model):
    """Somebody whom the tenant does business with."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=80)
    company = models.CharField(max_length=80)
    email = models.EmailField()
    city = models.CharField(max_length=40)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Deal(models.Model):
    """What a customer of the tenant's is worth."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="deal")
    name = models.CharField(max_length=80)
    dollars = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.name


class PaymentMethod(models.Model):
    """The card that the tenant pays with: its last digits, never its number."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="payment_method")
    holder = models.CharField(max_length=80)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    expires = models.CharField(max_length=5)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.brand} ending in {self.last4}"


class Visit(models.Model):
    """A card of the tour that is done by looking at its page, and has been."""

    card = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.card
