FROM scratch
COPY --chown=10 readme.md /a
COPY --chown=10:20 src /b
COPY --chown=:30 readme.md /c
COPY --chown=root readme.md /d
COPY --chown=5:6 readme.md /new/folder/e
