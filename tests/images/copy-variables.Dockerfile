FROM scratch
ARG WHERE=/opt
ARG WHAT=readme
ENV DIR=${WHERE}/dir
COPY ${WHAT}.md ${DIR:-/x}/
COPY $WHAT.md ${NONE:-/fallback}/
COPY --chown=${UID:-12} ${WHAT}.md /c
