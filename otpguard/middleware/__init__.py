"""Middleware by the names that MIDDLEWARE uses: the guard's, enrollment's, django-otp's."""

from otpguard.middleware.enrollment import EnrollmentMiddleware
from otpguard.middleware.guard import OtpguardMiddleware
from otpguard.middleware.otp import OtpMiddleware

__all__ = ["EnrollmentMiddleware", "OtpMiddleware", "OtpguardMiddleware"]
