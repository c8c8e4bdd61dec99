"""What waits for a second admin of the tenant, or was decided: read, approved and refused.

The reading is guarded by `security_settings.factor_reset`; a decision by the checkpoint of what was
asked for.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from otpguard.api import documents
from otpguard.api.approval_document import approval_document
from otpguard.api.members import Answer, MembersView, NobodyError
from otpguard.api.operation import PAGING, Operation
from otpguard.api.paging import ListOrder, page_of
from otpguard.flows.approval import approve
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.tenant.import_request import MEMBER_IMPORT
from otpguard.flows.tenant.member_request import ROLE_GRANT
from otpguard.http.facts import facts_of
from otpguard.http.guard import require

ASKED_BY_HOSTS = (ROLE_GRANT, MEMBER_IMPORT)
"""What a host's code may ask for in another process: it is known here as well."""

APPROVALS_ORDER = ListOrder(name="approvals", columns=("created_at", "id"), newest_first=True)


class ApprovalsView(MembersView):
    """What waits, or was decided, in the caller's tenant."""

    operations = {
        "GET": Operation(
            name="list_approvals",
            summary="What waits, and what was decided; the newest first",
            tag="Approvals",
            answers={200: documents.ApprovalPageDocument},
            query=PAGING,
            checkpoint=CHECKPOINT,
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Answer:
        """The newest first, a page at a time."""
        require(request, CHECKPOINT, target="approvals", reads_safely=True)
        page = page_of(
            request,
            approve.within_reach(facts_of(request)).prefetch_related("votes"),
            APPROVALS_ORDER,
        )
        return Response(
            {"approvals": [approval_document(row) for row in page.rows], "next": page.next}
        )


class DecisionView(MembersView):
    """Approve or refuse what another admin asked for."""

    approves: ClassVar[bool] = False

    def operation_of(self, _method: str) -> Operation:
        """Two URLs, and what each does."""
        return Operation(
            name="approve" if self.approves else "refuse",
            summary="Approve what another asked for" if self.approves else "Refuse it",
            tag="Approvals",
            answers={200: documents.ApprovalDocument},
            path={"approval_id": "The id of an approval."},
            checkpoint=CHECKPOINT,
            problems=(404, 412),
        )

    def post(self, request: Request, approval_id: Any) -> Answer:  # noqa: ANN401 (a UUID)
        """200 with the decision, `open` while it needs more approvals; 401 until stepped up, 403
        for the person who asked and for who has approved already."""
        facts = facts_of(request)
        row = approve.within_reach(facts).select_related("subject").filter(pk=approval_id).first()
        if row is None:
            raise NobodyError
        approve.check_decider(facts, row)
        word = "approve" if self.approves else "refuse"
        about = {"approval": str(row.pk), "decision": word}
        known = row.action in approve.ACTIONS
        checkpoint = approve.ACTIONS.get(row.action).checkpoint if known else CHECKPOINT
        person = f" ({row.subject})" if row.subject else ""
        require(request, checkpoint, target=f"{word}: {row.action}{person}", body=about)
        if self.approves:
            approve.approve_action(facts=facts, approval_id=row.pk)
        else:
            approve.refuse_action(facts=facts, approval_id=row.pk)
        row.refresh_from_db()
        return Response(approval_document(row))
