"""URLs of Acme CRM."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from demo_project.views import (
    account,
    attack,
    audit,
    beside,
    billing,
    contacts,
    inbox,
    keys,
    keys_api,
    members,
    own,
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
    path("attack/", attack.attack, name="attack"),
    path("password/", account.password, name="password"),
    path("first-project/", own.first_project, name="first-project"),
    path("email/", own.email, name="email"),
    path("members/", members.members, name="members"),
    path("billing/", billing.billing, name="billing"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<int:key_id>/rotate/", keys.rotate, name="rotate"),
    path("keys/<int:key_id>/scope/", keys.change_scope, name="key-scope"),
    path("keys/<int:key_id>/delete/", keys.delete, name="key-delete"),
    path("api/keys/", keys_api.KeysView.as_view(), name="api-keys"),
    path("api/contacts/", keys_api.ContactsView.as_view(), name="api-contacts"),
    path("audit/", audit.audit, name="audit"),
    path("audit/<uuid:event_id>/", audit.entry, name="audit-entry"),
    path("audit/<uuid:event_id>/file/", audit.download_entry, name="audit-entry-file"),
    path("audit/export/", audit.export, name="audit-export"),
    path("audit/export/file/", audit.download, name="audit-download"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/export/", contacts.export, name="contacts-export"),
    path("", include("otpguard.contrib.password_reset")),
    path("invite/", beside.invite, name="invite"),
    path("policy/", beside.change_policy, name="policy"),
    path("deals/", beside.deals, name="deals"),
    path("pay/", beside.pay, name="pay"),
    path("close/", beside.close, name="close"),
    path("security/", include("otpguard.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
