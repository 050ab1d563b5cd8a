"""``/api/v1/operations``: start one, see one, see many; `resolutions` has what staff decide."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from core_adapters.api import reconciliations, resolutions, switches
from core_adapters.api.resolutions import Whole, whole
from core_adapters.api.security import caller
from core_adapters.api.shapes import Listed, Problem, Shown, Standing, Start
from core_adapters.operations.desk import Desk
from core_adapters.operations.reconciling import Reconciling
from core_adapters.operations.resolving import Resolving
from core_adapters.operations.states import State
from core_adapters.operations.switches import Switches
from flows.ports import Principal, TokenVerifier

PREFIX = "/api/v1/operations"


def routes(desk: Desk, verifier: TokenVerifier) -> APIRouter:
    """The routes over one desk. Each router has its whole prefix, for the table of roles knows whole paths only."""
    router = APIRouter(tags=["operations"], responses={401: {"model": Problem}, 403: {"model": Problem}})
    who = caller(verifier)
    resolving = Resolving(desk.store)

    @router.post(PREFIX, status_code=202, responses={code: {"model": Problem} for code in (409, 422, 503)})
    async def start(body: Start, _: Annotated[Principal, Depends(who)]) -> Standing:
        """Start an operation; the same again answers where it stands. Its result goes to the conversation."""
        accepted = await desk.start(body.effect(), body.conversation)
        return Standing(op_id=accepted.op_id, state=accepted.state)

    @router.get(PREFIX)
    async def listed(
        _: Annotated[Principal, Depends(who)],
        state: State | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> Listed:
        """Operations, newest first."""
        return Listed(operations=[Shown.of(operation) for operation in await desk.store.listed(state, limit)])

    if desk.books is not None:
        router.include_router(reconciliations.routes(Reconciling(desk.store, desk.books), who))

    router.include_router(switches.routes(Switches(desk.store, desk.names), who))

    @router.get(f"{PREFIX}/{{op_id}}", responses={404: {"model": Problem}})
    async def shown(op_id: UUID, _: Annotated[Principal, Depends(who)]) -> Whole:
        """One operation, with what somebody has proposed about it."""
        return await whole(Shown.of(await desk.find(op_id)), resolving)

    router.include_router(resolutions.routes(resolving, who))
    return router
