ARG BASE
FROM ${BASE}
COPY --chown=user readme.md /a
COPY --chown=user:staff src /b
COPY --chown=0:staff readme.md /c
