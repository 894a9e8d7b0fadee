ARG BASE
FROM ${BASE}
RUN echo hi > /a && mkdir -p /d/e && chmod 700 /d && ln -s a /l && ln /a /hard
RUN ["/bin/cp", "/a", "/b c"]
