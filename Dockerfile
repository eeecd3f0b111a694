# meetwire with its language model, BigQuery and Cloud Storage: docker build --tag meetwire .
# Settings and data lie in /data: docker run --rm --volume "$PWD:/data" meetwire run

FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock setup.py pyproject.toml MANIFEST.in LICENSE ./
# The installer too is the pinned one, checked by its hashes.
RUN awk '/^[^ ]/ {on = /^uv==/} on' requirements.lock > uv.txt \
 && pip install --no-cache-dir --require-hashes --requirement uv.txt \
 && uv venv /opt/meetwire
COPY meetwire meetwire
COPY pipelines pipelines
COPY transforms transforms
RUN uv pip install --no-cache --python /opt/meetwire --constraints requirements.lock --build-constraints requirements.lock '.[gcp]'

FROM python:3.13-slim-bookworm
COPY --from=build /opt/meetwire /opt/meetwire
# One thread a process: spaCy gains nothing from more.
ENV PATH=/opt/meetwire/bin:$PATH HOME=/data OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1
WORKDIR /data
RUN chown 10001:10001 /data
USER 10001:10001
ENTRYPOINT ["meetwire"]
CMD ["--help"]
