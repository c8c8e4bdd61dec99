"""URLs of Acme CRM."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from demo_project.views import (
    account,
    audit,
    billing,
    contacts,
    inbox,
    keys,
    keys_api,
    members,
    signup,
    tour,
)

urlpatterns = [
    path("", tour.tour, name="tour"),
    path("cards/<slug:name>/", tour.start_card, name="start-card"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/messages/", inbox.messages, name="inbox-messages"),
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("tenant/", account.switch, name="switch"),
    path("profile/", account.profile, name="profile"),
    path("signup/", signup.signup, name="signup"),
    path("signup/finish/", signup.finish, name="signup-finish"),
    path("password/", account.password, name="password"),
    path("members/", members.members, name="members"),
    path("billing/", billing.billing, name="billing"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<int:key_id>/rotate/", keys.rotate, name="rotate"),
    path("api/keys/", keys_api.KeysView.as_view(), name="api-keys"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit-export"),
    path("audit/export/file/", audit.download, name="audit-download"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/export/", contacts.export, name="contacts-export"),
    path("contacts/export/file/", contacts.download, name="contacts-download"),
    path("security/", include("otpguard.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
