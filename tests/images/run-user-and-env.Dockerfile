ARG BASE
FROM ${BASE}
ARG A=1
ENV B=2
USER user
WORKDIR /home/user
RUN echo "$A $B $HOME $(id -u) $(id -g) $(pwd)" > out
USER 5:6
RUN ["/bin/sh", "-c", "echo $(id -u) $(id -g) > /tmp/out"]
