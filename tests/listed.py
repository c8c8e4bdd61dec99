"""A host whose doors are guarded in every way, and some that are open: `ROOT_URLCONF` of the list
of guards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_GET
from django.views.generic import CreateView, UpdateView
from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

import otpguard
from otpguard import keys as api_keys
from otpguard.api.permissions import RequiresCheckpoint
from otpguard.host_events import HostEvent
from tests import guarded


@dataclass(frozen=True, kw_only=True)
class GroupSeen(HostEvent):
    """Declared by the test."""


class GroupForm(forms.ModelForm):
    class Meta:
        model = Group
        fields = ("name",)


class GroupSerializer(ModelSerializer):
    class Meta:
        model = Group
        fields = ("name",)


class OpenGroups(ModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer


class GuardedGroups(OpenGroups):
    permission_classes = [RequiresCheckpoint("role_grant")]


class ListedGroups(ListAPIView):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer


class NewGroup(CreateView):
    model = Group
    fields = ("name",)


class EditedGroup(UpdateView):
    form_class = GroupForm

    def form_valid(self, form: Any) -> HttpResponse:
        otpguard.require(self.request, "role_grant")
        return super().form_valid(form)


def store(name: str) -> None:
    """What views call to write."""
    Group.objects.create(name=name)


def deep(request: HttpRequest) -> HttpResponse:
    store(request.POST["name"])
    return HttpResponse()


def by_form(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST)
    form.save()
    return HttpResponse()


def found(name: str) -> Group:
    """What views call to find a row."""
    return Group.objects.get(name=name)


def by_helper(request: HttpRequest) -> HttpResponse:
    found(request.POST["name"]).delete()
    group = found(request.POST["name"])
    group.delete()
    return HttpResponse()


def other_model(request: HttpRequest) -> HttpResponse:
    User.objects.update(first_name="x")
    return HttpResponse()


@require_GET
def only_read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Group.objects.count())


def chosen(request: HttpRequest) -> HttpResponse:
    otpguard.require(request, request.GET["checkpoint"])
    store("x")
    return HttpResponse()


def new_key(request: HttpRequest) -> HttpResponse:
    api_keys.create(request, name="ci", environment="test")
    return HttpResponse()


def seen(request: HttpRequest) -> HttpResponse:
    otpguard.require_event(request, GroupSeen())
    return HttpResponse()


urlpatterns = [
    path("admin/", admin.site.urls),
    path("security/", include("otpguard.urls")),
    path("open/deep/", deep, name="deep"),
    path("open/form/", by_form, name="by-form"),
    path("open/helper/", by_helper, name="by-helper"),
    path("open/new/", NewGroup.as_view(), name="new"),
    path("open/api/", OpenGroups.as_view({"post": "create"}), name="open-api"),
    path("api/", GuardedGroups.as_view({"post": "create"}), name="api"),
    path("api/list/", ListedGroups.as_view(), name="list"),
    path("other/", other_model, name="other"),
    path("read/", only_read, name="read"),
    path("edit/<int:pk>/", EditedGroup.as_view(), name="edit"),
    path("chosen/", chosen, name="chosen"),
    path("key/", new_key, name="key"),
    path("seen/", seen, name="seen"),
    path("mark/", guarded.billing, name="mark"),
    path("mixin/", guarded.Billing.as_view(), name="mixin"),
    path("method/", guarded.OnGet.as_view(), name="method"),
    path("lost/", guarded.lost_mark, name="lost"),
    path("join/", guarded.join, name="join"),
    path("mapped/", guarded.mapped, name="mapped"),
]
