# The register in one container: docker build -t algoritmeregister . && docker run -p 8000:8000 -v register:/data algoritmeregister
# State (SQLite database unless DATABASE_URL is set, secret key, bulk files) is in the volume /data. Put a proxy with TLS in front
# and set BEHIND_TLS, ALLOWED_HOSTS and SITE_URL.

FROM node:24-slim AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
COPY --from=packages /build/node_modules ./node_modules
# the three things tools/prepare.py and serve.py make in a checkout; the key is only for this step
RUN /venv/bin/python tools/bundle_css.py && rm -rf node_modules \
    && for po in $(find locale -name '*.po' 2>/dev/null); do \
         /venv/bin/python -m babel.messages.frontend -q compile -l "$(basename "$(dirname "$(dirname "$po")")")" -i "$po" -o "${po%.po}.mo"; \
       done \
    && SECRET_KEY=build DATA_DIR=/tmp/build STATIC_ROOT=/app/collected /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_ROOT=/app/collected
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home register && install -d -o register /data
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER register
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].strip().lstrip('.*'); u.urlopen(u.Request('http://127.0.0.1:8000/health/live', headers={'Host': host or 'localhost'}), timeout=4)"]
# migrations first: harmless when there are none, and safe for one container; with more, run them as a step of their own
CMD ["sh", "-c", "python manage.py migrate --noinput && exec gunicorn register.wsgi --bind 0.0.0.0:8000 --workers 2 --threads 4 --worker-tmp-dir /dev/shm --no-control-socket --log-level warning"]
