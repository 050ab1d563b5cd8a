"""ImageAPI over HTTP: ``POST /api/v1/images/{template}``."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.roles import Forbidden, let_in
from image_api.look import Look
from image_api.rendering import MIME, Busy, Renderer
from image_api.templates.registry import TEMPLATES

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class PictureRequest(BaseModel):
    """What to draw. ``values`` are the template's own fields."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    brand: Annotated[str, Field(max_length=40, examples=["sandbox"])]
    locale: Annotated[Literal["en", "uk"], Field(examples=["en"])] = "en"
    values: Annotated[
        dict[str, Any],
        Field(examples=[{"holder": "Anna Koval", "last4": "4242", "scheme": "VISA", "expires": "11/31"}]),
    ]
    format: Literal["jpeg", "png", "webp"] = "jpeg"


def build(looks: Mapping[str, Look], verifier: TokenVerifier) -> FastAPI:
    """The service. ``looks`` are the brands by name; every call needs a bearer token that ``verifier``
    accepts."""
    renderer = Renderer(looks)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        renderer.close()

    app = FastAPI(title="Teller ImageAPI", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)

    app.add_exception_handler(RequestValidationError, _misshapen)

    async def caller(request: Request, credentials: Credentials) -> Principal:
        token = credentials.credentials if credentials is not None else None
        try:
            return let_in(verifier, token, f"{request.method} {request.scope['route'].path}")
        except Unauthorized as error:
            raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error
        except Forbidden as error:
            raise HTTPException(403, str(error)) from error

    @app.post("/api/v1/images/{template}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    async def image(template: str, wanted: PictureRequest, _: Annotated[Principal, Depends(caller)]) -> Response:
        """Draw a picture. The header ``X-Text-Alternative`` says the same in words, percent-encoded UTF-8."""
        if template not in TEMPLATES:
            raise HTTPException(404, f"no template is called '{template}'; there are {', '.join(sorted(TEMPLATES))}")
        if wanted.brand not in renderer.brands:
            raise HTTPException(404, f"no brand is called '{wanted.brand}'")
        try:
            values = TEMPLATES[template].values.model_validate(wanted.values)
        except ValidationError as error:
            raise HTTPException(422, _what_is_wrong(error)) from error
        try:
            drawn = await renderer.render(template, wanted.brand, wanted.locale, values, wanted.format)
        except Busy as error:
            raise HTTPException(503, "too many pictures are waiting", {"Retry-After": "1"}) from error
        return Response(drawn.data, media_type=MIME[wanted.format], headers={"X-Text-Alternative": quote(drawn.alt)})

    return app


async def _misshapen(_: Request, problem: Exception) -> Response:
    """What is wrong and where, without what was sent."""
    assert isinstance(problem, RequestValidationError)
    wrong = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in problem.errors()]
    return JSONResponse({"detail": wrong}, 422)


def _what_is_wrong(error: ValidationError) -> list[dict[str, str]]:
    """Where and what, never the value itself."""
    return [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors(include_input=False)]
