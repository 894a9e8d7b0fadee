ARG BASE
FROM scratch AS files
COPY src /s
FROM ${BASE}
RUN --mount=type=bind,source=docs,target=/docs cp /docs/intro.txt /i && cp -r /docs/api /api
RUN --mount=type=bind,from=files,source=/s,target=/in,rw echo lost > /in/x && cp /in/main.py /m
RUN --mount=target=/all cp /all/readme.md /r
