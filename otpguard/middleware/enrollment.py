"""The middleware that enforces enrollment, which a host adds if it wants to.

It must stand after the session, authentication and tenant middleware and before the guard's, or a
bound proof would be spent on a request that is closed then.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.core.enrollment import Overdue
from otpguard.http import enrollment
from otpguard.http.unavailable import unavailable
from otpguard.middleware.closing import ClosingMiddleware
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.enrollment")


class EnrollmentMiddleware(ClosingMiddleware):
    """Closes everything but enrollment to members who are overdue with it.

    Costs one statement for each request of somebody who is logged in, and one more for members
    whom a rule asks. It knows `request.user` only: a caller whom an API view authenticates by
    itself passes here, and meets the guard where that view is guarded.
    """

    def closed(self, request: HttpRequest) -> HttpResponseBase | None:
        """See ClosingMiddleware."""
        try:
            status = enrollment.enrollment_status_of_request(request)
        except STORE_ERRORS:
            logger.exception("cannot tell whether enrollment is overdue")
            return unavailable(request)
        return (
            enrollment.send_to_enrollment(request, status) if isinstance(status, Overdue) else None
        )
