"""The URLs of a project with two admin sites: Django's own, and another one named acme."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from tests.urls import urlpatterns as of_the_host

site = admin.AdminSite(name="acme")
site._registry = {model: type(each)(model, site) for model, each in admin.site._registry.items()}
urlpatterns = [path("acme/", site.urls), *of_the_host]
