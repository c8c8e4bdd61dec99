"""Guard a field of a GraphQL schema made with strawberry, before any resolver runs.

    @strawberry.mutation(extensions=[GuardedField("api_key")])
    def create_key(self, info, name: str) -> str: ...

    schema = strawberry.Schema(Query, Mutation, extensions=[StepUpExtension])

An async view takes AsyncStepUpExtension. One proof serves one guarded field: a request that selects
two, or one of them twice under other names, is refused whole. So guarded fields stand on the root
types only, where a selection is resolved once. A field fails if the extension has not asked for it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
)
from graphql.utilities import value_from_ast_untyped
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.types import ExecutionContext, Info

from otpguard.conf import declared
from otpguard.contrib.adapted import NO_PRESENCE, AdaptedRequest, is_safe_from_other_sites
from otpguard.http import guard as door
from otpguard.http.guard_state import RequestRefused
from otpguard.http.refusal import answer_refusal

ONE_FIELD = "one_guarded_field"
_PASSED = "_otpguard_field"

FieldTarget = str | Callable[[dict[str, Any]], str]


class GuardedField(FieldExtension):
    """A root field that is resolved only after its checkpoint has passed.

    `target` is text, or a callable that gets the field's arguments as they were sent. Raises
    ImproperlyConfigured at import for an unknown checkpoint.
    """

    def __init__(self, checkpoint: str, *, target: FieldTarget = "") -> None:
        self.checkpoint = declared(checkpoint)
        self.target = target

    def resolve(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401 (strawberry's signature)
        info: Info[Any, Any],
        **kwargs: Any,  # noqa: ANN401 (strawberry's signature)
    ) -> Any:  # noqa: ANN401 (strawberry's signature)
        """Resolve the field. Raises ImproperlyConfigured where nobody asked for a proof."""
        _check_passed(info)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401 (strawberry's signature)
        info: Info[Any, Any],
        **kwargs: Any,  # noqa: ANN401 (strawberry's signature)
    ) -> Any:  # noqa: ANN401 (strawberry's signature)
        """The same for async resolvers."""
        _check_passed(info)
        return await next_(source, info, **kwargs)


class StepUpExtension(SchemaExtension):
    """Asks for the proof that an operation's guarded field needs, under a sync view."""

    def on_execute(self) -> Iterator[None]:
        """Before the first resolver. A refusal is a GraphQLError whose `extensions` are the problem
        document."""
        _ask(self.execution_context)
        yield


class AsyncStepUpExtension(SchemaExtension):
    """The same under an async view."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Before the first resolver, in a thread: the guard reads the database."""
        await sync_to_async(_ask)(self.execution_context)
        yield


def _ask(context: ExecutionContext) -> None:
    selected = list(_selected(context))
    if not selected:
        return
    request = request_of(context.context)
    if len(selected) > 1 or _PASSED in request.__dict__:
        raise GraphQLError(
            "Select one guarded field in each request: a proof serves one.",
            extensions={
                "code": ONE_FIELD,
                "fields": sorted(node.name.value for node, _ in selected),
            },
        )
    [(node, guarded)] = selected
    arguments = _arguments(context, node)
    target = guarded.target if isinstance(guarded.target, str) else guarded.target(arguments)
    auth = None if is_safe_from_other_sites(request) else NO_PRESENCE
    try:
        door.require(
            AdaptedRequest(request, auth=auth),
            guarded.checkpoint,
            target=target,
            body={"field": node.name.value, "arguments": arguments},
        )
    except RequestRefused as refused:
        document = json.loads(answer_refusal(request, refused, machine=True).content)
        raise GraphQLError(document["title"], nodes=[node], extensions=document) from None
    request.__dict__[_PASSED] = node


def request_of(context: Any) -> HttpRequest:  # noqa: ANN401 (a host's own context, too)
    """Django's request in the context of a schema. Raises ImproperlyConfigured without one."""
    found = (
        context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    )
    if not isinstance(found, HttpRequest):
        raise ImproperlyConfigured(
            "otpguard guards GraphQL over HTTP only: the context holds no request of Django's"
        )
    return found


def _check_passed(info: Info[Any, Any]) -> None:
    raw = info._raw_info  # noqa: SLF001 (strawberry offers no other way to the nodes)
    passed = request_of(info.context).__dict__.get(_PASSED)
    if raw.path.prev is not None or not any(node is passed for node in raw.field_nodes):
        raise ImproperlyConfigured(
            f'"{info.field_name}" is guarded: put it on a root type, and StepUpExtension (or'
            " AsyncStepUpExtension) into the schema's extensions"
        )


def _selected(context: ExecutionContext) -> Iterator[tuple[FieldNode, GuardedField]]:
    """The guarded fields that the operation selects on its root type, each as often as it does.

    What a directive would leave out is counted: a guard that asks too much is the safe mistake.
    """
    document = context.graphql_document
    operation = _operation(context)
    if document is None or operation is None:
        return
    root = context.schema._schema.get_root_type(operation.operation)  # noqa: SLF001 (no other way)
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    for node in _root_fields(operation.selection_set, fragments):
        field = root.fields.get(node.name.value) if root else None
        declared_field = field.extensions.get("strawberry-definition") if field else None
        for extension in getattr(declared_field, "extensions", ()):
            if isinstance(extension, GuardedField):
                yield node, extension


def _root_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields on the root type, through fragments. The document is valid: none holds itself."""
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each
        elif isinstance(each, InlineFragmentNode):
            yield from _root_fields(each.selection_set, fragments)
        elif isinstance(each, FragmentSpreadNode):
            yield from _root_fields(fragments[each.name.value].selection_set, fragments)


def _operation(context: ExecutionContext) -> OperationDefinitionNode | None:
    """The operation that will run: the named one, or the only one."""
    document = context.graphql_document
    found = [
        each
        for each in (document.definitions if document else ())
        if isinstance(each, OperationDefinitionNode)
        and (
            not context.operation_name
            or (each.name is not None and each.name.value == context.operation_name)
        )
    ]
    return found[0] if len(found) == 1 else None


def _arguments(context: ExecutionContext, node: FieldNode) -> dict[str, Any]:
    """The field's arguments with the operation's variables, and their defaults, put in."""
    operation = _operation(context)
    variables = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in ((operation.variable_definitions if operation else None) or ())
        if each.default_value is not None
    }
    variables.update(context.variables or {})
    values = {
        each.name.value: value_from_ast_untyped(each.value, variables)
        for each in node.arguments or ()
    }
    return {name: value for name, value in values.items() if value is not Undefined}
