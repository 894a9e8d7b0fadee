# options: --build-arg WHICH=two
ARG WHICH=one
FROM scratch AS one
COPY readme.md /one
FROM scratch AS two
COPY readme.md /two
FROM ${WHICH}
LABEL which=$WHICH
