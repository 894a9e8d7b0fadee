ARG BASE
FROM ${BASE}
COPY readme.md /tmp/
COPY readme.md /private/x
COPY readme.md /tmp/deeper/y
