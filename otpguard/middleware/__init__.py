"""Middleware by the names that MIDDLEWARE uses: the guard's, enrollment's, the login's,
django-otp's, and the one of single sign-on."""

from otpguard.middleware.enrollment import EnrollmentMiddleware
from otpguard.middleware.guard import OtpguardMiddleware
from otpguard.middleware.login import LoginMiddleware
from otpguard.middleware.otp import OtpMiddleware
from otpguard.middleware.sign_in import SingleSignOnMiddleware

__all__ = [
    "EnrollmentMiddleware",
    "LoginMiddleware",
    "OtpMiddleware",
    "OtpguardMiddleware",
    "SingleSignOnMiddleware",
]
