FROM scratch
WORKDIR /a
WORKDIR b/../c
ENV D=/env
WORKDIR $D/x
WORKDIR /a
