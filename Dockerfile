# The workflow with all that a run needs; docs/cluster.md says how to build and use it.
# Python as in envs/microchp.yaml; packages as in requirements.txt: a test keeps them in step.
FROM python:3.11-slim-bookworm

# Compiled loops and figures keep caches; whoever runs the image may have neither home nor name in it.
ENV PYTHONDONTWRITEBYTECODE=1 \
    LOGNAME=microchp \
    XDG_CACHE_HOME=/tmp/cache \
    MPLCONFIGDIR=/tmp/cache/matplotlib \
    NUMBA_CACHE_DIR=/tmp/cache/numba

WORKDIR /opt/microchp
COPY requirements.txt requirements-slurm.txt requirements.lock ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check \
    -r requirements.txt -r requirements-slurm.txt -c requirements.lock

COPY . .

# The folder of a study, from outside: docker run -v "$PWD:/study" ...
WORKDIR /study
ENTRYPOINT ["python", "-m", "snakemake", "--snakefile", "/opt/microchp/Snakefile"]
CMD ["--cores", "all"]
