# Targets: app (the service), pgtap (pg_prove and pgTAP), tests (everything). See docker-compose.yml.

# pgTAP as the PostgreSQL project packages it; its SQL is loaded into throw-away databases.
FROM postgres:18.6-bookworm AS pgtap-package
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-18-pgtap \
    && rm -rf /var/lib/apt/lists/*

FROM python:3.13.16-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/cuenta
RUN useradd --system --uid 10001 --user-group --home-dir /srv/cuenta --shell /usr/sbin/nologin cuenta
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

FROM base AS pgtap
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libtap-parser-sourcehandler-pgtap-perl postgresql-client \
    && rm -rf /var/lib/apt/lists/*
COPY --from=pgtap-package /usr/share/postgresql/18/extension/ .tools/usr/share/postgresql/18/extension/
RUN touch .tools/postgresql-18-pgtap.unpacked
COPY . ./
USER 10001
CMD ["python", "dev/pgtap.py"]

FROM pgtap AS tests
USER 0
RUN pip install --no-cache-dir -r requirements-dev.txt && chown 10001:10001 /srv/cuenta
USER 10001
CMD ["sh", "-c", "python dev/pgtap.py && python -m pytest"]

# The last one is what `docker build .` makes.
FROM base AS app
COPY app.py serve.py documents.py log.py yoyo.ini ./
COPY db db
COPY docs docs
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
# Inside a container every address is remote; what reaches it is up to who publishes the port.
CMD ["sh", "-c", "python db/deploy.py && exec python serve.py --host 0.0.0.0 --port 8080 --allow-remote"]
