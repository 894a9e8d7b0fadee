ARG BASE
FROM ${BASE}
RUN true
RUN echo only output
