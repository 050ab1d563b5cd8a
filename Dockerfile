# One image for every role of Teller; what it does is the command: teller run --role all|webhooks|worker|...
# By itself it is a sandbox that listens on its own loopback only. Everything that it keeps lies in /data.

FROM python:3.12-slim AS build
# The same as in tools/prepare.
ARG UV=0.13.8
ENV UV_PYTHON=/usr/local/bin/python3 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1
RUN python3 -m venv /uv && /uv/bin/pip install --quiet --no-cache-dir --only-binary :all: "uv==$UV"
WORKDIR /app
# The packages first: they change less often than the source, and an unchanged layer is not made again.
COPY pyproject.toml uv.lock ./
RUN /uv/bin/uv sync --locked --no-dev --extra traces --no-install-project
COPY README.md LICENSE ./
COPY flows flows
COPY channels channels
COPY nlu nlu
COPY core_adapters core_adapters
COPY image_api image_api
COPY customer_api customer_api
COPY sandbox sandbox
COPY bot bot
# The root is read-only where this runs, so the bytecode is made here.
RUN /uv/bin/uv sync --locked --no-dev --extra traces \
    && .venv/bin/python -m compileall -q flows channels nlu core_adapters image_api customer_api sandbox bot

FROM python:3.12-slim
# FriBiDi: Pillow loads it to draw names that run from the right.
RUN apt-get update && apt-get install --yes --no-install-recommends libfribidi0 && rm -rf /var/lib/apt/lists/*
RUN python3 -m pip uninstall --yes --quiet --root-user-action ignore pip \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin teller \
    && install --directory --owner teller --group teller --mode 0700 /data
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TELLER_DATA_DIR=/data
USER teller
WORKDIR /app
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["teller"]
CMD ["run", "--role", "all"]
