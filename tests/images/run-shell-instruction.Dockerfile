ARG BASE
FROM ${BASE}
SHELL ["/bin/sh", "-e", "-c"]
RUN echo $0 $- | cat > /o
