ARG BASE
FROM ${BASE}
RUN --mount=type=cache,target=/c,id=x echo kept > /c/f && test -e /c/f
RUN --mount=type=tmpfs,target=/t touch /t/gone && test -e /t/gone
RUN --mount=type=secret,id=absent test ! -e /run/secrets/absent
