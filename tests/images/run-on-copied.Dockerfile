ARG BASE
FROM ${BASE} AS a
COPY --chown=user:staff --chmod=640 readme.md /home/user/
RUN stat -c '%a %u %g' /home/user/readme.md > /stat && chmod 4755 /home/user/readme.md && chown 9:9 /stat
FROM scratch
COPY --from=a /stat /home/user/ /
