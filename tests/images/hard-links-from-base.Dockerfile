ARG BASE
FROM ${BASE} AS base
FROM scratch
COPY --from=base /hard /h
COPY --from=base /hard/one /single
