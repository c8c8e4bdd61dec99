"""The guarded host whose logins come by another library; `ROOT_URLCONF = "tests.library_host"`.

Each library is there if its package is installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.urls import include, path

from tests.saml_host import urlpatterns as ours

urlpatterns: list[Any] = [*ours]
if find_spec("mozilla_django_oidc"):
    urlpatterns.append(path("oidc/", include("mozilla_django_oidc.urls")))
if find_spec("djangosaml2"):
    from otpguard.contrib.djangosaml2 import GuardedAcsView

    urlpatterns += [
        path("saml2/acs/", GuardedAcsView.as_view(), name="saml2_acs"),
        path("saml2/", include("djangosaml2.urls")),
    ]
