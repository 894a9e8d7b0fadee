FROM scratch
COPY readme.md /a/b/name
