FROM scratch
ARG U=1000
USER $U:50
USER nobody
