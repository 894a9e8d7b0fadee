FROM scratch
ARG D=/data
VOLUME /a /b $D
VOLUME ["/c d", "/e"]
