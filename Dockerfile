# Targets: app (the service, the deploy, the loader), tests (pg_prove, pgTAP, pytest). See docker-compose.yml.
# And proxy (PostgreSQL 15 with PL/Proxy): docker-compose.cluster.yml.

# pgTAP as the PostgreSQL project packages it; its SQL is loaded into throw-away databases.
FROM postgres:18.6-bookworm AS pgtap-package
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-18-pgtap \
    && rm -rf /var/lib/apt/lists/*

FROM postgres:15-bookworm AS proxy
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15-plproxy \
    && rm -rf /var/lib/apt/lists/*

FROM python:3.13.16-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/cuenta
# The official image comes without the standard library's bytecode, and nobody may write it at run time.
RUN useradd --system --uid 10001 --user-group --home-dir /srv/cuenta --shell /usr/sbin/nologin cuenta \
    && python -m compileall -q --invalidation-mode unchecked-hash -x '/(test|idlelib|site-packages)/' "$(python -c \
        'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

FROM base AS tests
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libtap-parser-sourcehandler-pgtap-perl make \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-run.txt requirements-dev.txt requirements-otel.txt ./
RUN pip install --no-cache-dir -r requirements-dev.txt
COPY --from=pgtap-package /usr/share/postgresql/18/extension/ .tools/usr/share/postgresql/18/extension/
COPY . ./
# A checkout with a strict umask must not become an image that its user cannot read.
RUN touch .tools/postgresql-18-pgtap.unpacked && chmod -R a+rX . && chown 10001:10001 .
USER 10001
CMD ["python", "dev/tests.py"]

# The last one is what `docker build .` makes.
FROM base AS app
COPY app.py arguments.py auth.py tokens.py routes.py webhooks.py serve.py worker.py tracing.py sender.py documents.py log.py yoyo.ini ./
COPY db db
COPY docs docs
COPY events/load.py events/load_fx.py events/events.jsonl events/
RUN rm -rf db/tests && chmod -R a+rX . && python -m compileall -q --invalidation-mode unchecked-hash .
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=2); \
c.request('GET', '/ready'); raise SystemExit(c.getresponse().status != 200)"]
# Inside a container every address is remote; what reaches it is up to who publishes the port.
CMD ["python", "serve.py", "--host", "0.0.0.0", "--port", "8080", "--allow-remote"]
