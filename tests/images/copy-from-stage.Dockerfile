FROM scratch AS a
COPY --chown=1:2 src /s
COPY readme.md /s/extra
FROM scratch
COPY --from=a /s /t
COPY --from=a /s/link /u
COPY --from=a --chown=9 /s/*.py /v/
