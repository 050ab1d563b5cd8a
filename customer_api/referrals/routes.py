"""The paths of `/api/v1/referrals`: for staff to look, for the bank's side to tell of uses and to pay rewards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.access import access
from customer_api.referrals import links, paying, telling, using
from customer_api.referrals.bodies import CardUse, Due, Line, Outcome, Reached, Shown, State
from customer_api.referrals.rules import Rules
from customer_api.routes import REFUSALS, NotFound
from customer_api.seals import Seals
from flows.ports import TokenVerifier


@dataclass(frozen=True, slots=True)
class Referring:
    """What the endpoints work with."""

    sessions: async_sessionmaker[AsyncSession]
    seals: Seals
    rules: Rules
    clock: Callable[[], datetime]


def router(referring: Referring, verifier: TokenVerifier) -> APIRouter:
    """All paths. Fixed ones stand before `/{referral_id}`."""
    routes = APIRouter(prefix="/api/v1/referrals", tags=["referrals"], responses=dict(REFUSALS))
    _money(routes, referring, verifier)
    _looking(routes, referring, verifier)
    return routes


def _money(routes: APIRouter, referring: Referring, verifier: TokenVerifier) -> None:
    allowed = [Depends(access(verifier))]

    @routes.post("/uses", status_code=204, dependencies=allowed)
    async def tell_of_use(told: CardUse) -> None:
        """A customer has used a card. Told again, or of a customer who is nobody's friend, it changes nothing."""
        async with referring.sessions.begin() as session:
            await using.use(session, referring.seals, referring.rules, told, referring.clock())

    @routes.post("/rewards/take", dependencies=allowed)
    async def take_rewards() -> list[Due]:
        """Rewards to be paid; each comes again until its outcome is told."""
        async with referring.sessions.begin() as session:
            return list(await paying.take(session, referring.clock()))

    @routes.put("/rewards/{reward_id}", dependencies=allowed)
    async def settle_reward(reward_id: UUID, outcome: Outcome) -> Line:
        """What became of a reward's payment; the first outcome stays."""
        async with referring.sessions.begin() as session:
            reward = await paying.settle(session, reward_id, outcome, referring.clock())
            if reward is None:
                raise NotFound
            return telling.line(reward)


def _looking(routes: APIRouter, referring: Referring, verifier: TokenVerifier) -> None:
    allowed = [Depends(access(verifier))]

    @routes.get("/codes/{code}", dependencies=allowed)
    async def read_code(code: str) -> Reached:
        """The programme of a code, while it is open."""
        async with referring.sessions() as session:
            invitation = await links.find(session, code)
        programme = referring.rules.programmes.get(invitation.programme) if invitation is not None else None
        if invitation is None or programme is None:
            raise NotFound
        shown = {"code": invitation.code, "programme": invitation.programme, "newcomer": str(programme.newcomer)}
        return Reached.model_validate(shown)

    @routes.get("", dependencies=allowed)
    async def list_referrals(customer_id: UUID | None = None, state: State | None = None) -> list[Shown]:
        """The newest hundred, the newest first; of one customer, on either side, and in one state."""
        async with referring.sessions() as session:
            return list(await telling.listed(session, customer_id=customer_id, state=state))

    @routes.get("/{referral_id}", dependencies=allowed)
    async def read_referral(referral_id: UUID) -> Shown:
        """A referral with its rewards."""
        async with referring.sessions() as session:
            found = await telling.one(session, referral_id)
        if found is None:
            raise NotFound
        return found
