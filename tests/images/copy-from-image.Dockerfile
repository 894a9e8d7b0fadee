ARG BASE
FROM ${BASE} AS base
FROM scratch
COPY --from=base /etc/passwd /etc/
COPY --from=base /bin/ls /ls
