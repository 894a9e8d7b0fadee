ARG BASE
FROM ${BASE}
COPY --link readme.md /etc/
COPY --link --chown=3:4 src /opt/app/
COPY --link --chmod=700 docs /opt/docs
