# ninewords in a container. Two stages: the first installs into a virtual environment, the second only runs it.
#
#   docker build -t ninewords .                                                      # CUDA build of torch
#   docker build -t ninewords --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cpu .    # CPU build
#   docker build -t ninewords --build-arg EXTRAS=postgresql .                        # for a PostgreSQL database
#   docker run --rm --env-file .env -v ninewords:/data ninewords                     # add --gpus all for CUDA

ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG TORCH_INDEX=
ARG EXTRAS=
WORKDIR /src
RUN python -m venv /opt/ninewords
ENV PATH=/opt/ninewords/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN pip install --constraint constraints.txt ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY generation generation
COPY storage storage
RUN pip install --constraint constraints.txt ".${EXTRAS:+[$EXTRAS]}"

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --home-dir /data ninewords && mkdir /data && chown ninewords /data
COPY --from=build /opt/ninewords /opt/ninewords
ENV PATH=/opt/ninewords/bin:$PATH DATA_FOLDER=/data OMP_WAIT_POLICY=passive PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=120s CMD ["ninewords", "status", "--quiet"]
CMD ["ninewords", "run"]
