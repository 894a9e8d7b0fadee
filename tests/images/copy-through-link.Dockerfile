ARG BASE
FROM ${BASE}
COPY readme.md /linked/x
COPY docs /linked
COPY readme.md /tofile
