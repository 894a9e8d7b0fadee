ARG BASE
FROM ${BASE} AS base
ONBUILD RUN echo fired > /fired
FROM base
RUN cat /fired > /seen
