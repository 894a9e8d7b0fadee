ARG BASE
FROM ${BASE}
USER user
WORKDIR /home/user/new/deep
USER 5:6
WORKDIR rel
WORKDIR /tmp
WORKDIR /linked/made
