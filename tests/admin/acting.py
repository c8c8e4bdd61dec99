"""What the fixture `act` gives to the tests of the admin."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

Act = Callable[..., HttpResponse]
