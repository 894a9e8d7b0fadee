ARG BASE
FROM ${BASE}
ADD archive.tar /
ADD archive.tar /linked
