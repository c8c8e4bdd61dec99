"""Public signals for host projects. Never used inside otpguard.

Each is sent after the commit of the change it reports, with keyword arguments only.
"""

from __future__ import annotations

from django.dispatch import Signal

challenge_verified = Signal()
"""A factor was proven: `user_id`, `tenant_id`, `checkpoint`, `method`."""

phone_was_verified = Signal()
"""A person has confirmed a phone number of theirs for the first time: `user_id`."""

password_was_reset = Signal()
"""A password was reset and all logins have ended: `user_id`, `email_only`. End here what otpguard
does not know of, such as API tokens."""

account_email_changed = Signal()
"""The e-mail address of an account was changed, or the old one restored: `user_id`. Follow here
what else holds it, such as allauth's table."""

audit_log_was_damaged = Signal()
"""A check found that the audit log is damaged: `log`, its name, and `damages`, how many."""

challenge_repudiated = Signal()
"""Somebody pressed "this was not me": `user_id`, `tenant_id`, `checkpoint`."""

account_was_closed = Signal()
"""The wait after "close the account" is over and the organization is suspended: `tenant_id`.
Delete or keep its data here, as your contract says."""
