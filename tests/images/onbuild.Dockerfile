FROM scratch AS base
ONBUILD COPY readme.md /onbuild
ONBUILD ENV FIRED=yes
FROM base AS mid
ONBUILD LABEL a=b
FROM mid
