"""The API of versions at /api/v1/flows, for staff: what the terminal can do, over HTTP. OpenAPI beside it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.access import Who, access
from bot.versions import bodies
from bot.versions.desk import Book, Desk
from bot.versions.live import LOST
from bot.versions.records import BadDraft, Event, Head, NotThere, Refused
from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.problems import Problem, as_object
from flows.roles import Forbidden

PREFIX = "/api/v1/flows"


def build(desk: Desk, verifier: TokenVerifier, saved: Callable[[], dict[str, object]] | None = None) -> FastAPI:
    """The service. ``saved`` says what is wrong with the folder that is watched in sandbox mode."""
    app = FastAPI(
        title="Flows",
        description="Versions of the conversations: hand in, check, approve, publish, go back, withdraw.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(_router(desk, verifier, saved))
    app.add_exception_handler(RequestValidationError, _bad_input)
    app.add_exception_handler(HTTPException, _http)
    for failure, (status, code) in FAILURES.items():
        app.add_exception_handler(failure, _refusing(status, code))
    return app


FAILURES: dict[type[Exception], tuple[int, str]] = {
    Unauthorized: (401, "unauthorized"),
    Forbidden: (403, "forbidden"),
    NotThere: (404, "not_found"),
    Refused: (409, "refused"),
    BadDraft: (422, "bad_draft"),
} | dict.fromkeys(LOST, (503, "unavailable"))


def _router(desk: Desk, verifier: TokenVerifier, saved: Callable[[], dict[str, object]] | None) -> APIRouter:
    staff = access(verifier)
    router = APIRouter(prefix=PREFIX)
    for part in (_reading, _publishing, _stopping):
        part(router, desk, staff)

    @router.get("/problems", dependencies=[Depends(staff)])
    async def problems() -> bodies.Saved:
        """Sandbox mode: what is wrong with the folder as it is saved now."""
        if saved is None:
            raise NotThere("Nothing is watched here: production takes the conversations from the database alone.")
        return bodies.Saved.model_validate(saved())

    return router


def _reading(router: APIRouter, desk: Desk, staff: Who) -> None:
    """What there is."""
    only_staff = [Depends(staff)]

    @router.get("/versions", dependencies=only_staff)
    async def list_versions() -> bodies.Versions:
        """All versions, newest first."""
        book = await desk.book()
        shown = [_shown(head, book) for head in reversed([*book.heads.values()])]
        flows = sorted(book.standing.withdrawn_flows)
        return bodies.Versions(live=book.standing.live, withdrawn_flows=flows, versions=shown)

    @router.get("/versions/{number}", dependencies=only_staff)
    async def show_version(number: int) -> bodies.VersionWhole:
        """One version with its files."""
        version = await desk.show(number)
        shown = _shown(version.head, await desk.book())
        return bodies.VersionWhole(**shown.model_dump(), files=dict(version.files))

    @router.post("/versions/{number}/check", dependencies=only_staff)
    async def check(number: int) -> bodies.Problems:
        """What is wrong with a version, also beside the live one."""
        return bodies.Problems(problems=_problems((await desk.check(number)).problems))

    @router.post("/versions/{number}/test", dependencies=only_staff)
    async def test(number: int) -> bodies.Tested:
        """Play the tests of a version."""
        played = await desk.test(number)
        return bodies.Tested(passed=played.passed, failures=list(played.failures))

    @router.get("/events", dependencies=only_staff)
    async def events() -> bodies.Events:
        """Who did what, when and why, newest first."""
        book, damage = await desk.book(), await desk.damage()
        return bodies.Events(events=[_event(event) for event in reversed(book.events)], damage=damage)


def _publishing(router: APIRouter, desk: Desk, staff: Who) -> None:
    """The way of a version to customers; it takes two people."""
    Staff = Annotated[Principal, Depends(staff)]

    @router.post("/versions", status_code=201)
    async def draft(body: bodies.DraftBody, who: Staff) -> bodies.Drafted:
        """Hand in a new version. It is kept even when something is wrong with it."""
        number, proof = await desk.draft(body.files, who.subject, body.why)
        digest = (await desk.book()).head(number).hash
        return bodies.Drafted(number=number, hash=digest, problems=_problems(proof.problems))

    @router.post("/versions/{number}/approve")
    async def approve(number: int, body: bodies.ApproveBody, who: Staff) -> bodies.VersionShown:
        """Approve a version that somebody else wrote."""
        await desk.approve(number, body.hash, who.subject, body.why, ticked=body.accept_warnings, urgent=body.urgent)
        book = await desk.book()
        return _shown(book.head(number), book)

    @router.post("/versions/{number}/publish")
    async def publish(number: int, body: bodies.ReasonBody, who: Staff) -> bodies.Live:
        """Make a version the live one."""
        await desk.publish(number, who.subject, body.why)
        return bodies.Live(live=number)


def _stopping(router: APIRouter, desk: Desk, staff: Who) -> None:
    """The ways to stop something that goes wrong; one person is enough."""
    Staff = Annotated[Principal, Depends(staff)]

    @router.post("/rollback")
    async def rollback(body: bodies.RollbackBody, who: Staff) -> bodies.Live:
        """Make the version before the live one live again."""
        return bodies.Live(live=await desk.rollback(who.subject, body.why, body.to))

    @router.post("/versions/{number}/withdraw")
    async def withdraw_version(number: int, body: bodies.ReasonBody, who: Staff) -> bodies.Live:
        """Withdraw a version; if it is the live one, the one before it is live at once."""
        await desk.withdraw(who.subject, body.why, version=number)
        return bodies.Live(live=(await desk.book()).standing.live)

    @router.post("/withdraw")
    async def withdraw_flow(body: bodies.WithdrawBody, who: Staff) -> bodies.Live:
        """Stop new starts of a flow, and put its open runs aside."""
        await desk.withdraw(who.subject, body.why, flow=body.flow)
        return bodies.Live(live=(await desk.book()).standing.live)

    @router.post("/restore")
    async def restore_flow(body: bodies.WithdrawBody, who: Staff) -> bodies.Live:
        """Let customers into a withdrawn flow again."""
        await desk.restore(body.flow, who.subject, body.why)
        return bodies.Live(live=(await desk.book()).standing.live)


def _shown(head: Head, book: Book) -> bodies.VersionShown:
    return bodies.VersionShown(
        number=head.number, state=book.standing.state(head.number), live=head.number == book.standing.live,
        hash=head.hash, logic_hash=head.logic, texts_hash=head.texts, author=head.author, reason=head.reason,
        created_at=head.at,
    )  # fmt: skip


def _event(event: Event) -> bodies.EventShown:
    deed = event.deed
    return bodies.EventShown(
        seq=event.seq, what=deed.what, version=deed.version, flow=deed.flow, hash=deed.hash, who=deed.who,
        why=deed.why, rule=deed.rule, ticked=list(deed.ticked), at=event.at,
    )  # fmt: skip


def _problems(problems: tuple[Problem, ...]) -> list[bodies.ProblemShown]:
    return [bodies.ProblemShown.model_validate(as_object(problem)) for problem in problems]


def _refusing(status: int, code: str) -> Callable[[Request, Exception], JSONResponse]:
    def answer(_: Request, error: Exception) -> JSONResponse:
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        body: dict[str, Any] = {"code": code, "message": str(error)}
        if status == 503:
            body["message"] = "The database does not answer. Nothing is known to have changed; look again."
        if isinstance(error, Refused):
            body["reasons"] = list(error.reasons)
        return JSONResponse(body, status_code=status, headers=headers)

    return answer


def _bad_input(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
    return JSONResponse({"code": "bad_input", "message": "; ".join(wrong)}, status_code=422)


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"code": "not_found" if error.status_code == 404 else "refused", "message": error.detail},
                        status_code=error.status_code)  # fmt: skip
