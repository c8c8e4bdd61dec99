"""A host whose admin is a site of its own."""

from __future__ import annotations

from django.contrib import admin

from tests.surroundings.host import urls


class OwnSite(admin.AdminSite):
    """Has another name and another header, and what Django's has registered."""

    site_header = "Acme"


site = OwnSite(name="acme")
site._registry = {model: type(each)(model, site) for model, each in admin.site._registry.items()}
urlpatterns = urls(site)
