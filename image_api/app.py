"""ImageAPI over HTTP: pictures and documents of a bank's templates.

``POST /api/v1/images/{template}`` draws, ``POST /api/v1/documents/{template}`` writes a PDF. ``GET /api/v1/images``
lists what there is, and ``GET …/{template}/sample`` shows it. Described at ``/api/v1/images/openapi.json``.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import Body, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.roles import Forbidden, let_in
from image_api import describing
from image_api.answering import Answers
from image_api.asking import DocumentRequest, PictureRequest
from image_api.bounds import Bounded
from image_api.layout import Templates
from image_api.look import Look
from image_api.rendering import Renderer

IMAGES, DOCUMENTS = "/api/v1/images", "/api/v1/documents"
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def build(looks: Mapping[str, Look], verifier: TokenVerifier) -> FastAPI:
    """The service. ``looks`` are the brands by name; every call needs a bearer token that ``verifier`` accepts."""
    templates = Templates.ours()
    renderer = Renderer(templates, looks)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        renderer.close()

    app = FastAPI(
        title="Teller ImageAPI", version="1", lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url=f"{IMAGES}/openapi.json", description=describing.TEXT,
    )  # fmt: skip
    app.add_middleware(Bounded)
    app.add_exception_handler(RequestValidationError, _misshapen)

    Caller = Annotated[Principal, Depends(_caller(verifier))]
    examples = describing.examples(templates, looks)
    answers = Answers(templates, looks, renderer)
    first = next(iter(looks))  # whose samples are shown where no brand is named

    @app.get(IMAGES)
    async def listed(_: Caller) -> describing.Listed:
        """The templates with the fields of each, and the brands."""
        return describing.listed(templates, looks)

    @app.post(IMAGES + "/{template}", response_class=Response, responses=describing.pictures(templates))
    async def image(
        template: str,
        wanted: Annotated[PictureRequest, Body(openapi_examples=examples)],
        request: Request,
        _: Caller,
    ) -> Response:
        """Draw a picture. The header ``X-Text-Alternative`` says the same in words, percent-encoded UTF-8."""
        return await answers.asked(template, wanted, wanted.format, request)

    @app.post(DOCUMENTS + "/{template}", response_class=Response, responses=describing.papers(templates))
    async def document(
        template: str,
        wanted: Annotated[DocumentRequest, Body(openapi_examples=describing.of_documents(templates, examples))],
        request: Request,
        _: Caller,
    ) -> Response:
        """Write a PDF/A: text that can be selected, fonts inside. ``X-Text-Alternative`` says what it is about."""
        return await answers.asked(template, wanted, "pdf", request)

    @app.get(IMAGES + "/{template}/sample", response_class=Response, responses=describing.pictures(templates))
    async def image_sample(
        template: str, request: Request, _: Caller, brand: str = first, locale: Literal["en", "uk"] = "en",
        name: str = "plain", format: Literal["jpeg", "png", "webp"] = "jpeg",
    ) -> Response:  # fmt: skip
        """A picture of the template's own sample, to see what it looks like."""
        return await answers.sample(template, brand, locale, name, format, request)

    @app.get(DOCUMENTS + "/{template}/sample", response_class=Response, responses=describing.papers(templates))
    async def document_sample(
        template: str, request: Request, _: Caller, brand: str = first, locale: Literal["en", "uk"] = "en",
        name: str = "plain",
    ) -> Response:  # fmt: skip
        """A document of the template's own sample."""
        return await answers.sample(template, brand, locale, name, "pdf", request)

    return app


def _caller(verifier: TokenVerifier) -> Callable[[Request, Credentials], Awaitable[Principal]]:
    """Lets in whom the table of routes names. Raises HTTPException."""

    async def caller(request: Request, credentials: Credentials) -> Principal:
        token = credentials.credentials if credentials is not None else None
        try:
            return let_in(verifier, token, f"{request.method} {request.scope['route'].path}")
        except Unauthorized as error:
            raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error
        except Forbidden as error:
            raise HTTPException(403, str(error)) from error

    return caller


async def _misshapen(_: Request, problem: Exception) -> Response:
    """What is wrong and where, without what was sent."""
    assert isinstance(problem, RequestValidationError)
    wrong = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in problem.errors()]
    return JSONResponse({"detail": wrong}, 422)
